"""What a reader should distrust: settings, days and pixel sizes that go with the classes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError
from ..significance.association import Association, association
from ..validation.standing import n_before
from .measure import IDENTIFIERS

Warnings = list[dict[str, str]]

#: Scans that a warning names.
_SCANS_NAMED = 5
#: Microscopes write L/N or L/(N-1) and round the scan size: pixel sizes within 1 % are one setting.
_ONE_PIXEL_SIZE = 1.01
#: Cramér's V less its bias from which batch and class can hardly be told apart.
_CLOSELY = 0.5
#: Columns of the sample table that come neither from the manifest nor from a channel.
_ADDED = ("group_used", "batch_used", "tiles_rejected")


def warning(code: str, text: str) -> dict[str, str]:
    """One entry of the list of warnings."""
    return {"code": code, "text": text}


def scan_settings(samples: pd.DataFrame) -> pd.DataFrame:
    """How each sample was recorded: scan size and pixel size [nm], pixels, format, instrument where it is known."""
    shape = samples["shape"].str.split("x", expand=True).astype(int)
    size_x, size_y = shape[1] * samples["dx"] * 1e9, shape[0] * samples["dy"] * 1e9
    found = pd.DataFrame(
        {
            "scan size [nm]": [f"{x:.6g}x{y:.6g}" for x, y in zip(size_x, size_y, strict=True)],
            "pixel size [nm]": [f"{x:.6g}" for x in samples["dx"] * 1e9],
            "pixels": samples["shape"],
            # Nanoscope numbers its files: .000 to .999 are one format.
            "format": [re.sub(r"^\.\d{3}$", ".nnn", PurePath(s).suffix.lower()) or "none" for s in samples["source"]],
        },
        index=samples.index,
    )
    if "instrument" in samples:
        found["instrument"] = samples["instrument"].fillna("").astype(str)
    return found


def settings_by_class(samples: pd.DataFrame) -> list[dict[str, Any]]:
    """A line a setting: which values each class has, and whether any differ."""
    scans = samples.drop_duplicates("scan")
    table = []
    for setting, values in scan_settings(scans).items():
        by_class = {str(label): _counts(part) for label, part in values.groupby(scans["label"], sort=True)}
        table.append({"setting": str(setting), "differs": bool(values.nunique() > 1), "values": by_class})
    return table


def _counts(values: pd.Series) -> str:
    counts = values.value_counts(sort=False).sort_index()
    return ", ".join(f"{value} ({n})" for value, n in counts.items())


def settings_table(samples: pd.DataFrame) -> tuple[np.ndarray, tuple[str, ...]]:
    """Settings that vary as numbers a classifier can see, (n_rows, k), and the names of the settings.

    Sizes are numbers, so that scans of nearly one size are neighbours; names are 0/1 columns.
    """
    settings = scan_settings(samples)
    varying = tuple(str(c) for c in settings if settings[c].nunique() > 1)
    ny_nx = samples["shape"].str.split("x", expand=True).astype(float)
    sizes = pd.DataFrame({"dx": samples["dx"], "dy": samples["dy"], "ny": ny_nx[0], "nx": ny_nx[1]})
    sizes["width"], sizes["height"] = sizes["nx"] * sizes["dx"], sizes["ny"] * sizes["dy"]
    columns = sizes.loc[:, sizes.nunique() > 1]
    named = [c for c in varying if c in ("format", "instrument")]
    if named:
        columns = pd.concat([columns, pd.get_dummies(settings[named], dtype=float)], axis=1)
    return columns.to_numpy(float), varying


def check_pixel_sizes(samples: pd.DataFrame, *, allowed: bool) -> Warnings:
    """Refuse scans of different pixel size, or warn where that was allowed.

    Raises `DataError` with the sizes found.
    """
    sizes = (samples[["dx", "dy"]] * 1e9).round(4).drop_duplicates()
    spread = float((samples[["dx", "dy"]].max() / samples[["dx", "dy"]].min()).max())
    if len(sizes) < 2 or spread < _ONE_PIXEL_SIZE:
        return []
    listed = ", ".join(f"{x:g}x{y:g} nm" for x, y in sizes.sort_values(["dx", "dy"]).head(6).to_numpy())
    more = f" and {len(sizes) - 6} more" if len(sizes) > 6 else ""
    if not allowed:
        raise DataError(
            f"scans have {len(sizes)} different pixel sizes ({listed}{more}), and most parameters change with it. "
            "Use scans of one pixel size (`use: no` in the manifest), or set allow_mixed_pixel_size: true"
        )
    return [
        warning(
            "mixed-pixel-size",
            f"Scans of different pixel size are compared ({listed}{more}): slopes, summits "
            "and areas depend on it, so a difference may be one of settings.",
        )
    ]


def check_batches(samples: pd.DataFrame) -> Warnings:
    """Warn where the batch (day, tip, instrument) tells the class about as well as the images could.

    Samples without a batch are left out of the comparison, and counted in a warning of their own.
    """
    named = given_groups(samples, "batch")
    if not named.any():
        text = (
            "The manifest says nothing of batches (day, tip, instrument), so a difference between days cannot be told "
            "from a difference between classes."
        )
        return [warning("batch-unknown", text)]
    seen = samples[named]
    found = association(seen["label"], seen["batch"], seen["group_used"])
    return _confounded(found) + _without_batch(samples["label"][~named])


def _confounded(found: Association) -> Warnings:
    between = "whatever differs from one batch (day, tip, instrument) to the next would be found just the same."
    if found.verdict == "confounded":
        text = (
            f"Class and batch cannot be told apart: none of the {len(found.levels)} batches that the manifest names "
            f"holds two classes, so {between}"
        )
        return [warning("batch-confounded", text)]
    if found.verdict == "partly":
        together = "; ".join(" with ".join(labels) for labels in found.comparable if len(labels) > 1)
        text = (
            f"Class and batch cannot be told apart for all classes. Only these share batches and can be compared: "
            f"{together}. Between others, {between}"
        )
        return [warning("batch-partly-confounded", text)]
    if found.v_corrected >= _CLOSELY:
        text = (
            f"Class and batch go closely together (Cramér's V less its bias {found.v_corrected:.2f}, 1 = the batch "
            f"tells the class): hardly any batch holds several classes, so {between}"
        )
        return [warning("batch-nearly-confounded", text)]
    return []


def _without_batch(labels: pd.Series) -> Warnings:
    if labels.empty:
        return []
    each = ", ".join(f"{n} of {name}" for name, n in labels.value_counts().sort_index().items())
    text = (
        f"{len(labels)} {'sample has' if len(labels) == 1 else 'samples have'} no batch in the manifest ({each}) and "
        "were left out when batches were compared with classes."
    )
    return [warning("batch-missing", text)]


def factors_of(samples: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All that is known of each sample besides its images: settings and batch; the user's columns of the manifest."""
    known = scan_settings(samples).assign(batch=samples["batch"])
    own = [c for c in samples if ":" not in str(c) and c not in {*IDENTIFIERS, *_ADDED, *known}]
    return known, samples[own]


