"""Arrays saved by NumPy (.npy, .npz): nothing in them says how large a pixel is."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..errors import FileRefused
from ..records import Image
from .channels import Channel, to_images


def read(path: Path, *, pixel_size: float | None = None, z_unit: str | None = None) -> list[Image]:
    """The array of a .npy, or every two-dimensional array of a .npz under its own name; row 0 is the top.

    Raises:
        FileRefused: pickled objects, arrays that are no image, no pixel size given.
    """
    nan = float("nan")
    try:
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                arrays = [Channel(loaded, nan, nan, None, None)]
            else:
                arrays = [Channel(loaded[name], nan, nan, None, name) for name in loaded.files]
    except ValueError as fault:
        raise FileRefused(path, f"not an array of numbers ({fault})", "Save it with numpy.save as numbers") from fault
    if len(arrays) > 1 or path.suffix.lower() == ".npz":
        arrays = [channel for channel in arrays if channel.heights.ndim == 2]
    return to_images(path, arrays, pixel_size=pixel_size, z_unit=z_unit)
