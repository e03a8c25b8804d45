"""The made-up scans: surfaces are what they say, artefacts do what they say, archives carry what was planted."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from gwyfile import load
from scipy import stats

from afmfast import synthetic
from afmfast.errors import SettingsError
from afmfast.features.measure import measure_image

NM = 1e-9
PIXEL = 10 * NM


def autocorrelation(fields: list[np.ndarray], lag_y: int, lag_x: int) -> float:
    ny, nx = fields[0].shape
    return float(np.mean([np.mean(z[: ny - lag_y, : nx - lag_x] * z[lag_y:, lag_x:]) for z in fields]))


# --- surfaces ------------------------------------------------------------------------------------


def test_sine__has_so_many_periods_along_each_axis() -> None:
    spectrum = np.abs(np.fft.fft2(synthetic.sine((20, 32), amplitude=2.0, waves=(5, 3))))
    assert set(zip(*np.nonzero(spectrum > 1e-9), strict=True)) == {(3, 5), (17, 27)}
    assert spectrum.max() == pytest.approx(20 * 32)


def test_eggcrate_and_sum__repeat_after_a_wavelength_whatever_the_pixel() -> None:
    for make in (synthetic.eggcrate, synthetic.cosine_sum):
        z = make((40, 64), 1.0, 2.0, amplitude=3.0, wavelength=16.0)
        assert np.allclose(z[:, :-16], z[:, 16:])
        assert np.allclose(z[:-8], z[8:])
        assert not np.allclose(z[:-4], z[4:])


def test_plane__slopes_are_heights_over_lengths() -> None:
    z = synthetic.plane((4, 5), 2.0, 3.0, slope_x=0.5, slope_y=-1.0, offset=7.0)
    assert (z[0, 0], z[0, 1], z[1, 0]) == (7.0, 8.0, 4.0)


def test_sphere_cap__is_a_sphere_on_a_floor() -> None:
    z = synthetic.sphere_cap((41, 41), 1.0, 1.0, radius=30.0, height=5.0)
    assert z[20, 20] == 5.0
    assert z[0, 0] == 0.0
    assert (z[20, 26] + 25.0) ** 2 + 6.0**2 == pytest.approx(30.0**2)


def test_spikes__stand_apart_and_one_alone_in_the_middle() -> None:
    assert np.argwhere(synthetic.spikes((8, 6), [2.0])).tolist() == [[4, 3]]
    z = synthetic.spikes((24, 24), [3.0, -1.0, 2.0, 5.0, 4.0])
    assert sorted(z[z != 0]) == [-1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("make", "law"),
    [(synthetic.uniform_heights, stats.uniform(-2, 4)), (synthetic.normal_heights, stats.norm(0, 2))],
    ids=["uniform", "normal"],
)
def test_heights__follow_their_law_exactly(make, law) -> None:
    z = make((32, 50), **{"amplitude" if make is synthetic.uniform_heights else "sq": 2.0}, seed=3)
    assert np.allclose(np.sort(z.ravel()), law.ppf((np.arange(1600) + 0.5) / 1600))
    assert abs(np.corrcoef(z[:, 1:].ravel(), z[:, :-1].ravel())[0, 1]) < 0.1


def test_white_noise__has_its_deviation_and_no_neighbours() -> None:
    z = synthetic.white_noise((200, 200), sq=3.0)
    assert z.std() == pytest.approx(3.0, rel=0.02)
    assert abs(autocorrelation([z], 0, 1)) < 0.02 * 9


def test_gaussian_field__has_the_autocorrelation_asked_for() -> None:
    fields = [
        synthetic.gaussian_field((96, 96), 1.0, 2.0, sq=2.0, length_x=6.0, length_y=16.0, seed=seed)
        for seed in range(30)
    ]
    assert autocorrelation(fields, 0, 0) == pytest.approx(4.0, rel=0.05)
    assert autocorrelation(fields, 0, 6) == pytest.approx(4.0 * math.exp(-1), rel=0.15)
    assert autocorrelation(fields, 8, 0) == pytest.approx(4.0 * math.exp(-1), rel=0.15)


def test_self_affine__has_its_rms_and_is_not_periodic() -> None:
    z = synthetic.self_affine((64, 80), PIXEL, PIXEL, sq=3 * NM, hurst=0.7)
    assert (z.mean(), z.std()) == (pytest.approx(0, abs=1e-20), pytest.approx(3 * NM))
    inside, around = np.abs(np.diff(z, axis=1)).mean(), np.abs(z[:, 0] - z[:, -1]).mean()
    assert around > 4 * inside


def test_self_affine__features_are_longer_along_x_by_its_anisotropy() -> None:
    fields = [
        synthetic.self_affine((96, 96), 1.0, 1.0, sq=1.0, hurst=0.7, roll_off=16.0, anisotropy=3.0, seed=seed)
        for seed in range(20)
    ]
    assert autocorrelation(fields, 0, 9) == pytest.approx(autocorrelation(fields, 3, 0), abs=0.06)


@pytest.mark.parametrize(
    "make",
    [
        lambda seed: synthetic.white_noise((9, 8), sq=1.0, seed=seed),
        lambda seed: synthetic.uniform_heights((9, 8), amplitude=1.0, seed=seed),
        lambda seed: synthetic.normal_heights((9, 8), sq=1.0, seed=seed),
        lambda seed: synthetic.gaussian_field((9, 8), 1.0, 1.0, sq=1.0, length_x=2.0, length_y=2.0, seed=seed),
        lambda seed: synthetic.self_affine((9, 8), 1.0, 1.0, sq=1.0, hurst=0.5, seed=seed),
        lambda seed: synthetic.with_line_noise(np.zeros((9, 8)), sd=1.0, seed=seed),
        lambda seed: synthetic.with_line_steps(np.zeros((9, 8)), count=2, sd=1.0, seed=seed),
        lambda seed: synthetic.with_scars(np.zeros((9, 8)), count=2, height=1.0, seed=seed),
        lambda seed: synthetic.with_missing(np.zeros((9, 8)), share=0.3, seed=seed),
    ],
)
def test_random__equal_seeds_give_equal_arrays(make) -> None:
    assert np.array_equal(make(4), make(4), equal_nan=True)
    assert not np.array_equal(make(4), make(5), equal_nan=True)


# --- artefacts -----------------------------------------------------------------------------------


def test_artefacts__leave_their_input_alone() -> None:
    z = synthetic.white_noise((20, 24), sq=1.0)
    before = z.copy()
    synthetic.tilted(z, 1.0, 1.0, slope_x=1.0, slope_y=1.0)
    synthetic.bowed(z, height=1.0)
    synthetic.with_line_noise(z, sd=1.0)
    synthetic.with_line_steps(z, count=2, sd=1.0)
    synthetic.with_scars(z, count=3, height=1.0)
    synthetic.tip_dilated(z, 1.0, 1.0, radius=1.0)
    synthetic.quantised(z, step=0.1)
    synthetic.drifted(z, pixels=2.0)
    synthetic.with_missing(z, share=0.1)
    assert np.array_equal(z, before)


def test_bow__is_a_parabola_along_the_fast_axis() -> None:
    z = synthetic.bowed(np.zeros((5, 11)), height=4.0)
    assert (z[:, 5] == 0).all()
    assert (z[:, [0, -1]] == -4.0).all()


def test_line_noise_and_steps__move_whole_lines() -> None:
    noise = synthetic.with_line_noise(np.zeros((50, 6)), sd=2.0)
    assert (noise == noise[:, :1]).all()
    steps = synthetic.with_line_steps(np.zeros((50, 6)), count=3, sd=2.0)
    assert (steps == steps[:, :1]).all()
    assert 1 <= np.count_nonzero(np.diff(steps[:, 0], prepend=0.0)) <= 3


def test_scars__are_streaks_within_a_line() -> None:
    z = synthetic.with_scars(np.zeros((40, 30)), count=1, height=5.0, seed=2)
    (row,) = np.unique(np.nonzero(z)[0])
    columns = np.nonzero(z[row])[0]
    assert np.array_equal(columns, np.arange(columns[0], columns[-1] + 1))
    assert columns.size <= 16
    assert (z[row, columns] == 5.0).all()


def test_tip__draws_itself_over_a_spike_and_never_cuts() -> None:
    z = synthetic.spikes((21, 31), [8.0])
    drawn = synthetic.tip_dilated(z, 1.0, 2.0, radius=4.0)
    assert drawn[10, 15] == 8.0
    assert drawn[10, 18] == pytest.approx(8.0 - 9 / 8)
    assert drawn[11, 15] == pytest.approx(8.0 - 4 / 8)
    assert (drawn >= z).all()


def test_quantised__heights_lie_on_levels() -> None:
    z = synthetic.quantised(synthetic.white_noise((30, 30), sq=1.0), step=0.25)
    assert np.array_equal(z * 4, np.round(z * 4))
    assert np.unique(z).size < 40


def test_drift__shears_a_ramp() -> None:
    z = np.tile(np.arange(20.0), (5, 1))
    drifted = synthetic.drifted(z, pixels=2.0)
    assert np.allclose(drifted[:, 8], [8.0, 8.5, 9.0, 9.5, 10.0])


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_missing__is_the_share_asked_for(share: float) -> None:
    assert np.isnan(synthetic.with_missing(np.zeros((10, 16)), share=share)).sum() == 160 * share


# --- archives ------------------------------------------------------------------------------------


def manifest_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def channels_of(path: Path) -> dict[str, np.ndarray]:
    tree = load(str(path))
    return {tree[f"/{n}/data/title"]: tree[f"/{n}/data"] for n in range(2)}


def test_archive__manifest_names_files_that_are_there(tmp_path: Path) -> None:
    manifest = synthetic.archive(tmp_path, n_rows=12, shape=(16, 24))
    rows = manifest_of(manifest)
    assert manifest == tmp_path / "manifest.csv"
    assert list(rows[0]) == ["path", "label", "group", "batch"]
    assert {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.gwy")} == {row["path"] for row in rows}
    assert not list(tmp_path.rglob("*.part"))


def test_archive__groups_keep_one_label_and_days_hold_every_label(tmp_path: Path) -> None:
    rows = manifest_of(synthetic.archive(tmp_path, n_rows=24, shape=(8, 8), classes=("x", "y", "z"), rows_per_group=2))
    labels = {group: {r["label"] for r in rows if r["group"] == group} for group in {r["group"] for r in rows}}
    assert len(labels) == 12
    assert all(len(found) == 1 for found in labels.values())
    for day in ("day 1", "day 2"):
        assert {r["label"] for r in rows if r["batch"] == day} == {"x", "y", "z"}


def test_archive__files_hold_both_channels_in_si(tmp_path: Path) -> None:
    synthetic.archive(tmp_path, n_rows=6, shape=(16, 24))
    found = channels_of(tmp_path / "scans" / "scan_003.gwy")
    assert {name: field["si_unit_z"].unitstr for name, field in found.items()} == {"height": "m", "adhesion": "N"}
    for field in found.values():
        assert field["xreal"] / 24 == pytest.approx(field["yreal"] / 16)
    made = synthetic.scan(3, 1, shape=(16, 24), step=1)
    assert all(np.array_equal(found[name].data, made[name]) for name in made)


def test_archive__a_row_depends_on_seed_row_and_group_alone(tmp_path: Path) -> None:
    synthetic.archive(tmp_path / "few", n_rows=6, shape=(16, 16), seed=7)
    synthetic.archive(tmp_path / "many", n_rows=12, shape=(16, 16), seed=7)
    for row in range(6):
        name = f"scans/scan_{row:03d}.gwy"
        assert (tmp_path / "few" / name).read_bytes() == (tmp_path / "many" / name).read_bytes()
    assert not np.array_equal(synthetic.scan(0, 0, seed=7)["height"], synthetic.scan(0, 0, seed=8)["height"])


def test_archive__null_changes_the_planted_channel_of_the_other_class_only(tmp_path: Path) -> None:
    synthetic.archive(tmp_path / "planted", n_rows=6, shape=(16, 16))
    synthetic.archive(tmp_path / "null", n_rows=6, shape=(16, 16), null=True)
    changed = set()
    for row in range(6):
        planted, null = (channels_of(tmp_path / k / f"scans/scan_{row:03d}.gwy") for k in ("planted", "null"))
        changed |= {(row // 3, name) for name in planted if not np.array_equal(planted[name].data, null[name].data)}
    assert changed == {(1, synthetic.PLANTED.channel)}


@pytest.mark.parametrize(
    "wrong", [{"classes": ("A",)}, {"classes": ("A", "A")}, {"rows_per_group": 0}, {"n_rows": 3}], ids=str
)
def test_archive__refuses_what_cannot_be_told_apart(tmp_path: Path, wrong: dict) -> None:
    with pytest.raises(SettingsError, match="two different classes and a group of each"):
        synthetic.archive(tmp_path, **wrong)


def test_scan__has_the_magnitudes_of_a_real_one() -> None:
    made = [synthetic.scan(row, row, seed=1) for row in range(8)]
    sq = [measure_image(m["height"], 20 * NM, 20 * NM)["Sq"] for m in made]
    assert 12 * NM < np.mean(sq) < 30 * NM
    assert np.mean([m["adhesion"].mean() for m in made]) == pytest.approx(5e-9, rel=0.1)
    assert np.mean([m["adhesion"].std() for m in made]) == pytest.approx(1e-9, rel=0.1)


def test_planted__separates_specimens_modestly_and_height_does_not() -> None:
    def effect(channel: str, symbol: str) -> float:
        sides = []
        for step in (0, 1):
            values = [
                measure_image(synthetic.scan(k, k, shape=(64, 64), seed=step, step=step)[channel], 40 * NM, 40 * NM,
                              unit="N", level="none", parameters=symbol)[symbol]
                for k in range(30)
            ]  # fmt: skip
            sides.append(np.array(values))
        return abs(sides[1].mean() - sides[0].mean()) / math.sqrt((sides[0].var(ddof=1) + sides[1].var(ddof=1)) / 2)

    planted = [max(effect("adhesion", symbol) for symbol in family[:2]) for family in synthetic.PLANTED.families]
    assert all(0.8 < size < 3.5 for size in planted), planted
    assert max(effect("height", symbol) for symbol in ("Ssk", "Scl20")) < 0.7


def test_planted__symbols_are_parameters() -> None:
    from afmfast.features.table import PARAMETERS

    assert set(synthetic.PLANTED.symbols) <= set(PARAMETERS.names())
