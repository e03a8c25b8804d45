"""Batches of repeats on disk: immutable parquet files, written under a working name and renamed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..contracts import check, name_of
from ..errors import StoreError
from ..files import written
from .batches import ACTUAL, Batch, Records

_METADATA = b"afmfast"


class BatchStore:
    """The folder `repeats/<key>`; without a folder nothing is kept and nothing found."""

    def __init__(self, folder: Path | None, key: str, about: dict[str, Any]) -> None:
        self._folder = None if folder is None else folder / key
        self._head = {"schema": name_of("repeats"), "key": key, **about}
        #: Files that were damaged, or not of this table and plan, and now end in `.bad`.
        self.set_aside: list[str] = []

    def read(self, kind: str) -> Iterator[Records]:
        """Records of every sound batch of a kind; a damaged or strange file is set aside, so that it is made again."""
        if self._folder is None:
            return
        for path in sorted(self._folder.glob(f"{kind}-*.parquet")):
            try:
                yield self._read(path, kind)
            except (StoreError, pa.ArrowException, OSError, ValueError, KeyError) as fault:
                os.replace(path, path.with_name(path.name + ".bad"))
                self.set_aside.append(f"{path.name} ({' '.join(str(fault).split())[:200]})")

    def write(self, batch: Batch, records: Records) -> None:
        """Keep a batch for good."""
        if self._folder is None:
            return
        path = self._folder / _file_name(batch)
        document = {**self._head, "kind": batch.kind, "first": batch.first, "count": batch.count}
        if batch.kind != ACTUAL:
            document |= {"first_split": batch.first_split, "n_splits": batch.n_splits}
        document["digest"] = _digest(records)
        table = pa.table({name: _to_arrow(values) for name, values in records.items()})
        with written(path) as working:
            # Dictionaries and statistics of columns take twice the time and spare nothing here.
            pq.write_table(
                table.replace_schema_metadata({_METADATA: json.dumps(document)}), working, use_dictionary=False,
                write_statistics=False,
            )  # fmt: skip

    def _read(self, path: Path, kind: str) -> Records:
        table = _table(path)
        document = json.loads((table.schema.metadata or {}).get(_METADATA, b"null"))
        check(document, "repeats", where=path.name)
        for name, wanted in {**self._head, "kind": kind}.items():
            if document[name] != wanted:
                raise StoreError(f"{path.name}: {name} is another one than that of this folder; it is made again")
        records = {name: _from_arrow(table[name]) for name in table.column_names}
        if _digest(records) != document["digest"]:
            raise StoreError(f"{path.name}: the checksum does not fit the content; it is made again")
        return records


def scores_of(folder: Path, kind: str) -> Iterator[tuple[float, Records]]:
    """When each batch of a kind was written, and its scores: for who only looks on, unchecked, without damaged ones."""
    for path in folder.glob(f"{kind}-*.parquet"):
        with suppress(pa.ArrowException, OSError, ValueError, KeyError):
            axes = ("repeat",) if kind == ACTUAL else ("labelling", "split")
            table = _table(path, [*axes, "accuracy", "auc", "recall", "specificity"])
            yield path.stat().st_mtime, {name: _from_arrow(table[name]) for name in table.column_names}


def _table(path: Path, columns: list[str] | None = None) -> pa.Table:
    """A file's columns; `pq.read_table` looks for whole folders of them and takes three times as long."""
    with pq.ParquetFile(path) as file:
        return file.read(columns=columns, use_threads=False)


def _file_name(batch: Batch) -> str:
    """Splits that were added to labellings later have a name of their own, so that no file is ever replaced."""
    later = f"-splits-{batch.first_split}-{batch.n_splits}" if batch.first_split else ""
    return f"{batch.kind}-{batch.first}-{batch.count}{later}.parquet"


def _digest(records: Records) -> str:
    content = hashlib.sha256()
    for name in sorted(records):
        values = records[name]
        parts = values if isinstance(values, list) else [values]
        content.update(json.dumps([name, *([str(part.dtype), part.shape] for part in parts)]).encode())
        for part in parts:
            content.update(np.ascontiguousarray(part).tobytes())
    return content.hexdigest()


def _to_arrow(values: Any) -> pa.Array:
    if isinstance(values, list):
        offsets = np.cumsum([0, *(len(part) for part in values)], dtype=np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), pa.array(np.concatenate(values)))
    if values.ndim == 2:
        return pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])
    return pa.array(values)


def _from_arrow(column: pa.ChunkedArray) -> Any:
    array = column.combine_chunks()
    if pa.types.is_fixed_size_list(array.type):
        return array.flatten().to_numpy(zero_copy_only=False).reshape(len(array), array.type.list_size)
    if pa.types.is_list(array.type):
        flat, offsets = array.flatten().to_numpy(zero_copy_only=False), array.offsets.to_numpy()
        return [flat[a:b] for a, b in zip(offsets[:-1] - offsets[0], offsets[1:] - offsets[0], strict=True)]
    return array.to_numpy(zero_copy_only=False)
