"""A stack on disk, read: rows, channels, blocks of images. What `append` writes is the other half of this door."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
import zarr

from .. import contracts
from ..errors import DataError, SettingsError, StoreError
from . import layout
from .layout import ChannelInfo, Group

_ANEW = "Delete it and run `afmfast ingest` again: it is made from the scan files and the manifest alone."
_COLUMNS = ["name", "label", "group", "batch", "repeat_of", "target"]
_PLACES = ["shape", "index", "dx", "dy", "source", "sha256"]


def working_path(path: Path) -> Path:
    """The name under which a first ingest works until it is whole."""
    return path.with_name(path.name + ".part")


@dataclass(frozen=True)
class Block:
    """Neighbouring images of one channel, small enough to travel: a task opens the store itself.

    `group` such as "512x512", `array` the zarr array inside it; images `first` to `first + count`, whose rows
    are `names` and whose pixel sizes in metres are `dx` and `dy`.
    """

    path: str
    group: str
    channel: str
    array: str
    first: int
    count: int
    names: tuple[str, ...]
    dx: tuple[float, ...]
    dy: tuple[float, ...]

    def load(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Heights (count, ny, nx) as stored, in the channel's SI unit, and dx (count,), dy (count,) in metres.

        Raises `StoreError` where the images cannot be read.
        """
        heights = _read(self.path, self.group, self.array, self.first, self.count)
        for image, name in zip(heights, self.names, strict=True):
            if np.isnan(image[0, 0]) and np.isnan(image).all():
                raise StoreError(
                    f"{self.path}: {self.channel} of {name} is lost (a file of the stack is gone). {_ANEW}"
                )
        return heights, np.asarray(self.dx), np.asarray(self.dy)


#: Images that zarr decodes at once. It does so on threads that keep what they once took: 16 at once keep 80 MB.
_AT_ONCE = 4


def _read(path: str, group: str, array: str, first: int, count: int) -> np.ndarray:
    try:
        opened: layout.Array = zarr.open_array(path, path=f"{group}/{array}", mode="r")
        heights = np.empty((count, *opened.shape[1:]), opened.dtype)
        for start in range(0, count, _AT_ONCE):
            heights[start : start + _AT_ONCE] = opened[first + start : first + min(start + _AT_ONCE, count)]
        return heights
    except Exception as error:  # zarr, its codecs and the file system each raise their own kinds on damage
        raise StoreError(f"{path}: images of {group}/{array} cannot be read ({_short(error)}). {_ANEW}") from error


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]


