"""Functional: from the material ratio curve."""

from __future__ import annotations

from ...kernels.results import MaterialRatio
from ..parameter import EUR, SPIP, Parameter

ROWS = (
    Parameter("Sk", "core height", MaterialRatio, lambda c: c.core, 1, 0, "functional",
              "Height span of the line through the flattest 40 % of the material ratio curve.", "ISO 13565-2:1996"),
    Parameter("Spk", "reduced peak height", MaterialRatio, lambda c: c.peak, 1, 0, "functional",
              "Height of the triangle as large as the material above the core.", "ISO 13565-2:1996"),
    Parameter("Svk", "reduced valley depth", MaterialRatio, lambda c: c.valley, 1, 0, "functional",
              "Depth of the triangle as large as the void below the core.", "ISO 13565-2:1996"),
    Parameter("Smr1", "peak material portion", MaterialRatio, lambda c: c.peak_portion, 0, 0, "functional",
              "Share of the surface that lies above the core.", "ISO 13565-2:1996", aliases=("Smrk1",)),
    Parameter("Smr2", "valley material portion", MaterialRatio, lambda c: c.valley_portion, 0, 0, "functional",
              "Share of the surface that lies above the bottom of the core.", "ISO 13565-2:1996",
              aliases=("Smrk2",)),
    Parameter("Sbi", "surface bearing index", MaterialRatio, lambda c: c.bearing, 0, 0, "functional",
              "Sq over the height, from the mean, that 5 % of the surface exceeds.", EUR),
    Parameter("Sci", "core fluid retention index", MaterialRatio, lambda c: c.core_retention, 0, 0, "functional",
              "Void volume between the heights of 5 % and 80 % material, per area, over Sq.", EUR),
    Parameter("Svi", "valley fluid retention index", MaterialRatio, lambda c: c.valley_retention, 0, 0, "functional",
              "Void volume below the height of 80 % material, per area, over Sq.", EUR),
    Parameter("Sdc0_5", "height interval 0-5 %", MaterialRatio, lambda c: c.interval_0_5, 1, 0, "functional",
              "Height between the top and 5 % material.", SPIP),
    Parameter("Sdc5_10", "height interval 5-10 %", MaterialRatio, lambda c: c.interval_5_10, 1, 0, "functional",
              "Height between 5 % and 10 % material.", SPIP),
    Parameter("Sdc10_50", "height interval 10-50 %", MaterialRatio, lambda c: c.interval_10_50, 1, 0, "functional",
              "Height between 10 % and 50 % material.", SPIP),
    Parameter("Sdc50_95", "height interval 50-95 %", MaterialRatio, lambda c: c.interval_50_95, 1, 0, "functional",
              "Height between 50 % and 95 % material.", SPIP),
)  # fmt: skip
