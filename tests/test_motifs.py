"""Hills and dales: pruning against its literal twin, ties, the limit, the border."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from naive.motifs import FEATURE, pruned, watershed
from strategies import NM, islands, rough

from afmfast.features.measure import measure_image
from afmfast.features.recipes.motifs import arrays, segmented
from afmfast.kernels import motifs

UPSIDE_DOWN = {"S5p": "S5v", "S5v": "S5p", "S10z_iso": "S10z_iso", "Sha": "Sda", "Sda": "Sha", "Shv": "Sdv"}


def measured(z: np.ndarray, dx: float = 1.0, dy: float = 1.0):
    return measure_image(z, dx, dy, level="none", parameters=FEATURE)


def regions(z: np.ndarray, limit: float) -> dict[tuple[int, int], tuple[int, int]]:
    """The peak that each pixel's hill has after pruning, by the kernels."""
    work = arrays(*z.shape)
    motifs.frame(z.astype(np.float32), 1.0, work[0])
    peaks, region, _ = segmented(*work, limit)
    hills = work[-1]
    rows, columns = np.divmod(peaks[region[hills[1:-1, 1:-1]]], z.shape[1] + 2)
    return {at: (rows[at] - 1, columns[at] - 1) for at in np.ndindex(z.shape)}


@settings(max_examples=150, deadline=None)
@given(
    hnp.arrays(np.int64, st.tuples(st.integers(2, 12), st.integers(2, 12)), elements=st.integers(0, 9)),
    st.sampled_from([0.5, 1.0, 2.0, 3.5, 6.0, 20.0]),
)
def test_prune__is_wolf_pruning_one_hill_at_a_time(z: np.ndarray, limit: float) -> None:
    assert regions(z, limit) == pruned(z.astype(float), limit)[0]


@pytest.mark.parametrize("limit", [0.0, 0.1, 0.3, 1.0])
def test_prune__is_wolf_pruning_where_no_two_heights_are_equal(limit: float) -> None:
    z = np.random.default_rng(0).permutation(30 * 23).reshape(30, 23) / (30 * 23)
    assert regions(z, limit) == pruned(z, limit)[0]


def test_watershed__without_a_limit_joins_nothing() -> None:
    z = np.random.default_rng(1).integers(0, 5, (17, 12)).astype(float)
    assert regions(z, -1.0) == watershed(z)[0]


def test_prune__joins_to_the_neighbour_and_not_to_the_highest_around() -> None:
    z = np.array([[9, 2, 6, 5, 5.4, 0]])  # 5.4 hangs together with 9 at 5 only over 6, which stays
    assert regions(np.vstack([z - 10, z, z - 10]), 2.0)[1, 4] == (1, 2)


@pytest.mark.parametrize("step", [None, 2.0])
def test_dales__are_the_hills_of_the_image_upside_down(step: float | None) -> None:
    z = rough((61, 50), seed=2)
    z = z if step is None else np.round(z / (step * NM)) * step * NM
    up, down = measured(z), measured(-z)
    assert {s: down[s] for s in UPSIDE_DOWN} == {s: up[other] for s, other in UPSIDE_DOWN.items()}


@pytest.mark.parametrize(("top", "hills"), [(50.9, 3), (51.0, 4)])
def test_limit__of_5_per_cent_is_what_a_hill_must_reach(top: float, hills: int) -> None:
    z = islands()
    z[3, 6] = top * NM  # its saddle is at 46 nm, Sz is 100 nm; it is now the higher of two
    z[3, 4] = 51.0 * NM if hills == 4 else 50.8 * NM
    assert measured(z)["Spd"] * z.size == pytest.approx(hills)


def test_peak__that_touches_the_border_is_none() -> None:
    z = np.zeros((9, 9))
    z[4, 0], z[4, 4] = 2.0, 1.0
    found = measured(z)
    assert found["Spd"] * z.size == pytest.approx(1)
    assert found["S5p"] == pytest.approx(1.0 - z.mean())


def test_hill__open_at_the_border_has_a_peak_but_no_area() -> None:
    z = islands()
    z[2, :], z[0, :] = 0.0, -1 * NM
    z[1, 3] = 200 * NM  # its hill holds pixels of row 0
    before, after = measured(islands()), measured(z)
    assert after["Spd"] == pytest.approx(before["Spd"] * 4 / 3)
    assert after["Sha"] < before["Sha"] * 1.5


def test_plateau__has_one_peak() -> None:
    z = np.zeros((9, 11))
    z[2:5, 2:5] = 1.0
    z[3, 3] = 0.5  # a ring, met from both sides
    z[4, 8] = 1.0
    assert measured(z)["Spd"] * z.size == pytest.approx(2)


def test_slope__has_neither_peak_nor_hill() -> None:
    found = measured(np.add.outer(np.arange(6.0), 2.0 * np.arange(7.0)))
    assert found["Spd"] == 0.0
    assert found.drop("Spd").isna().all()
