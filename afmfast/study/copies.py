"""The same image more than once: a copy on the other side of a split is recognised, not classified."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..errors import DataError
from .checks import Warnings, warning

#: Fewer values than this may agree by chance.
_LEAST_COLUMNS = 3
#: Copies named in a sentence.
_NAMED = 3


def first_alike(X: np.ndarray) -> np.ndarray:
    """For each row of X (n, p) the first row with the same values to the last bit, NaN where that has NaN: (n,)."""
    seen: dict[bytes, int] = {}
    plain = np.where(np.isnan(X), np.nan, X) + 0.0
    firsts = [seen.setdefault(row.tobytes(), number) for number, row in enumerate(plain)]
    return np.array(firsts, np.int64) if X.shape[1] >= _LEAST_COLUMNS else np.arange(len(X))


def without_copies(
    table: pd.DataFrame, columns: Sequence[str], out: list[dict[str, str]]
) -> tuple[pd.DataFrame, Warnings]:
    """Samples of which all parameters agree to the last bit are one image, whatever the file says: the first stays.

    Raises `DataError` where copies have different labels. Those that were given different groups are a warning.
    """
    first = first_alike(table[list(columns)].to_numpy(float))
    is_copy = first != np.arange(len(table))
    names, labels, groups = (table[c].astype(str).to_numpy() for c in ("name", "label", "group_used"))
    parted = []
    for copy in np.flatnonzero(is_copy):
        original = first[copy]
        if labels[copy] != labels[original]:
            raise DataError(
                f"{names[original]} ({labels[original]}) and {names[copy]} ({labels[copy]}) are the same image with "
                "two labels: all parameters agree to the last bit. Set `use` to no in the manifest for the wrong one"
            )
        reason = f"the same image as {names[original]}: all parameters agree to the last bit"
        out.append({"what": "row", "name": names[copy], "label": labels[copy], "reason": reason})
        if groups[copy] != groups[original]:
            parted.append(f"{names[original]} and {names[copy]} (groups {groups[original]}, {groups[copy]})")
    if not parted:
        return table[~is_copy], []
    more = f" and {len(parted) - _NAMED} more" if len(parted) > _NAMED else ""
    text = (
        f"The same image stands in different groups: {'; '.join(parted[:_NAMED])}{more}. Copies were left out, but "
        "scans of one specimen may be spread over groups as well: check the column `group`."
    )
    return table[~is_copy], [warning("groups-share-an-image", text)]


def check_rows(X: np.ndarray, groups: np.ndarray, rows: Sequence[str]) -> Warnings:
    """A warning where rows of a table (n, p) that are alike to the last bit stand in different groups."""
    first = first_alike(X)
    parted = np.flatnonzero(groups != groups[first])
    if not len(parted):
        return []
    copy = parted[0]
    text = (
        f"{len(parted)} rows have the very numbers of a row in another group ({rows[copy]} those of "
        f"{rows[first[copy]]}): where they are one image, it can stand on both sides of a split and be recognised."
    )
    return [warning("groups-share-an-image", text)]
