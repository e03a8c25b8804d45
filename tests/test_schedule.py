"""The same tasks give the same results in every mode."""

import subprocess
import sys

import pytest

from afmfast.errors import AfmfastError, SettingsError
from afmfast.schedule import open_pool


def square(task: int) -> int:
    return task * task


def scaled(task: int, shared: dict) -> int:
    return task * shared["factor"]


def fails(task: int) -> int:
    raise ValueError(f"task {task} fails")


@pytest.mark.parametrize("mode", ["serial", "threads", "processes"])
def test_each__every_mode_gives_every_result(mode):
    with open_pool(mode, workers=2) as pool:
        assert dict(pool.each(square, range(7))) == {i: i * i for i in range(7)}
        assert dict(pool.each(scaled, [1, 2], {"factor": 10})) == {0: 10, 1: 20}


@pytest.mark.parametrize("mode", ["serial", "threads"])
def test_each__an_exception_in_a_task_is_raised_here(mode):
    with open_pool(mode, workers=2) as pool, pytest.raises(ValueError, match="task 0 fails"):
        list(pool.each(fails, [0]))


def test_open_pool__names_what_is_allowed():
    with pytest.raises(SettingsError, match=r"serial, threads, processes.*tcp://"), open_pool("theads"):
        pass


def test_open_pool__an_address_without_a_scheduler_is_a_clear_error(monkeypatch):
    with (
        pytest.raises(AfmfastError, match="no Dask scheduler answers at tcp://127.0.0.1:9"),
        open_pool("tcp://127.0.0.1:9"),
    ):
        pass


def test_open_pool__zero_workers_are_refused():
    with pytest.raises(SettingsError, match="workers = 0"), open_pool(workers=0):
        pass


def test_processes__a_script_without_main_guard_is_told_what_to_do(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from afmfast.schedule import open_pool\n"
        "with open_pool('processes', workers=1) as pool:\n"
        "    print(dict(pool.each(abs, [-1])))\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert 'Put the call under `if __name__ == "__main__":`' in done.stderr