class Store:
    """A stack, opened for reading; what lies beyond a group's `n_images` is not there. Made by `open_store`."""

    def __init__(self, path: Path, root: Group) -> None:
        self.path = path
        groups = {name: group for name, group in sorted(root.groups()) if group.attrs["n_images"]}
        self._n_images = {name: int(group.attrs["n_images"]) for name, group in groups.items()}
        self._members = {name: dict(group.arrays()) for name, group in groups.items()}
        self._arrays = {name: self._committed_arrays(name) for name in groups}
        self.document = _document(root, self._n_images, self._arrays)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Every row, also those set aside, by name: coordinates as stored, `shape`, `place` (zarr group), `index`."""
        parts = []
        for name, n_images in self._n_images.items():
            members = self._members[name]
            part = pd.DataFrame({key: _coordinate(members[key], n_images) for key in layout.COORDINATES})
            part["missing"] = [tuple(json.loads(text)) for text in part["missing"]]
            part["shape"] = [layout.group_shape(name)] * n_images
            part["place"] = name
            part["index"] = np.arange(n_images)
            parts.append(part)
        if not parts:
            return pd.DataFrame(columns=[*layout.COORDINATES, "shape", "place", "index"])
        return pd.concat(parts).sort_values("name", kind="stable", ignore_index=True)

    def _committed_arrays(self, group: str) -> dict[str, Any]:
        """Arrays with an image in some committed row: an ingest that was stopped may leave an empty one."""
        missing = self.table["missing"][self.table["place"] == group]
        found = layout.channel_arrays(self._members[group])
        return {channel: array for channel, array in found.items() if any(channel not in one for one in missing)}

    @cached_property
    def rows(self) -> pd.DataFrame:
        """One line a row in the order of names, whatever order they came in; rows set aside (`use`: no) are not there.

        name, label, group, batch, repeat_of, target, then the manifest's own columns, then shape (ny, nx),
        index inside its group, dx and dy in metres, source, sha256.
        """
        table = self.table[self.table["use"] == "yes"].reset_index(drop=True)
        extra = [json.loads(text) for text in table["extra"]]
        keys = dict.fromkeys(key for one in extra for key in one)
        taken = {*_COLUMNS, *_PLACES}
        own = pd.DataFrame(
            {f"{key} (manifest)" if key in taken else key: [one.get(key, "") for one in extra] for key in keys},
            index=table.index,
        )
        return pd.concat([table[_COLUMNS], own, table[_PLACES]], axis=1)

    @cached_property
    def channels(self) -> tuple[ChannelInfo, ...]:
        """Channels in alphabetical order, `height` first."""
        found = {name: layout.channel_info(array) for arrays in self._arrays.values() for name, array in arrays.items()}
        return tuple(sorted(found.values(), key=lambda info: (info.name != "height", info.name)))

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """(ny, nx) of the groups that hold images."""
        return tuple(layout.group_shape(name) for name in self._n_images)

    def n_images(self, shape: tuple[int, int]) -> int:
        """Committed images of one shape."""
        return self._n_images[layout.group_name(shape)]

    def arrays(self, shape: tuple[int, int]) -> dict[str, str]:
        """Names of the zarr arrays of one shape and the channels they hold: a channel's own name may not fit a file."""
        return {array.basename: channel for channel, array in self._arrays[layout.group_name(shape)].items()}

    def has(self, name: str, channel: str) -> bool:
        """Whether a row has an image of that channel; an unknown row or channel raises `SettingsError`."""
        self._known(channel)
        return self._has(self._row(name), channel)

    def image(self, name: str, channel: str) -> tuple[np.ndarray, float, float, str]:
        """Heights (ny, nx), dx, dy in metres and unit of one row; raises `DataError` where it lacks the channel."""
        info, row = self._known(channel), self._row(name)
        if not self._has(row, channel):
            raise DataError(f"{name} has no channel {channel!r}; it is left out wherever that channel is chosen")
        heights, _, _ = self._block(row["place"], channel, [row]).load()
        return heights[0], float(row["dx"]), float(row["dy"]), info.unit

    def blocks(self, channel: str, *, shape: tuple[int, int] | None = None, size: int = 16) -> list[Block]:
        """Every image of a channel once, in runs of up to `size` that keep to one shard.

        Rows that lack the channel and rows set aside are in no block. `shape` (ny, nx) limits to one group.
        """
        self._known(channel)
        blocks = []
        for name in self._n_images:
            if channel in self._arrays[name] and shape in (None, layout.group_shape(name)):
                chosen = self.table[self.table["place"] == name].sort_values("index")
                lines = [
                    line for line in chosen.to_dict("records") if line["use"] == "yes" and self._has(line, channel)
                ]
                blocks += [self._block(name, channel, run) for run in _runs(lines, layout.group_shape(name), size)]
        return blocks

    def _block(self, group: str, channel: str, rows: list[Any]) -> Block:
        return Block(
            path=str(self.path),
            group=group,
            channel=channel,
            array=self._arrays[group][channel].basename,
            first=int(rows[0]["index"]),
            count=len(rows),
            names=tuple(row["name"] for row in rows),
            dx=tuple(float(row["dx"]) for row in rows),
            dy=tuple(float(row["dy"]) for row in rows),
        )

    def _has(self, row: Any, channel: str) -> bool:
        return channel in self._arrays[row["place"]] and channel not in row["missing"]

    def _row(self, name: str) -> Any:
        try:
            return self.table.loc[self._positions[name]]
        except KeyError:
            raise SettingsError(f"{self.path} has no row {name!r}; `open_store(path).rows` lists them") from None

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: position for position, name in enumerate(self.table["name"])}

    def _known(self, channel: str) -> ChannelInfo:
        for info in self.channels:
            if info.name == channel:
                return info
        names = ", ".join(info.name for info in self.channels)
        raise SettingsError(f"{self.path} has no channel {channel!r}; it has: {names}")


