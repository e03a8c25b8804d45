"""docs/cluster.md tells the truth: its commands are run as they stand there, on one machine."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from afmfast.study.settings import Settings
from afmfast.study.settings_file import dump
from afmfast.synthetic import archive

PAGE = (Path(__file__).parents[1] / "docs" / "cluster.md").read_text("utf-8")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the commands are a POSIX shell's")


def block(marker: str) -> str:
    """The block of code after `<!-- marker -->`."""
    return re.search(rf"<!-- {marker} -->\n```\w*\n(.*?)```", PAGE, re.DOTALL)[1]


@pytest.fixture
def folder(tmp_path) -> Path:
    """Where the commands are given: scans/study.yaml is here."""
    manifest = archive(tmp_path / "scans", n_rows=24, shape=(32, 32), seed=1)
    quick = Settings(
        manifest=manifest, classifier="lda", rank="gini_single", repeats=4, permutations=19,
        splits_per_permutation=2, channels=("adhesion",),
    )  # fmt: skip
    (tmp_path / "scans" / "study.yaml").write_text(dump(quick), "utf-8")
    return tmp_path


class Shell:
    """Runs blocks of the page with a free port, two workers, and this machine's own address."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        found = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        self.environment = {**os.environ, "PATH": found, "PYTHONPATH": str(Path(__file__).parents[1])}

    def here(self, *markers: str) -> str:
        text = "\n".join(block(marker) for marker in markers)
        for said, meant in (("host:8786", f"127.0.0.1:{self.port}"), ("--nworkers auto", "--nworkers 1 --no-dashboard"),
                            ("--port 8786", f"--host 127.0.0.1 --port {self.port} --no-dashboard")):  # fmt: skip
            text = text.replace(said, meant)
        return text

    def run(self, *markers: str) -> str:
        """What a block prints; it must end well."""
        done = subprocess.run(
            ["bash", "-euc", self.here(*markers)], cwd=self.folder, env=self.environment, capture_output=True,
            text=True, timeout=240, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def running(self, *markers: str) -> Iterator[None]:
        """A block that runs until it is ended."""
        with (self.folder / f"{markers[-1]}.log").open("w") as log:
            process = subprocess.Popen(
                ["bash", "-euc", self.here(*markers)], cwd=self.folder, env=self.environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def wait(self) -> None:
        """Until the scheduler listens."""
        end = time.monotonic() + 120
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError("no scheduler")


@pytest.mark.slow  # a scheduler, a worker and a whole study, twice
@pytest.mark.parametrize(("before", "prefix"), [((), ""), (("tls",), "tls-")], ids=["tcp", "tls"])
def test_page__scheduler_workers_and_study_by_hand(folder, before, prefix):
    shell = Shell(folder)
    if before:
        shell.run("certificates")
    with ExitStack() as stack:
        stack.enter_context(shell.running(*before, f"{prefix}scheduler"))
        shell.wait()
        stack.enter_context(shell.running(*before, f"{prefix}workers"))
        assert "mean AUC" in shell.run(*before, f"{prefix}study")


@pytest.mark.slow  # a whole study on two workers that start
def test_page__local_cluster(folder):
    (folder / "script.py").write_text(block("local"), "utf-8")
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=folder, env=Shell(folder).environment, capture_output=True, text=True,
        timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "mean AUC" in done.stdout
