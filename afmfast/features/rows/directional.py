"""Directional: the lay."""

from __future__ import annotations

from ...kernels.results import AngularSpectrum, Orientation, Spectrum
from ..parameter import ISO, OFFSET, SPIP, Parameter

_BIGUN = "Bigün & Granlund 1987, Proc. ICCV, 433"

ROWS = (
    Parameter("Std", "texture direction", Spectrum, lambda s: s.direction, 0, 0, "directional",
              "Direction of the lay in degrees, anticlockwise from the fast axis of the image as shown.",
              f"{ISO}, 4.5.1", invariances=OFFSET, is_angle=True),
    Parameter("Stdi", "texture direction index", Spectrum, lambda s: s.direction_index, 0, 0, "directional",
              "Mean over largest spectral amplitude of the directions: near 1 without a lay.", SPIP),
    Parameter("Saent", "angular spectrum entropy", AngularSpectrum, lambda a: a.entropy, 0, 0, "directional",
              "Entropy of the power by direction over its largest possible value: near 1 without a lay.",
              f"{ISO}, angular spectrum"),
    Parameter("Sch", "cross-hatch angle", AngularSpectrum, lambda a: a.cross_hatch, 0, 0, "directional",
              "Acute angle in degrees between the two strongest peaks of the spectral amplitude by direction, averaged "
              "over 5 degrees: above the mean of all and the largest within 10 degrees. Without a lay, chance.",
              SPIP, is_angle=True),
    Parameter("Goent", "gradient orientation entropy", Orientation, lambda o: o.entropy, 0, 0, "directional",
              "Entropy of the squared gradient by orientation, in 36 bins, over its largest possible value: "
              "near 1 without a lay.", "Shannon 1948, Bell Syst. Tech. J. 27, 379"),
    Parameter("Gcoh", "gradient coherence", Orientation, lambda o: o.coherence, 0, 0, "directional",
              "Difference over sum of the structure tensor's eigenvalues: 1 for grooves, 0 without a lay.", _BIGUN),
    Parameter("Gdir", "gradient direction", Orientation, lambda o: o.direction, 0, 0, "directional",
              "Direction of the structure tensor's main axis, across the lay, in degrees, anticlockwise from the "
              "fast axis of the image as shown.", _BIGUN, invariances=OFFSET, is_angle=True),
)  # fmt: skip