def associations(samples: pd.DataFrame) -> list[dict[str, Any]]:
    """How far batch, each setting that varies and each column of the user's go with the class, counted in groups.

    Samples without an entry (`n_missing`) are left out. A column with more levels than half the groups names them.
    """
    known, own = factors_of(samples)
    found = []
    for name, values in known.join(own).items():
        named = values.fillna("").astype(str) != ""
        if not named.any():
            continue
        one = association(samples["label"][named], values[named], samples["group_used"][named])
        if one.verdict == "constant" or (name in own and 2 * len(one.levels) > one.n_groups):
            continue
        found.append(
            {"factor": str(name), "n_levels": len(one.levels), "n_groups": one.n_groups,
             "n_missing": int((~named).sum()), "v": one.v, "v_corrected": one.v_corrected, "verdict": one.verdict,
             "comparable": [list(c) for c in one.comparable]}
        )  # fmt: skip
    return found


def missing_pixels(channels: Mapping[str, Mapping[str, Any]]) -> Warnings:
    """A warning for each channel, described as in parameters-1.0.json, in which scans have missing pixels."""
    return [warning("missing-pixels", _lost(c, about)) for c, about in channels.items() if about.get("missing")]


def _lost(channel: str, about: Mapping[str, Any]) -> str:
    n, undefined = about["missing"]["scans"], ", ".join(about["missing"]["undefined"])
    scans = f"{n} {'scan' if n == 1 else 'scans'} of channel {channel}"
    if about["fill"] != "none":
        return f"{scans} lost more than half of the pixels (of a tile, where cut): too many to fill, so without values."
    if undefined:
        return f"{scans} with missing pixels: {undefined} are not defined there. Set fill (nearest or plane) for them."
    return f"{scans} with missing pixels: the parameters are those of the pixels that are there."


