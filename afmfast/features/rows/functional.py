"""Functional: from the material ratio curve."""

from __future__ import annotations

from ...kernels.results import MaterialRatio, Order, ProbabilityLines, Volumes
from ..parameter import EUR, ISO, SPIP, Parameter

_ISO_3 = "ISO 13565-3:1998"

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
    Parameter("Sdc50_100", "height interval 50-100 %", Order, lambda o: o.interval_50_100, 1, 0, "functional",
              "Height between 50 % material and the bottom.", SPIP),
    Parameter("Spkx", "maximum peak height above the core", MaterialRatio, lambda c: c.highest_peak, 1, 0,
              "functional", "Highest pixel above the core; 0 where the core reaches as high.", "ISO 25178-2:2021"),
    Parameter("Svkx", "maximum pit depth below the core", MaterialRatio, lambda c: c.deepest_valley, 1, 0,
              "functional", "Depth of the lowest pixel below the core; 0 where the core reaches as low.",
              "ISO 25178-2:2021"),
    Parameter("Sxp", "peak extreme height", Order, lambda o: o.extreme_peak, 1, 0, "functional",
              "Height between 2.5 % and 50 % material.", f"{ISO}, 4.4"),
    Parameter("Smc10", "inverse material ratio at 10 %", Order, lambda o: o.height_10, 1, 0, "functional",
              "Height, from the mean, that 10 % of the surface exceeds: Smc(10 %).", f"{ISO}, 4.4"),
    Parameter("Smr", "material ratio at one Sq", Order, lambda o: o.above_rms, 0, 0, "functional",
              "Share of the surface that lies more than Sq above the mean, by the material ratio curve: Smr(Sq), "
              "0.1587 for a Gaussian surface.", f"{ISO}, 4.4"),
    Parameter("Vmp", "peak material volume", Volumes, lambda v: v.peak_material, 1, 0, "functional",
              "Volume of material above the height of 10 % material, per area.", f"{ISO}, 4.4.6"),
    Parameter("Vmc", "core material volume", Volumes, lambda v: v.core_material, 1, 0, "functional",
              "Volume of material above the height of 80 % material less Vmp, per area.", f"{ISO}, 4.4.6"),
    Parameter("Vvc", "core void volume", Volumes, lambda v: v.core_void, 1, 0, "functional",
              "Void volume below the height of 10 % material less Vvv, per area.", f"{ISO}, 4.4.6"),
    Parameter("Vvv", "valley void volume", Volumes, lambda v: v.valley_void, 1, 0, "functional",
              "Void volume below the height of 80 % material, per area.", f"{ISO}, 4.4.6"),
    Parameter("Spq", "plateau rms", ProbabilityLines, lambda p: p.peaks, 1, 0, "functional",
              "Slope, in heights per standard deviation, of the material ratio curve over normal probability among the "
              "peaks: the first of the two straight lines that together fit it best from 0.1 % to 99.9 % material, "
              "each over a tenth of the axis or more. Sq for a Gaussian surface.", _ISO_3),
    Parameter("Svq", "valley rms", ProbabilityLines, lambda p: p.valleys, 1, 0, "functional",
              "As Spq among the valleys: the slope of the second line.", _ISO_3),
    Parameter("Smq", "plateau to valley ratio", ProbabilityLines, lambda p: p.crossing, 0, 0, "functional",
              "Material ratio at which the lines of Spq and Svq cross. None where they are one line to within 1 %.",
              _ISO_3),
)  # fmt: skip
