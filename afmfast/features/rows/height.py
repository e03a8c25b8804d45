"""Amplitude: how high, how skewed, how far the extremes."""

from __future__ import annotations

from ...kernels.results import Entropy, HeightMoments, Order, RawHeights, Summits, Variation
from ..parameter import EUR, ISO, SPIP, STATISTICS, Parameter

ROWS = (
    Parameter("Smean", "mean", RawHeights, lambda r: r.mean, 1, 0, "height",
              "Mean of the heights before levelling.", SPIP, "zero", ("flip", "turn")),
    Parameter("Sa", "mean absolute height", HeightMoments, lambda m: m.mean_abs, 1, 0, "height",
              "Mean distance of the heights from their mean.", f"{ISO}, 4.1.7"),
    Parameter("Sq", "rms height", HeightMoments, lambda m: m.rms, 1, 0, "height",
              "Root mean square of the heights about their mean.", f"{ISO}, 4.1.1"),
    Parameter("Ssk", "skewness", HeightMoments, lambda m: m.skewness, 0, 0, "height",
              "Mean cube of the heights over Sq cubed: positive where peaks stand out.", f"{ISO}, 4.1.2"),
    Parameter("Sku", "kurtosis", HeightMoments, lambda m: m.kurtosis, 0, 0, "height",
              "Mean fourth power of the heights over Sq to the fourth: 3 for a Gaussian surface.", f"{ISO}, 4.1.3"),
    Parameter("Sp", "highest peak", HeightMoments, lambda m: m.highest, 1, 0, "height",
              "Highest pixel above the mean.", f"{ISO}, 4.1.4"),
    Parameter("Sv", "deepest pit", HeightMoments, lambda m: m.deepest, 1, 0, "height",
              "Depth of the lowest pixel below the mean.", f"{ISO}, 4.1.5"),
    Parameter("Sz", "total height", HeightMoments, lambda m: m.highest + m.deepest, 1, 0, "height",
              "Highest less lowest pixel.", f"{ISO}, 4.1.6", aliases=("St", "Sy")),
    Parameter("S10z", "ten-point height", Summits, lambda s: s.ten_point, 1, 0, "height",
              "Mean of the five highest summits less mean of the five lowest pits, both inside the image "
              "and strictly beyond all eight neighbours.", EUR),
    Parameter("Smed", "median", Order, lambda o: o.median, 1, 0, "height",
              "Median of the heights, from their mean; of an even number the mean of the middle two.", STATISTICS),
    Parameter("Smad", "median absolute deviation", Order, lambda o: o.deviation, 1, 0, "height",
              "Median distance of the heights from their median: 0.6745 Sq for a Gaussian surface.", STATISTICS),
    Parameter("Spr", "range of 5-95 %", Order, lambda o: o.range_5_95, 1, 0, "height",
              "Height between 5 % and 95 % material: 3.290 Sq for a Gaussian surface.", STATISTICS),
    Parameter("Sent", "height entropy", Entropy, lambda e: e.heights, 0, 0, "height",
              "Entropy of the heights in 256 equal bins from lowest to highest, over ln 256: 1 if all bins are "
              "filled alike.", "Shannon 1948, doi:10.1002/j.1538-7305.1948.tb01338.x"),
    Parameter("Scv", "coefficient of variation", Variation, lambda v: v.coefficient, 0, 0, "height",
              "Sq over the magnitude of the mean before levelling.", STATISTICS, "zero", ("flip", "turn")),
)  # fmt: skip
