"""Compiled kernels on disk: never stale, never anybody else's, never in the way of other Numba code."""

import importlib
import os
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core.dispatcher import Dispatcher

from afmfast import kernels
from afmfast.kernels import _jit


def run_caller(folder, **environment):
    done = subprocess.run(
        [sys.executable, "-c", "from kernels.caller import caller; print(caller(2))"],
        cwd=folder,
        env=os.environ | {"AFMFAST_CACHE_DIR": str(folder / "cache")} | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.fixture
def copied(tmp_path):
    """A kernels package of its own: the door, a helper and its caller in another file."""
    package = tmp_path / "kernels"
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.copy(_jit.__file__, package)
    (package / "helper.py").write_text(
        "from ._jit import kernel\n@kernel\ndef helper(x):\n    return x + 1\n", encoding="utf-8"
    )
    (package / "caller.py").write_text(
        "from ._jit import kernel\nfrom .helper import helper\n@kernel\ndef caller(x):\n    return 10 * helper(x)\n",
        encoding="utf-8",
    )
    return tmp_path


def test_cache__edited_helper_reaches_its_caller(copied):
    assert run_caller(copied) == 30
    helper = copied / "kernels" / "helper.py"
    helper.write_text(helper.read_text("utf-8").replace("x + 1", "x + 2"), encoding="utf-8")
    assert run_caller(copied) == 40


def test_cache__edited_helper_in_a_folder_below_reaches_its_caller(copied):
    below = copied / "kernels" / "below"
    below.mkdir()
    (below / "__init__.py").touch()
    helper = (copied / "kernels" / "helper.py").rename(below / "helper.py")
    helper.write_text(helper.read_text("utf-8").replace("._jit", ".._jit"), encoding="utf-8")
    caller = copied / "kernels" / "caller.py"
    caller.write_text(caller.read_text("utf-8").replace(".helper", ".below.helper"), encoding="utf-8")
    assert run_caller(copied) == 30
    helper.write_text(helper.read_text("utf-8").replace("x + 1", "x + 2"), encoding="utf-8")
    assert run_caller(copied) == 40


def test_cache__second_process_compiles_nothing(copied):
    run_caller(copied)
    before = {file: file.stat().st_mtime_ns for file in (copied / "cache").rglob("*.nbc")}
    assert run_caller(copied) == 30
    assert {file: file.stat().st_mtime_ns for file in (copied / "cache").rglob("*.nbc")} == before != {}


def test_cache__leaves_other_numba_code_alone(copied):
    run_caller(copied, NUMBA_CACHE_DIR=str(copied / "of the user"), NUMBA_CACHE_LOCATOR_CLASSES="InTreeCacheLocator")
    assert not (copied / "of the user").exists()
    assert not list((copied / "kernels").rglob("*.nb?"))


def all_compiled():
    for found in pkgutil.walk_packages(kernels.__path__, "afmfast.kernels."):
        module = importlib.import_module(found.name)
        for value in vars(module).values():
            if isinstance(value, Dispatcher) and value.py_func.__module__ == found.name:
                yield value.py_func, value.targetoptions


def test_kernel__is_called_by_no_compiled_code():
    fast = {function for function, options in all_compiled() if options.get("fastmath")}
    inlined = {function for function, options in all_compiled() if options.get("forceinline")}
    for function, _ in all_compiled():
        called = [getattr(function.__globals__.get(name), "py_func", None) for name in function.__code__.co_names]
        assert not (set(called) & (fast - inlined)), function
    assert fast - inlined
    assert fast & inlined


def test_cache__kernel_compiled_just_now_gives_what_it_gives_from_disk(tmp_path):
    code = (
        "import numpy as np; from afmfast.features.measure import measure_image;"
        "z = np.random.default_rng(5).standard_normal((64, 70)).cumsum(0);"
        "print(measure_image(z, 1e-8, 1.5e-8, parameters=['Sdr', 'Sq']).to_dict())"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"AFMFAST_CACHE_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert said[0] == said[1] != ""


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AFMFAST_CACHE_DIR", str(tmp_path / "cache"))
    return Path(_jit.folder.__wrapped__())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_cache__is_readable_by_its_user_alone(own_folder):
    assert own_folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_cache__open_to_others_is_made_anew(own_folder):
    (own_folder / "planted.nbc").write_bytes(b"anything")
    own_folder.chmod(0o777)
    assert _jit.folder.__wrapped__() == str(own_folder)
    assert own_folder.stat().st_mode & 0o777 == 0o700
    assert not (own_folder / "planted.nbc").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_cache__that_is_not_a_folder_of_the_user_is_refused(own_folder):
    other = own_folder.with_name("other")
    own_folder.rename(other)
    own_folder.symlink_to(other)
    with pytest.warns(UserWarning, match=r"not a folder that belongs to this user.*Set AFMFAST_CACHE_DIR"):
        assert _jit.folder.__wrapped__() is None
