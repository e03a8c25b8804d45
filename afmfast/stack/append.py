"""A stack on disk, written: rows are gathered until they fill a shard, written beyond `n_images`, then committed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import zarr

from .. import contracts
from ..records import Image
from . import layout
from .layout import Array, ChannelInfo, Group
from .store import open_store, working_path

#: What the manifest says about a row, and may say otherwise later; `target` is a number, the rest is text.
ABOUT = ("label", "group", "batch", "repeat_of", "target", "use", "extra")


@dataclass(frozen=True)
class Entry:
    """One row on its way into a stack: what its coordinates say, and its images by channel.

    `notes` are what the ingest report says of the row, now and at every later ingest; `read_as` is what the row
    was read from, so that a later ingest sees whether the same name still means the same content.
    """

    name: str
    about: Mapping[str, Any]
    images: Mapping[str, Image]
    dx: float
    dy: float
    source: str
    sha256: str
    read_as: str
    notes: Mapping[str, Any] = field(default_factory=dict)


class Appender:
    """Appends rows to the stack at `path`, which appears there whole, or grows by whole commits.

    Memory: the images of at most one shard of rows, over all shapes. A first ingest works under a
    working name (`at`), is kept there when interrupted, and is taken up again if `origin` is still the same.
    """

    def __init__(self, path: Path, *, origin: str, channel_names: Mapping[str, str], retraces: bool = False) -> None:
        self.path, self.at = path, path
        self._gathered: dict[tuple[int, int], list[Entry]] = {}
        if not path.exists():
            self.at = working_path(path)
            self._start_or_take_up(origin, channel_names, retraces)
        _repair(self.at)
        self.store = open_store(self.at)
        self._root: Group = zarr.open_group(str(self.at), mode="r+", use_consolidated=False)
        self._n_images = {shape: self.store.n_images(shape) for shape in self.store.shapes}
        self.channels: dict[str, ChannelInfo] = {info.name: info for info in self.store.channels}

    def _start_or_take_up(self, origin: str, channel_names: Mapping[str, str], retraces: bool) -> None:
        if (self.at / "zarr.json").is_file():
            root = zarr.open_group(str(self.at), mode="r", use_consolidated=False)
            if root.attrs.get("origin") == origin and root.attrs.get("schema") == contracts.name_of("stack"):
                return
        shutil.rmtree(self.at, ignore_errors=True)
        about: dict[str, Any] = {"schema": contracts.name_of("stack"), "afmfast": version("afmfast"), "origin": origin}
        about["channel_names"], about["retraces"] = dict(channel_names), retraces
        zarr.create_group(str(self.at), zarr_format=3, attributes=about)

    def __enter__(self) -> Appender:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()

    def add(self, entry: Entry) -> None:
        """Take a row; its images of one channel name must share that channel's unit."""
        ny, nx = next(iter(entry.images.values())).heights.shape
        rows = self._gathered.setdefault((ny, nx), [])
        rows.append(entry)
        for name, image in entry.images.items():
            known = self.channels.setdefault(name, ChannelInfo(name, image.unit, image.kind, image.calibrated))
            if not image.calibrated:
                self.channels[name] = replace(known, calibrated=False)
        if (self._n_images.setdefault((ny, nx), 0) + len(rows)) % layout.images_per_shard((ny, nx)) == 0:
            self._flush((ny, nx))
        elif sum(map(self._pixels, self._gathered)) >= layout.SHARD_PIXELS:
            self._flush(max(self._gathered, key=self._pixels))

    def update(self, about: Mapping[str, Mapping[str, Any]]) -> None:
        """Write what the manifest now says about committed rows: coordinates alone, images stay as they are."""
        table = self.store.table
        for name, group in self._root.groups():
            here = table[(table["place"] == name) & table["name"].isin(list(about))]
            for key in ABOUT if len(here) else ():
                values = group[key][:]
                for row, index in zip(here["name"], here["index"], strict=True):
                    values[index] = about[row][key]
                group[key][:] = values

    def close(self) -> None:
        """Commit what is gathered; a first ingest gets its name. Without a single row nothing is left on disk."""
        for shape in list(self._gathered):
            self._flush(shape)
        if self.at == self.path:
            return
        if any(self._n_images.values()):
            self.at.rename(self.path)
        else:
            shutil.rmtree(self.at)

    def _pixels(self, shape: tuple[int, int]) -> int:
        return len(self._gathered[shape]) * shape[0] * shape[1]

    def _flush(self, shape: tuple[int, int]) -> None:
        entries = self._gathered.pop(shape)
        first, last = self._n_images[shape], self._n_images[shape] + len(entries)
        group = self._root[layout.group_name(shape)] if first else layout.create_group(self._root, shape, last)
        self._make_room(group, entries, first, last)
        members = dict(group.arrays())
        for array in members.values():
            if array.shape[0] != last:
                array.resize((last, *array.shape[1:]))
        arrays = layout.channel_arrays(members)
        for name, array in arrays.items():
            block = np.full((len(entries), *shape), np.nan, array.dtype)
            for image, entry in zip(block, entries, strict=True):
                if name in entry.images:
                    image[:] = entry.images[name].heights
            array[first:last] = block
        lines = [_line(entry, set(arrays) - set(entry.images)) for entry in entries]
        for name in layout.COORDINATES:
            values = [line[name] for line in lines]
            members[name][first:last] = np.array(values, dtype=object if name in layout.TEXTS else float)
        self._commit(group, last)
        self._n_images[shape] = last

    def _commit(self, group: Group, n_images: int) -> None:
        group.attrs["n_images"] = n_images

    def _make_room(self, group: Group, entries: list[Entry], first: int, last: int) -> None:
        """An array for every channel of the entries, wide enough for their values."""
        arrays = layout.channel_arrays(dict(group.arrays()))
        for name in sorted({name for entry in entries for name in entry.images}):
            dtype = layout.dtype_for(entry.images[name].heights for entry in entries if name in entry.images)
            info = self.channels[name]
            if name not in arrays:
                _add_missing(group, name, first)
                taken = [array.basename for array in arrays.values()]
                arrays[name] = layout.create_channel(group, layout.array_name(name, taken), info, last, dtype)
            elif arrays[name].dtype != dtype and dtype == "float64":
                _widen(self.at, group, arrays[name])
            elif arrays[name].attrs["calibrated"] != info.calibrated:
                arrays[name].attrs["calibrated"] = info.calibrated


