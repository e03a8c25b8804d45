"""Feature: hills and dales by watershed segmentation with Wolf pruning."""

from __future__ import annotations

from ...kernels.results import Motifs
from ..parameter import ISO, Parameter

_ISO = f"{ISO}, feature parameters"

ROWS = (
    Parameter("Spd", "peak density", Motifs, lambda m: m.peak_density, 0, -2, "feature",
              "Peaks of the significant hills per image area. Every pixel belongs to the hill of the highest of its "
              "eight neighbours, of equal heights the first in the image; the hill whose peak is least above its "
              "highest saddle is joined across it until no difference is below 5 % of Sz (Wolf pruning). Hills that "
              "are open at the border count too, but not a peak that is itself a pixel of the border.", _ISO),
    Parameter("Spc", "mean peak curvature", Motifs, lambda m: m.peak_curvature, 1, -2, "feature",
              "Mean curvature, by second differences, of the peaks that Spd counts, positive for domes.", _ISO),
    Parameter("S5p", "five-point peak height", Motifs, lambda m: m.five_peaks, 1, 0, "feature",
              "Mean height above the mean of the five highest peaks that Spd counts, of fewer where there are fewer.",
              _ISO),
    Parameter("S5v", "five-point pit depth", Motifs, lambda m: m.five_pits, 1, 0, "feature",
              "Mean depth below the mean of the five deepest pits, which are the peaks of the image upside down.",
              _ISO),
    Parameter("S10z_iso", "ten-point height, pruned", Motifs, lambda m: m.five_peaks + m.five_pits, 1, 0, "feature",
              "S5p + S5v: the ten-point height of significant hills and dales; S10z is that of all summits.", _ISO),
    Parameter("Sha", "mean hill area", Motifs, lambda m: m.hill_area, 0, 2, "feature",
              "Mean projected area of the significant hills of Spd that are closed: no pixel on the border.", _ISO),
    Parameter("Sda", "mean dale area", Motifs, lambda m: m.dale_area, 0, 2, "feature",
              "Mean projected area of the closed significant dales, the hills of the image upside down.", _ISO),
    Parameter("Shv", "mean hill volume", Motifs, lambda m: m.hill_volume, 1, 2, "feature",
              "Mean volume of the closed significant hills above their highest saddle.", _ISO),
    Parameter("Sdv", "mean dale volume", Motifs, lambda m: m.dale_volume, 1, 2, "feature",
              "Mean volume of the closed significant dales below their lowest saddle: what each holds before it "
              "spills over.", _ISO),
)  # fmt: skip
