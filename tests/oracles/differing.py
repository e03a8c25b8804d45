"""Where another program means something else by the name: what it is, and what then to expect of the ratio."""

from __future__ import annotations

from typing import NamedTuple


class Difference(NamedTuple):
    """`low` to `high` is the ratio theirs/ours over the images; None where no ratio says anything."""

    program: str
    symbol: str
    difference: str
    low: float | None = None
    high: float | None = None


DIFFERENCES: tuple[Difference, ...] = (
    Difference("gwyddion", "Sku", "its get_stats gives the excess: 3 is added before the comparison"),
    Difference(
        "gwyddion", "Sdr", "its triangles meet in a smoothed middle of each cell and the border is drawn out by half a "
        "pixel: 1 % less on smooth surfaces, a fifth on white noise", 0.75, 1.0,
    ),
    Difference("gwyddion", "S3A", "as Sdr, and over ny nx pixels instead of (ny - 1)(nx - 1) cells", 0.9, 1.06),
    Difference("gwyddion", "Sds", "its maxima have four neighbours, not eight, and may lie on the border", 1.0, 2.3),
    Difference("gwyddion", "D_box", "resampled to 2^n + 1 pixels a side, all scales", 0.95, 1.05),
    Difference("gwyddion", "D_area", "as D_box, and the range, not Sq, is the side: flatter", 0.85, 1.0),
    Difference("gwyddion", "D_part", "as D_box, and the last blocks are left out", 0.93, 1.05),
    Difference("gwyddion", "D_psd1", "no window, all frequencies of the rows", 0.9, 1.1),
    Difference("gwyddion", "D_psd", "its spectral dimension is that of rows, not of rings, over all frequencies"),
    Difference(
        "gwyddion", "Std", "its angular spectrum sums power, not amplitude, counted from the direction of the wave"
    ),
    Difference(
        "surfalize", "Std", "amplitudes are summed over angular bins that hold unequal numbers of frequencies: 0, 45 "
        "or 90 degrees on most surfaces, across the lay",
    ),
    Difference("surfalize", "Sdr", "per cent: divided by 100 before the comparison"),
    Difference("surfalize", "Smr1", "per cent: divided by 100 before the comparison"),
    Difference("surfalize", "Smr2", "per cent: divided by 100 before the comparison"),
    Difference("surfalize", "Spkx", "below 0 where the core's line ends above the highest pixel; 0 here"),
    Difference("surfalize", "Svkx", "below 0 where the core's line ends below the lowest pixel; 0 here"),
    Difference("surfalize", "S10z", "that of closed, pruned hills; ours is that of all summits", 0.2, 1.000001),
    Difference(
        "surfalize", "Spd", "its own counts closed hills only, per (ny - 1)(nx - 1) pixels; compared are its hills by "
        "our conventions: open ones count, their peaks on the border do not, per ny nx pixels",
    ),
    Difference("surfalize", "Spc", "as Spd"),
    Difference("surfalize", "S5p", "as Spd"),
    Difference("surfalize", "S5v", "as Spd"),
    Difference("surfalize", "S10z_iso", "as Spd"),
    Difference("surfalize", "Sha", "has none: from its closed hills"),
    Difference("surfalize", "Sda", "has none: from its closed dales"),
    Difference("surfalize", "Shv", "has none: from its closed hills, above their highest saddle"),
    Difference("surfalize", "Sdv", "has none: from its closed dales, below their lowest saddle"),
    Difference("surfalize", "Ssw", "no window: on rough surfaces long waves leak; compared on periodic ones"),
    Difference(
        "surfalize", "Str20", "searched over the whole autocorrelation, here within half the image: compared where it "
        "falls in every direction within 45 % of the shorter side",
    ),
    Difference("surfalize", "Str37", "as Str20"),
    Difference("surfalize", "Sci", "has none: (Vv(5 %) - Vv(80 %)) / Sq of its volumes"),
    Difference("surfalize", "Svi", "has none: Vvv / Sq of its own"),
    Difference("surfalize", "Sbi", "has none: Sq / Smc(5 %) of its own"),
    Difference("gwyddion", "Scl20", "from its autocorrelation along our 360 rays; its own is that of rows alone"),
    Difference("surfacetopography", "Scl20", "its autocorrelation is averaged over directions: not the fastest decay"),
)  # fmt: skip
