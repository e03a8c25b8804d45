"""Lets `pytest benchmarks` find bench_*.py; a file that is named on the command line is found anyway."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    if not file_path.match("bench_*.py") or parent.session.isinitpath(file_path):
        return None
    if any(file_path.match(pattern) for pattern in parent.config.getini("python_files")):
        return None
    return pytest.Module.from_parent(parent, path=file_path)
