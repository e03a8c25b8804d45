"""The same tasks give the same results in every mode."""

import contextlib
import os
import subprocess
import sys
import time
import warnings
from pathlib import Path

import dask
import pytest
from distributed import Client, LocalCluster

from afmfast.errors import AfmfastError, AfmfastWarning, SettingsError
from afmfast.schedule import open_pool
from afmfast.schedule.machine import Machine, compare

HERE = Machine("Mill 9", "3.12.1", "1.2.0", "numpy 2.4.6")


def square(task: int) -> int:
    return task * task


def scaled(task: int, shared: dict) -> int:
    return task * shared["factor"]


def fails(task: int) -> int:
    raise ValueError(f"task {task} fails")


def leaves_a_file(task: Path) -> None:
    time.sleep(0.02)
    task.touch()


def dies(task: int) -> int:
    os._exit(1)


@pytest.mark.parametrize("mode", ["serial", "threads", "processes"])
def test_each__every_mode_gives_every_result(mode):
    with open_pool(mode, workers=2) as pool:
        assert dict(pool.each(square, range(7))) == {i: i * i for i in range(7)}
        assert dict(pool.each(scaled, [1, 2], {"factor": 10})) == {0: 10, 1: 20}


def tell_the_process(folder: Path) -> None:
    (folder / str(os.getpid())).touch()


@pytest.mark.parametrize(("mode", "n"), [("serial", 1), ("threads", 1), ("processes", 2)])
def test_everywhere__calls_once_in_every_process(mode, n, tmp_path):
    with open_pool(mode, workers=2) as pool:
        pool.everywhere(tell_the_process, tmp_path)
    assert len(list(tmp_path.iterdir())) == n


def test_processes__hands_out_more_tasks_than_wait_at_a_time(monkeypatch):
    monkeypatch.setattr("afmfast.schedule.cluster._AHEAD", 3)
    monkeypatch.setattr("afmfast.schedule.cluster._AHEAD_PER_WORKER", 0)
    with open_pool("processes", workers=1) as pool:
        assert dict(pool.each(scaled, range(20), {"factor": 2})) == {i: 2 * i for i in range(20)}


def test_threads__one_that_works_on_is_left_behind_on_an_interrupt():
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt), open_pool("threads", workers=2) as pool:  # noqa: PT012
        for _ in pool.each(time.sleep, [0.1, 5.0]):
            raise KeyboardInterrupt
    assert time.monotonic() - start < 4


def test_threads__tasks_that_wait_are_dropped_when_the_caller_stops(tmp_path):
    with contextlib.suppress(KeyboardInterrupt), open_pool("threads", workers=1) as pool:
        results = pool.each(leaves_a_file, [tmp_path / str(i) for i in range(50)])
        next(results)
        raise KeyboardInterrupt
    assert len(list(tmp_path.iterdir())) < 10


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


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({}, "Dask's configuration names none"),
        (
            {"ca-file": "/no/ca.pem", "client": {"cert": "/no/c", "key": "/no/k"}},
            "under distributed.comm.tls cannot be read",
        ),
    ],
)
def test_open_pool__tls_without_certificates_is_a_clear_error(named, said):
    with (
        dask.config.set({"distributed.comm.tls": {**dask.config.get("distributed.comm.tls"), **named}}),
        pytest.raises(AfmfastError, match=f"tls://127.0.0.1:9: .*{said}"),
        open_pool("tls://127.0.0.1:9"),
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
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("afmfast.errors.AfmfastError: 1 worker processes could not be started")
    assert 'Put the call under `if __name__ == "__main__":`' in last
    assert "ask for fewer workers" in last
    assert done.stderr.count("Traceback") == 1


def test_processes__a_task_that_kills_its_workers_is_a_sentence():
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        open_pool("processes", workers=1) as pool,
        pytest.raises(AfmfastError, match=r"out of memory\?.*fewer workers.*same command goes on"),
    ):
        list(pool.each(dies, [0]))


@pytest.fixture
def cluster():
    """Workers in this process: quick, and of this CPU and version."""
    with LocalCluster(n_workers=1, processes=False, dashboard_address=None, protocol="tcp", silence_logs=50) as cluster:
        yield cluster


def test_cluster__by_address_and_by_client_on_this_machine_without_a_warning(cluster):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with open_pool(cluster.scheduler_address) as pool:
            assert dict(pool.each(square, [3])) == {0: 9}
        with Client(cluster, set_as_default=False) as client, open_pool(client) as pool:
            assert dict(pool.each(square, [4])) == {0: 16}


def test_cluster__a_scheduler_that_goes_away_is_a_sentence(cluster):
    with Client(cluster.scheduler_address, set_as_default=False, timeout="1s") as client, open_pool(client) as pool:
        results = pool.each(time.sleep, [0, 1])
        next(results)
        cluster.close()
        with pytest.raises(AfmfastError, match=r"connection to the Dask scheduler was lost.*same command goes on"):
            list(results)


def test_compare__like_workers_pass_in_silence():
    compare(HERE, {"tcp://a:1": HERE, "tcp://b:1": HERE})


@pytest.mark.parametrize("there", [HERE._replace(cpu="Mill 8"), HERE._replace(python="3.13.0")])
def test_compare__names_workers_of_another_cpu_or_python(there):
    with pytest.warns(AfmfastWarning, match=r"unlike this machine \(Mill 9.*tcp://b:1 .*last bit") as caught:
        compare(HERE, {"tcp://a:1": HERE, "tcp://b:1": there})
    assert f"{there.cpu}, Python {there.python}" in str(caught[0].message)
    assert "tcp://a:1" not in str(caught[0].message)


@pytest.mark.parametrize(
    ("there", "found"),
    [
        (HERE._replace(afmfast="1.1.0"), "afmfast 1.1.0"),
        (ModuleNotFoundError("No module named 'afmfast'"), "No module"),
    ],
)
def test_compare__refuses_workers_without_this_afmfast_by_name(there, found):
    with pytest.raises(
        AfmfastError, match=rf"Workers without afmfast 1\.2\.0: tcp://b:1 \(.*{found}.*Install the same"
    ):
        compare(HERE, {"tcp://a:1": HERE, "tcp://b:1": there})
