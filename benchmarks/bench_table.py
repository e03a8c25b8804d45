"""That make_table.py runs and writes where it should, with settings too small to mean anything."""

from __future__ import annotations

import sys

import make_table
import pytest


def test_table__goes_between_its_markers(tmp_path, monkeypatch):
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{make_table.BEGIN}\nold\n{make_table.END}\nafter\n", "utf-8")
    small = ["--side", "64", "--images", "1", "--rounds", "1", "--shapes", "64x64", "128x128", "64x72", "--stack", "22"]
    monkeypatch.setattr(sys, "argv", ["make_table.py", "--readme", str(readme), *small])
    monkeypatch.setattr(make_table, "starts", list)  # compiles everything anew
    monkeypatch.setattr(make_table, "accuracy", list)  # bench_accuracy.py has a small one
    make_table.main()
    text = readme.read_text("utf-8")
    assert text.startswith(f"before\n{make_table.BEGIN}\n|")
    assert text.endswith(f"\n{make_table.END}\nafter\n")
    assert "values of a 64 x 72 image" in text
    assert "exponent" in text
    assert "old" not in text


def test_table__says_what_the_file_lacks():
    with pytest.raises(SystemExit, match="needs one line <!-- speed -->"):
        make_table.between_markers("nothing", "table")
