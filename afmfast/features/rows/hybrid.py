"""Hybrid: slopes, curvature, area."""

from __future__ import annotations

from ...kernels.results import DevelopedArea, Slopes, SmoothSlopes, Summits
from ..parameter import EUR, ISO, OFFSET, SPIP, Parameter

ROWS = (
    Parameter("Sdq", "rms gradient", Slopes, lambda s: s.rms, 1, -1, "hybrid",
              "Root mean square slope from neighbouring pixels, the left one and the one above.", SPIP,
              invariances=OFFSET),
    Parameter("Sdq6", "rms gradient, seven-point", SmoothSlopes, lambda s: s.rms, 1, -1, "hybrid",
              "Root mean square slope from a seven-point stencil.", "ASME B46.1; ISO 25178-3"),
    Parameter("S3A", "surface area", DevelopedArea, lambda a: a.area, 0, 2, "hybrid",
              "Area of the triangulated surface, mean of both diagonals.", SPIP, "length"),
    Parameter("Sdr", "developed area ratio", DevelopedArea, lambda a: a.excess, 0, 0, "hybrid",
              "Surface area over projected area, less one (a fraction).", f"{ISO}, 4.3.2", "length"),
    Parameter("Ssc", "mean summit curvature", Summits, lambda s: s.curvature, 1, -2, "hybrid",
              "Mean curvature of the summits, positive for domes.", EUR),
)  # fmt: skip
