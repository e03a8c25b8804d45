"""The only door to Numba: compiled when first called, kept on disk per user, CPU type and state of these files."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numba
from llvmlite import binding  # type: ignore[import-untyped]
from numba import types
from numba.core.caching import Cache, CompileResultCacheImpl
from numba.cpython.unsafe.numbers import trailing_zeros
from numba.extending import get_cython_function_address, overload

#: Sums may be reordered and fused; NaN and infinity keep their meaning (full fastmath makes isnan false everywhere).
FAST = {"reassoc", "contract", "arcp", "nsz"}

#: Without a way in from Python, which takes a third of the time to compile small functions: never call them from there.
_INSIDE = {"nogil": True, "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function of plain loops when it is first called; it runs without the GIL.

    Only Python calls it. Called by compiled code it would be there twice, on its own and in the caller's file on disk,
    with sums in another order, and which of the two a call meets hangs on what was compiled or loaded before.
    """
    return _compiled(function, FAST)


def exact(function: Callable[..., Any]) -> Any:
    """As `kernel`, with IEEE arithmetic in the order written: for results that hang on a comparison."""
    return _compiled(function, False)


def part(function: Callable[..., Any]) -> Any:
    """A piece of an `exact` kernel that only compiled code calls, put in the place of the call.

    References to arrays are not counted in it, so it can allocate nothing. Counting took a fifth of a forest's time,
    and handing tuples of arrays on from call to call another fifth.
    """
    return numba.njit(**_INSIDE, forceinline=True, _nrt=False)(function)


def fast_part(function: Callable[..., Any]) -> Any:
    """As `part`, with sums in any order as in a `kernel`."""
    return numba.njit(**_INSIDE, forceinline=True, _nrt=False, fastmath=FAST)(function)


def maker(function: Callable[..., Any]) -> Any:
    """As `part`, for what allocates or is large: not put in the place of the call."""
    return numba.njit(**_INSIDE)(function)


def stands_for(plain: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let compiled code that calls `plain` use another implementation of it; plain Python goes on using `plain`."""
    return overload(plain, jit_options={"nogil": True, "error_model": "numpy"})


def lowest_bit(word):  # type: ignore[no-untyped-def]
    """The place of the lowest bit set in an unsigned word; one instruction in compiled code."""
    return (int(word) & -int(word)).bit_length() - 1


# No types in the hints: numba compares the two signatures word by word.
stands_for(lowest_bit)(lambda word: lambda word: trailing_zeros(word))


def _compiled(function: Callable[..., Any], fastmath: set[str] | bool) -> Any:
    compiled = numba.njit(nogil=True, error_model="numpy", fastmath=fastmath)(function)
    if not numba.config.DISABLE_JIT and folder() is not None:
        compiled._cache = _OwnCache(function)
    return compiled


def routine(module: str, name: str, n_arguments: int) -> Any:
    """A routine of `scipy.linalg.cython_<module>` for compiled code to call with addresses of its arguments.

    It is found by name when a kernel is loaded; an address in it could not be kept on disk.
    """
    binding.add_symbol(f"afmfast_{name}", get_cython_function_address(f"scipy.linalg.cython_{module}", name))
    return types.ExternalFunction(f"afmfast_{name}", types.void(*[types.intp] * n_arguments))


@cache
def folder() -> str | None:
    """Where compiled kernels are kept: `AFMFAST_CACHE_DIR` or the user's cache, then CPU type and state of the files.

    None, with a warning, where no folder can be had that belongs to this user alone: then nothing is kept.
    """
    base = os.environ.get("AFMFAST_CACHE_DIR")
    root = Path(base) if base else _user_cache() / "afmfast"
    path = root / f"{binding.get_host_cpu_name()}-{_state()}"
    try:
        _make_private(path)
        tempfile.TemporaryFile(dir=path).close()
    except OSError as fault:
        warnings.warn(
            f"compiled kernels are not kept on disk, so every start takes some seconds longer: {fault}. "
            "Set AFMFAST_CACHE_DIR to a folder of your own.",
            stacklevel=2,
        )
        return None
    return str(path)


def _state() -> str:
    """Hash of everything a compiled kernel hangs on: an edited helper must never meet a stale caller."""
    digest = sha256(repr(sorted(binding.get_host_cpu_features().items())).encode())
    for part in ("numba", "rocket-fft"):
        digest.update(f"{part} {version(part)}\n".encode())
    here = Path(__file__).parent
    for file in sorted(here.rglob("*.py")):
        digest.update(file.relative_to(here).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _make_private(path: Path) -> None:
    """A folder that only this user can read or write: the files in it are unpickled."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    if os.name == "nt":
        return
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PermissionError(f"{path} is not a folder that belongs to this user")
    if stat.S_IMODE(found.st_mode) != 0o700:
        shutil.rmtree(path)
        path.mkdir(mode=0o700)


class _OwnLocator:
    """Puts every kernel into `folder()`, whatever NUMBA_CACHE_DIR says for the user's other code."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._py_file = function.__code__.co_filename
        self._line = function.__code__.co_firstlineno

    def get_cache_path(self) -> str:
        return str(folder())

    def ensure_cache_path(self) -> None:
        _make_private(Path(str(folder())))

    def get_source_stamp(self) -> str:
        return ""  # the folder's name says it

    def get_disambiguator(self) -> str:
        return str(self._line)


class _OwnFiles(CompileResultCacheImpl):
    def __init__(self, function: Callable[..., Any]) -> None:
        self._lineno = function.__code__.co_firstlineno
        self._locator = _OwnLocator(function)
        name = f"{Path(self._locator._py_file).stem}.{function.__qualname__}"
        self._filename_base = self.get_filename_base(name, getattr(sys, "abiflags", ""))


class _OwnCache(Cache):
    _impl_class = _OwnFiles