def rejected_tiles(channels: Mapping[str, Mapping[str, Any]], share: float | None) -> Warnings:
    """A warning for each channel, described as in parameters-1.0.json, in which scans lost tiles to `reject_over`."""
    lost = {channel: about["rejected"] for channel, about in channels.items() if about.get("rejected")}
    return [warning("parts-dropped", _differing(channel, scans, share or 0.0)) for channel, scans in lost.items()]


def _differing(channel: str, scans: Mapping[str, Sequence[str]], share: float) -> str:
    named = [f"{name} ({'; '.join(places)})" for name, places in list(scans.items())[:_SCANS_NAMED]]
    more = f" and {len(scans) - _SCANS_NAMED} more" if len(scans) > _SCANS_NAMED else ""
    return (
        f"Channel {channel}: tiles whose Sq differs by more than {share:.0%} from the median of their scan's were "
        f"dropped and the rest averaged, in {', '.join(named)}{more} (row,column from the top left, counted from 0). "
        "Look at these scans: dirt, a changed tip or another phase of the material."
    )


def check_groups(samples: pd.DataFrame, column: str) -> Warnings:
    """Warn where samples that belong together may have been separated."""
    if column == "tile":
        text = (
            "WRONG BY DESIGN: tiles of one scan stand on both sides of the splits (groups: tile). These scores are "
            "inflated by leakage and are no evidence."
        )
        return [warning("tiles-split", text)]
    named = given_groups(samples, "group" if column == "scan" else column)
    if column == "scan" and named.any():
        text = (
            "The manifest names groups, but every scan was counted as independent (groups: scan): scans of one "
            "specimen resemble each other, so the scores are too good and the p-value too small."
        )
        return [warning("groups-ignored", text)]
    if column != "scan" and not named.all():
        text = (
            f"{int((~named).sum())} of {len(named)} samples have no {column} (patient, specimen, culture) in the "
            "manifest and count as independent. If several come from one specimen, scores are too good."
        )
        return [warning("groups-missing", text)]
    if column != "scan" and samples.groupby(column)["scan"].nunique().max() == 1:
        text = (
            f"Every scan has a {column} of its own. Where several scans come from one specimen, patient or culture, "
            "they must share one: else scores are too good and the p-value is too small."
        )
        return [warning("groups-of-one", text)]
    return []


def given_groups(samples: pd.DataFrame, column: str) -> pd.Series:
    """Which samples have an entry in that column of the manifest: (n_rows,) bool."""
    if column not in samples:
        return pd.Series(False, index=samples.index)
    return samples[column].fillna("").astype(str) != ""


def other_analyses(repeats: Path, *, since: str) -> Warnings:
    """Of a folder of repeats that holds other configurations than those that were run `since` (ISO 8601, UTC)."""
    n = n_before(repeats, since)
    if n == 0:
        return []
    text = (
        f"{n} other configurations (other settings, channels or seed, or an earlier table) were tested in this folder "
        "before. Where this one was chosen after looking at them, its p-value is too small; say in print how many "
        "were tried."
    )
    return [warning("other-analyses", text)]
