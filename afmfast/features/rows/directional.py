"""Directional: the lay."""

from __future__ import annotations

from ...kernels.results import Spectrum
from ..parameter import ISO, OFFSET, SPIP, Parameter

ROWS = (
    Parameter("Std", "texture direction", Spectrum, lambda s: s.direction, 0, 0, "directional",
              "Direction of the lay in degrees, anticlockwise from the fast axis of the image as shown.",
              f"{ISO}, 4.5.1", invariances=OFFSET, is_angle=True),
    Parameter("Stdi", "texture direction index", Spectrum, lambda s: s.direction_index, 0, 0, "directional",
              "Mean over largest spectral amplitude of the directions: near 1 without a lay.", SPIP),
)  # fmt: skip
