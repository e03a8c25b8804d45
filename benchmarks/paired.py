"""Test surfaces for the benchmarks, and the table of the classic set; the protocol is that of `afmfast bench`.

python benchmarks/paired.py        prints the table for the classic set
"""

from __future__ import annotations

import numpy as np
import scipy.fft

from afmfast.study.bench import paired

SHAPES = ((128, 128), (256, 256), (512, 512), (1024, 1024), (509, 517))


def surfaces(shape: tuple[int, int], *, n: int = 20, seed: int = 0) -> list[np.ndarray]:
    """Self-affine heights in metres (20 nm rms, H from 0.2 to 0.9, a tilt), float32, cut from a tile twice as large."""
    rng = np.random.default_rng(seed)
    return [_self_affine(shape, hurst, rng) for hurst in np.linspace(0.2, 0.9, n)]


def _self_affine(shape: tuple[int, int], hurst: float, rng: np.random.Generator) -> np.ndarray:
    ny, nx = 2 * shape[0], 2 * shape[1]
    frequency = np.hypot(scipy.fft.fftfreq(ny)[:, None] * ny, scipy.fft.rfftfreq(nx) * nx)
    amplitude = np.maximum(frequency, 8.0) ** -(1.0 + hurst)
    noise = scipy.fft.rfft2(rng.standard_normal((ny, nx)))
    heights = scipy.fft.irfft2(noise * amplitude, s=(ny, nx))[: shape[0], : shape[1]]
    tilt = np.linspace(-1.0, 1.0, shape[1]) * 3.0 * heights.std()
    return np.ascontiguousarray((heights + tilt) * (20e-9 / heights.std()), dtype=np.float32)


def main() -> None:
    """Print the table."""
    from afmfast.features.measure import measure_image

    print("| image | classic set, CPU ms | rfft2, CPU ms | ratio |\n|---|---|---|---|")
    for shape in SHAPES:
        found = paired(lambda z: measure_image(z, 1e-8, 1e-8), surfaces(shape, n=8 if shape[0] > 600 else 20))
        print(f"| {shape[0]}x{shape[1]} | {found.call_ms:.2f} | {found.rfft2_ms:.3f} | {found.ratio:.1f} |")


if __name__ == "__main__":
    main()
