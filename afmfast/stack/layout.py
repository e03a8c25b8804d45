"""Where things lie inside a stack: names, chunks, shards and types, for the reading and the writing side alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from zarr.codecs import BloscCodec, BloscShuffle

#: Coordinates along `image`; `notes`, `missing`, `extra` and `read_as` are JSON.
TEXTS = (
    "name", "label", "group", "batch", "repeat_of", "source", "sha256", "use", "missing", "notes", "extra", "read_as",
)  # fmt: skip
NUMBERS = ("dx", "dy", "target")
COORDINATES = TEXTS + NUMBERS

#: zarr's hints call every item a union of all it could be; what an item is follows from this module.
Group = Any
Array = Any

IMAGES_PER_SHARD = 64
#: A shard is assembled in memory before it is written; images above 512x512 get shards of fewer images.
SHARD_PIXELS = IMAGES_PER_SHARD * 512 * 512
ROWS_PER_CHUNK = 1024

#: 512x512 rough surfaces, CPU time: written in 4 ms an image and read in 2.3, against 10 and 2.5 with zstd, which
#: saves 3 % more space; zarr's default (zstd without shuffle) takes 10 and 4.7 and saves least.
COMPRESSOR = BloscCodec(cname="lz4", clevel=5, shuffle=BloscShuffle.shuffle)


@dataclass(frozen=True)
class ChannelInfo:
    """What holds for a channel in every row: `unit` in SI, `kind` absolute or instrument-dependent, `calibrated`."""

    name: str
    unit: str
    kind: str
    calibrated: bool


def group_name(shape: tuple[int, int]) -> str:
    """The zarr group of all images of one (ny, nx): `480x512`."""
    return f"{shape[0]}x{shape[1]}"


def group_shape(name: str) -> tuple[int, int]:
    """(ny, nx) of a zarr group."""
    ny, nx = name.split("x")
    return int(ny), int(nx)


def images_per_shard(shape: tuple[int, int]) -> int:
    """A power of two, 64 for images up to 512x512 and fewer for larger ones: `images_per_shard((4096, 4096)) == 1`."""
    fitting = max(1, SHARD_PIXELS // (shape[0] * shape[1]))
    return int(min(IMAGES_PER_SHARD, 1 << (fitting.bit_length() - 1)))


def array_name(channel: str, taken: Iterable[str] = ()) -> str:
    """A name every file system can hold; the channel's own name stays in the array's attributes."""
    plain = re.sub(r"[^\w .()+-]", "_", channel).strip(" ._") or "channel"
    names = {name.casefold() for name in (*COORDINATES, *taken)}
    while plain.casefold() in names:
        plain += "_"
    return plain


def create_group(root: Group, shape: tuple[int, int], n_rows: int) -> Group:
    """A group without committed images, and room for the coordinates of `n_rows`."""
    # `coordinates` is the CF convention that tells xarray which arrays are coordinates
    attributes = {"n_images": 0, "coordinates": " ".join(COORDINATES)}
    group = root.create_group(group_name(shape), attributes=attributes)
    for name in COORDINATES:
        text = name in TEXTS
        group.create_array(
            name,
            shape=(n_rows,),
            chunks=(ROWS_PER_CHUNK,),
            dtype=str if text else "float64",
            fill_value="" if text else np.nan,
            dimension_names=("image",),
        )
    return group


def create_channel(group: Group, name: str, info: ChannelInfo, n_images: int, dtype: Any) -> Array:
    """A channel's array of shape (n_images, ny, nx), NaN until written."""
    shape = group_shape(group.basename)
    return group.create_array(
        name,
        shape=(n_images, *shape),
        chunks=(1, *shape),
        shards=(images_per_shard(shape), *shape),
        dtype=dtype,
        compressors=COMPRESSOR,
        fill_value=np.nan,
        dimension_names=("image", "y", "x"),
        attributes={"name": info.name, "unit": info.unit, "kind": info.kind, "calibrated": info.calibrated},
    )


def channel_arrays(members: Mapping[str, Array]) -> dict[str, Array]:
    """Of a group's arrays those that hold images, by channel name, in alphabetical order."""
    arrays = {str(array.attrs["name"]): array for name, array in members.items() if name not in COORDINATES}
    return dict(sorted(arrays.items()))


def channel_info(array: Array) -> ChannelInfo:
    """The description that an array carries."""
    attrs = array.attrs
    return ChannelInfo(str(attrs["name"]), str(attrs["unit"]), str(attrs["kind"]), bool(attrs["calibrated"]))


def dtype_for(images: Iterable[np.ndarray]) -> str:
    """`float32` if that keeps every value exactly, else `float64`.

    Raw values are kept to the last bit, and float32 halves what has to be read: so the narrow type
    wherever the microscope's own numbers fit it. Integers times an LSB, and decimal text, need float64.
    """
    return "float32" if all(_fits_float32(image) for image in images) else "float64"


def _fits_float32(image: np.ndarray) -> bool:
    if image.dtype in (np.float32, np.float16):
        return True
    with np.errstate(over="ignore"):
        return np.array_equal(image.astype(np.float32).astype(np.float64), image, equal_nan=True)