def _line(entry: Entry, missing: set[str]) -> dict[str, Any]:
    return {
        **entry.about,
        "name": entry.name,
        "dx": entry.dx,
        "dy": entry.dy,
        "source": entry.source,
        "sha256": entry.sha256,
        "read_as": entry.read_as,
        "missing": json.dumps(sorted(missing), ensure_ascii=False),
        "notes": json.dumps(entry.notes, ensure_ascii=False),
    }


def _add_missing(group: Group, channel: str, first: int) -> None:
    """Earlier rows lack a channel that comes later; written before its array exists, so no reader is misled."""
    if first:
        missing = [sorted({*json.loads(str(text)), channel}) for text in group["missing"][:first]]
        group["missing"][:first] = np.array([json.dumps(one, ensure_ascii=False) for one in missing], dtype=object)


def _aside(stack: Path) -> Path:
    return stack.with_name(stack.name + ".wide")


def _widen(stack: Path, group: Group, narrow: Array) -> None:
    """Make a float32 array float64, shard by shard beside the stack; only the last two renames touch the stack."""
    aside, place = _aside(stack), Path(group.basename) / narrow.basename
    shutil.rmtree(aside, ignore_errors=True)
    copy: Group = zarr.create_group(str(aside), zarr_format=3).create_group(group.basename)
    wide = layout.create_channel(copy, narrow.basename, layout.channel_info(narrow), narrow.shape[0], "float64")
    step = narrow.shards[0]
    for first in range(0, narrow.shape[0], step):
        wide[first : first + step] = narrow[first : first + step].astype("float64")
    (aside / "narrow" / place).parent.mkdir(parents=True)
    (stack / place).rename(aside / "narrow" / place)
    (aside / place).rename(stack / place)
    shutil.rmtree(aside)


def _repair(stack: Path) -> None:
    """Take away what an ingest that was stopped left beyond its last commit."""
    narrow = _aside(stack) / "narrow"
    for lost in narrow.glob("*/*"):
        if not (stack / lost.relative_to(narrow)).exists():
            lost.rename(stack / lost.relative_to(narrow))
    shutil.rmtree(_aside(stack), ignore_errors=True)
    store = open_store(stack)
    root: Group = zarr.open_group(str(stack), mode="r+", use_consolidated=False)
    for name, group in root.groups():
        shape = layout.group_shape(name)
        if shape not in store.shapes:
            shutil.rmtree(stack / name)
            continue
        for array in list(layout.channel_arrays(dict(group.arrays())).values()):
            if array.basename not in store.arrays(shape):
                shutil.rmtree(stack / name / array.basename)