def _runs(lines: list[Any], shape: tuple[int, int], size: int) -> Iterator[list[Any]]:
    """Lines with neighbouring indices, cut at every `size` images counted from the shard's first."""
    shard = layout.images_per_shard(shape)
    run: list[Any] = []
    for line in lines:
        at_cut = line["index"] % shard % size == 0
        if run and (at_cut or line["index"] != run[-1]["index"] + 1):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _coordinate(array: layout.Array, n_images: int) -> Any:
    values = array[:n_images]
    return [str(value) for value in values] if array.basename in layout.TEXTS else np.asarray(values, dtype=float)


def _document(root: Group, n_images: dict[str, int], arrays: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a stack as one document, as `data_schemas/stack-1.0.json` describes it."""
    shapes = {}
    for name, count in n_images.items():
        channels = {channel: {**array.attrs, "dtype": str(array.dtype)} for channel, array in arrays[name].items()}
        shapes[name] = {"n_images": count, "channels": channels}
    return {**root.attrs, "shapes": shapes}


def open_store(path: str | Path) -> Store:
    """The stack at `path`; raises `StoreError` where there is none, or one of another version, or a damaged one."""
    path = Path(path)
    if not path.exists() and working_path(path).exists():
        raise StoreError(
            f"{path}: its ingest was interrupted. Run the same `afmfast ingest` again; it goes on from there."
        )
    if not (path / "zarr.json").is_file():
        found = "is no stack (no zarr.json in it)" if path.exists() else "does not exist"
        raise StoreError(f"{path}: {found}. `afmfast ingest manifest.csv` makes one.")
    try:
        root = zarr.open_group(str(path), mode="r", use_consolidated=False)
        written = root.attrs.get("schema")
    except Exception as error:  # as in _read
        raise StoreError(f"{path}: cannot be opened ({_short(error)}). {_ANEW}") from error
    if not str(written).startswith("stack/"):
        raise StoreError(f"{path}: a zarr store, but no afmfast stack. `afmfast ingest manifest.csv` makes one.")
    if written != contracts.name_of("stack"):
        contracts.check(dict(root.attrs), "stack", where=str(path))
    try:
        store = Store(path, root)
        _ = store.table
    except Exception as error:  # as in _read
        raise StoreError(f"{path}: damaged ({_short(error)}). {_ANEW}") from error
    contracts.check(store.document, "stack", where=str(path))
    return store


def _dataset(path: str | Path, group: str, n_images: int, **options: Any) -> xr.Dataset:
    opened = xr.open_zarr(str(path), group=group, consolidated=False, chunks=None, **options)
    return opened.isel(image=slice(n_images)).assign_attrs(n_images=n_images)


def open_stack(path: str | Path) -> xr.DataTree:
    """The stack as xarray's tree of datasets, one a shape, images read when they are asked for.

    Dimensions (image, y, x), coordinates along `image`; the rows are those that are committed.
    """
    store = open_store(path)
    parts = {}
    for shape in store.shapes:
        name = layout.group_name(shape)
        n_images = store.n_images(shape)
        try:
            parts[f"/{name}"] = _dataset(path, name, n_images)
        except ValueError:  # an ingest was stopped while it lengthened the arrays: they differ in length
            names = [*layout.COORDINATES, *store.arrays(shape)]
            parts[f"/{name}"] = xr.merge(
                [
                    _dataset(path, name, n_images, drop_variables=[*names[:i], *names[i + 1 :]])
                    for i in range(len(names))
                ],
                combine_attrs="override",
            )
    tree = xr.DataTree.from_dict(parts)
    tree.attrs.update({key: value for key, value in store.document.items() if key != "shapes"})
    return tree
