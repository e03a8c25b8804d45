"""Bytes that change when code does, and whatever it holds: for what is kept and must not be taken for another.

Seen: a function's code, constants, defaults and closure; functions and values that it names as globals, and theirs
in turn, as far as they are the user's own; files of the user's own modules; versions of installed packages.
Not seen: what is reached only while it runs (attributes of objects, imports inside of functions, files it reads)
and an installed package that changes without changing its version.
"""

from __future__ import annotations

import functools
import pickle
import sys
import sysconfig
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

_INSTALLED = tuple(str(Path(sysconfig.get_path(name))) for name in ("stdlib", "purelib", "platlib"))


def digest(function: Any, *more: str) -> str:
    """64 hex digits of a function, and of what else is said of it."""
    home = str(getattr(function, "__module__", "")).partition(".")[0]
    found = sha256(repr(more).encode())
    for part in _parts(function, home, {}):
        found.update(part + b"\0")
    return found.hexdigest()


def _parts(thing: Any, home: str, seen: dict[int, Any]) -> Iterator[bytes]:
    """Bytes of anything that code can name.

    `home` is the package that is followed even where it is installed; `seen` holds, by id, what can lead to itself.
    """
    if isinstance(thing, FunctionType | list | dict):
        if id(thing) in seen:
            return
        seen[id(thing)] = thing
    if isinstance(thing, FunctionType):
        yield from _function(thing, home, seen)
    elif isinstance(thing, CodeType):
        yield thing.co_code + " ".join(thing.co_names).encode()
        yield from _parts(thing.co_consts, home, seen)
    elif isinstance(thing, ModuleType):
        yield _module(thing)
    elif isinstance(thing, functools.partial):
        yield from _parts((thing.func, thing.args, thing.keywords), home, seen)
    elif hasattr(thing, "py_func"):  # compiled by Numba
        yield from _parts(thing.py_func, home, seen)
    elif isinstance(thing, np.ndarray):
        yield f"{thing.dtype} {thing.shape}".encode() + thing.tobytes()
    elif isinstance(thing, set | frozenset):
        yield from sorted(repr(item).encode() for item in thing)  # their order is another in every process
    elif isinstance(thing, tuple | list):
        for item in thing:
            yield from _parts(item, home, seen)
    elif isinstance(thing, dict):
        yield from _parts([*thing, *thing.values()], home, seen)
    else:
        yield _plain(thing)


def _function(function: FunctionType, home: str, seen: dict[int, Any]) -> Iterator[bytes]:
    code = function.__code__
    package = str(function.__module__).partition(".")[0]
    yield f"{function.__module__}.{function.__qualname__}".encode()
    if code.co_filename.startswith(_INSTALLED) and package != home:
        yield str(getattr(sys.modules.get(package), "__version__", "")).encode()
        return
    yield from _parts(code, home, seen)
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    yield from _parts([function.__defaults__, function.__kwdefaults__, cells], home, seen)
    for name in sorted(_names(code) & set(function.__globals__)):
        yield name.encode()
        yield from _parts(function.__globals__[name], home, seen)


def _names(code: CodeType) -> set[str]:
    """Every name that a function or one inside of it looks up."""
    inside = (_names(constant) for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*inside)


def _module(module: ModuleType) -> bytes:
    file = str(getattr(module, "__file__", None) or "")
    if file.endswith(".py") and not file.startswith(_INSTALLED):
        return Path(file).read_bytes()
    return f"{module.__name__} {getattr(module, '__version__', '')}".encode()


def _plain(thing: Any) -> bytes:
    if thing is None or isinstance(thing, bool | int | float | complex | str | bytes):
        return repr(thing).encode()
    try:
        return pickle.dumps(thing)
    except Exception:
        return type(thing).__qualname__.encode()
