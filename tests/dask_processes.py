"""A real Dask scheduler and workers, as processes of their own that a test can kill."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from distributed import Client

PATIENCE = 60.0


class Processes:
    """`dask scheduler` and `dask worker` on free ports of this machine."""

    def __init__(self, folder: Path, options: tuple[str, ...] = ()) -> None:
        self.folder, self.options = folder, options
        self.workers: list[subprocess.Popen] = []
        self.start_scheduler()

    def start_scheduler(self) -> None:
        file = self.folder / f"scheduler-{time.monotonic_ns()}.json"
        listening = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        self.scheduler = self._start("dask_scheduler", *listening, *self.options)
        end = time.monotonic() + PATIENCE
        while not file.exists():
            assert self.scheduler.poll() is None, self.said()
            assert time.monotonic() < end, self.said()
            time.sleep(0.05)
        self.address = json.loads(file.read_text())["address"]

    def add_workers(self, n: int, *, path: tuple[Path, ...] = ()) -> None:
        """Start workers; `path` comes first on the path on which they look for packages."""
        for _ in range(n):
            alone = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60")
            self.workers.append(self._start("dask_worker", self.address, *alone, *self.options, path=path))

    def keep(self, n: int) -> "Processes":
        """Have a scheduler and at least n workers that answer."""
        if self.scheduler.poll() is not None:
            self.kill_workers()
            self.start_scheduler()
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        self.add_workers(max(0, n - len(self.workers)))
        with Client(self.address, set_as_default=False, timeout=PATIENCE) as client:
            client.wait_for_workers(n, timeout=PATIENCE)
        return self

    def kill_workers(self, n: int | None = None) -> None:
        """kill -9 the first n workers, or all."""
        for worker in self.workers[:n]:
            _kill(worker)
        self.workers = self.workers[len(self.workers[:n]) :]

    def kill_scheduler(self) -> None:
        _kill(self.scheduler)

    def close(self) -> None:
        self.kill_workers()
        self.kill_scheduler()

    def said(self) -> str:
        """What the processes printed."""
        return "\n".join(path.read_text()[-2000:] for path in sorted(self.folder.glob("*.log")))

    def _start(self, program: str, *arguments: str, path: tuple[Path, ...] = ()) -> subprocess.Popen:
        found = [*map(str, path), str(Path(__file__).parent), str(Path(__file__).parents[1])]
        # A worker with a nanny, started by an earlier test, leaves OMP_NUM_THREADS=1 and its like behind here.
        inherited = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
        environment = {**inherited, "PYTHONPATH": os.pathsep.join(found)}
        log = self.folder / f"{program}-{time.monotonic_ns()}.log"
        command = [sys.executable, "-m", f"distributed.cli.{program}", *arguments]
        with log.open("w") as out:
            return subprocess.Popen(command, stdout=out, stderr=out, env=environment, cwd=self.folder)


def _kill(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
        process.wait()
