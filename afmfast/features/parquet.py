"""The parameter table on disk: parameters.parquet, what it means in the file's own metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..contracts import check, name_of
from ..errors import StoreError
from ..files import written

#: Key of our document in the metadata of the file.
KEY = b"afmfast"


def write_table(path: str | Path, frame: pd.DataFrame, metadata: dict[str, Any]) -> None:
    """Write a table, one row a sample, identifiers first, then `channel:symbol` columns.

    `metadata` keeps to data_schemas/parameters-1.0.json; its `schema` may be left out. The file appears whole
    or not at all. Raises `StoreError` for metadata that does not fit, or names other columns than the table.
    """
    path = Path(path)
    document = check({"schema": name_of("parameters")} | metadata, "parameters", where=str(path))
    _check_columns(frame, document, path)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), KEY: json.dumps(document).encode()})
    with written(path) as working:
        pq.write_table(table, working)


def read_table(path: str | Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The table and its metadata.

    Raises `StoreError` for a file that is missing, damaged, of another version, or not a parameter table.
    """
    path = Path(path)
    try:
        table = pq.read_table(path)
        document = json.loads((table.schema.metadata or {})[KEY])
    except FileNotFoundError:
        raise StoreError(f"{path}: there is no parameter table here; make one with `afmfast measure`") from None
    except KeyError:
        raise StoreError(f"{path}: is a parquet file, but not a parameter table; name one made by afmfast") from None
    except (OSError, ValueError, pa.ArrowException) as fault:
        raise StoreError(f"{path}: is damaged or not a parquet file ({fault}); measure again") from fault
    check(document, "parameters", where=str(path))
    frame = table.to_pandas()
    _check_columns(frame, document, path)
    return frame, document


def _check_columns(frame: pd.DataFrame, document: dict[str, Any], path: Path) -> None:
    """The document's identifiers and parameters are the table's columns, in this order."""
    expected = [*document["identifiers"], *(column["name"] for column in document["columns"])]
    found = [str(column) for column in frame.columns]
    if found != expected:
        odd = sorted(set(found) ^ set(expected)) or ["the order"]
        raise StoreError(f"{path}: table and metadata do not name the same columns: {', '.join(odd)}")
