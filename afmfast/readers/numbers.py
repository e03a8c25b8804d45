"""Rows of numbers in text: separators, decimal commas, exponents of three digits, and files that stop too early."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np

from ..errors import FileRefused

_NUMBER = r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?|[-+]?nan|[-+]?inf"
_ONE = re.compile(_NUMBER, re.IGNORECASE)
_COMMA_BETWEEN = re.compile(r"(?<![-+]),(?![eE])")  # in -,5 and 1,e-9 it is a decimal comma
_AT_THE_END = " \t\r\n\f\v;,"
_BETWEEN = re.compile(r"[\s;]+")
_LETTERS = re.compile(r"[xyz]\b", re.IGNORECASE)

#: Headers are short; a file without a row of numbers up to here is no scan.
LONGEST_HEADER = 200


def first_row(lines: list[str]) -> int | None:
    """Index of the first line that holds numbers only, two or more."""
    return next((i for i, line in enumerate(lines[:LONGEST_HEADER]) if _is_row(line)), None)


def _is_row(line: str) -> bool:
    """Whether it has two numbers or more, and nothing else.

    Cut into parts first: one pattern for the whole row tries 2^n ways to part n numbers before it fails at the last.
    """
    counts = [_numbers_in(part) for part in _BETWEEN.split(line.rstrip(_AT_THE_END)) if part]
    return None not in counts and sum(count or 0 for count in counts) > 1


def _numbers_in(part: str) -> int | None:
    """How many numbers, with commas between them or in them; None where there is anything else."""
    pieces = [piece for piece in _COMMA_BETWEEN.split(part) if piece]
    if all(map(_ONE.fullmatch, pieces)):
        return len(pieces)
    return 1 if _ONE.fullmatch(part) else None


def columns_of(line: str) -> bool:
    """Whether a line names columns x, y and z: "X Y Z", "x (um), y (um), z (nm)"."""
    return [letter.lower() for letter in _LETTERS.findall(re.sub(r"[\[(][^\])]*[\])]", " ", line))] == ["x", "y", "z"]


def table_of(path: Path, lines: list[str], *, whole: bool) -> np.ndarray:
    """The numbers (rows, columns) of the lines; `whole` says that the last line ends as a line does.

    Raises:
        FileRefused: rows of unequal length, words between numbers, commas that may be either thing, a last
            number that is cut off.
    """
    rows = [line.strip().rstrip(";,").rstrip() for line in lines if line.strip()]
    separator, decimal_comma = _separator(path, rows)
    if not whole:
        _check_last(path, rows)
    body = "\n".join(rows)
    if decimal_comma:
        body = body.replace(",", ".")
    try:
        return np.loadtxt(io.StringIO(body), delimiter=separator, ndmin=2, comments=None)
    except ValueError as fault:
        raise FileRefused(
            path, f"its rows are not all the same count of numbers ({str(fault)[:100]})", "It is cut off or no scan"
        ) from fault


def _separator(path: Path, rows: list[str]) -> tuple[str | None, bool]:
    """Separator (None: blanks) and whether commas are decimal commas."""
    first = rows[0]
    dots, commas = any("." in row for row in rows), any("," in row for row in rows)
    if ";" in first:
        separator: str | None = ";"
    elif commas and (re.search(r",\s", first) or not re.search(r"\d\s+[-+\d.]", first)):
        if not dots and first.count(",") == 1:
            raise FileRefused(
                path, "two numbers a row, or one with a decimal comma: both can be meant", "Separate numbers by tabs"
            )
        return ",", False
    else:
        separator = None
    if dots and commas:
        raise FileRefused(path, "numbers with dots and with commas", "Export it with one decimal sign")
    return separator, commas


def _check_last(path: Path, rows: list[str]) -> None:
    """Refuse a last number that lacks the exponent or the digits that all others of its column have.

    A cut there leaves a number that can be read and is wrong: 9.5 or 9.5e-0 of 9.5e-009.
    """
    ends = [match[0] for row in rows if (match := re.search(rf"(?:{_NUMBER})$", row, re.IGNORECASE))]
    forms = {_form(number) for number in ends[:-1]}
    if len(forms) == 1 and _form(ends[-1]) not in forms:
        raise FileRefused(path, f"its last number is {ends[-1]!r}: it is cut off", "Copy or export it again")


def _form(number: str) -> tuple[int, int]:
    """Digits of the exponent, and of the fraction where there is no exponent."""
    mantissa, _, exponent = number.lower().partition("e")
    return len(exponent), 0 if exponent else len(re.split(r"[.,]", mantissa + ".")[1])
