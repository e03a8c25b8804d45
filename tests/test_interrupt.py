"""Ctrl-C in every mode: exit code 130, one sentence, no traceback, and the batches that were finished are kept."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from dask_processes import Processes

from afmfast.synthetic import archive

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="an interrupt reaches a group of processes on POSIX")
SENTENCE = "afmfast: interrupted; what was finished is kept, the same command goes on from there"


@pytest.fixture(scope="module")
def scans(tmp_path_factory) -> Path:
    return archive(tmp_path_factory.mktemp("interrupt"), n_rows=24, shape=(32, 32), seed=1)


@pytest.fixture(autouse=True)
def interrupts_arrive():
    """A program started in the background of a script ignores SIGINT, and so would all that it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def wait_for(condition, running: subprocess.Popen) -> None:
    end = time.monotonic() + 180
    while not condition():
        assert running.poll() is None, "it ended before it was interrupted"
        assert time.monotonic() < end, "it never came so far"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Processes]:
    started = Processes(tmp_path_factory.mktemp("dask"))
    yield started.keep(1)
    started.close()


@pytest.mark.parametrize("mode", ["serial", "threads", "processes", "an address"])
def test_interrupt__ends_with_130_and_a_sentence_and_keeps_batches(mode, scans, tmp_path, request):
    said, folder = tmp_path / "stderr.txt", tmp_path / "out"
    scheduler = request.getfixturevalue("cluster").address if mode == "an address" else mode
    options = ["--classifier", "mlp", "--rank", "gini_single", "--repeats", "20000", "--workers", "2", "--scheduler"]
    command = [sys.executable, "-m", "afmfast", "study", scans, "--out", folder, *options, scheduler]
    with said.open("w") as stderr:
        # A group of its own: like a terminal, the signal reaches the command and all its workers.
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=stderr, start_new_session=True)
        try:
            wait_for(
                lambda: "afmfast classify:" in said.read_text() and any(folder.glob("repeats/*/*.parquet")), running
            )
            os.killpg(running.pid, signal.SIGINT)
            assert running.wait(60) == 130, said.read_text()
        finally:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGKILL)
                running.wait()
    lines = said.read_text().splitlines()
    progress = ("afmfast ingest:", "afmfast measure:", "afmfast classify:")
    assert [line for line in lines if not line.startswith(progress)] == [SENTENCE]
    assert list(folder.glob("repeats/*/*.parquet"))


def test_interrupt__waits_for_no_thread_that_fits_for_minutes(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import time\n"
        "from afmfast import __main__ as program\n"
        "from afmfast.schedule import open_pool\n"
        "def long(**options):\n"
        "    with open_pool('threads', workers=1) as pool:\n"
        "        for _ in pool.each(time.sleep, [0.0, 1000.0]):\n"
        f"            open({str(tmp_path / 'begun')!r}, 'w').close()\n"
        "program._run = long\n"
        "program.main()\n"
    )
    running = subprocess.Popen([sys.executable, script], stderr=subprocess.PIPE, text=True)
    try:
        wait_for((tmp_path / "begun").exists, running)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=120)
    finally:
        running.kill()
    assert (running.returncode, said) == (130, f"{SENTENCE}\n")


def test_a_folder_that_cannot_be_written__is_a_sentence_and_exit_code_1(scans, tmp_path):
    (tmp_path / "taken").write_text("a file, so that no folder can be made here")
    command = [sys.executable, "-m", "afmfast", "ingest", scans, "--out", tmp_path / "taken" / "out"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    wanted = tmp_path / "taken" / "out"
    assert ran.stderr.startswith(f"afmfast: {wanted}: cannot be written: Not a directory; ")
