"""Hybrid: slopes, curvature, area."""

from __future__ import annotations

from ...kernels.results import (
    DevelopedArea,
    Gradients,
    Laplacian,
    MeanCurvature,
    ProjectedArea,
    Slopes,
    SmoothSlopes,
    Summits,
)
from ..parameter import EUR, ISO, OFFSET, SPIP, STATISTICS, Parameter

GEOMETRY = "differential geometry"

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
    Parameter("Sdqx", "rms slope along x", Slopes, lambda s: s.along_x, 1, -1, "hybrid",
              "Part of Sdq along the fast axis: Sdq squared is Sdqx squared plus Sdqy squared.", STATISTICS,
              invariances=OFFSET),
    Parameter("Sdqy", "rms slope along y", Slopes, lambda s: s.along_y, 1, -1, "hybrid",
              "Part of Sdq along the slow axis, where drift shows.", STATISTICS, invariances=OFFSET),
    Parameter("Smas", "mean gradient", Gradients, lambda g: g.mean, 1, -1, "hybrid",
              "Mean magnitude of the gradient that Sdq is the root mean square of: 0.886 Sdq for a Gaussian surface.",
              STATISTICS, invariances=OFFSET),
    Parameter("Spar", "gradient kurtosis", Gradients, lambda g: g.kurtosis, 0, 0, "hybrid",
              "Mean fourth power of the gradient over the square of its mean square: 1 for a plane, 2 for an "
              "isotropic Gaussian surface.", STATISTICS, invariances=OFFSET),
    Parameter("S2A", "projected area", ProjectedArea, lambda a: a.area, 0, 2, "hybrid",
              "Area of the image between its outermost pixels; no property of the surface.", SPIP),
    Parameter("Svc", "mean pit curvature", Summits, lambda s: s.pit_curvature, 1, -2, "hybrid",
              "Mean curvature of the pits, pixels strictly below all eight neighbours: positive for bowls.", GEOMETRY),
    Parameter("Slap", "rms Laplacian", Laplacian, lambda c: c.rms, 1, -2, "hybrid",
              "Root mean square of the summed second differences along x and y, which noise dominates.", GEOMETRY),
    Parameter("Smcu", "mean absolute curvature", MeanCurvature, lambda c: c.mean_abs, 0, -1, "hybrid",
              "Mean magnitude of the mean curvature, from central differences: 1/R on a sphere.", GEOMETRY, "length"),
)  # fmt: skip
