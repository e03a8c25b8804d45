"""Corrections and drawn groups by plain counting, one labelling and one row at a time."""

import itertools
import math

ROUNDING = 1e-9


def p_in_line(line: list[float], which: int) -> float:
    """Share of the labellings of a line, the true one first, that do as well as number `which`."""
    as_well = 0
    for other, t in enumerate(line):
        as_well += _height(t, other) >= _height(line[which], which) - ROUNDING
    return as_well / len(line)


def _height(t: float, which: int) -> float:
    return t if not math.isnan(t) else -math.inf if which == 0 else math.inf


def min_p(lines: list[list[float]], least: float) -> list[float]:
    """Step-down min-p of every line; `lines` hold the true labelling first."""
    p = [[p_in_line(line, b) for b in range(len(line))] for line in lines]
    order = sorted(range(len(lines)), key=lambda k: p[k][0])
    adjusted, largest = [0.0] * len(lines), least
    for place, k in enumerate(order):
        reached = 0
        for b in range(len(lines[0])):
            reached += min(p[j][b] for j in order[place:]) <= p[k][0] + ROUNDING
        largest = max(largest, reached / len(lines[0]))
        adjusted[k] = largest
    return adjusted


def auc(score: list[float], inside: list[bool]) -> float:
    """Share of pairs in which the member has the higher score."""
    won = n = 0.0
    for i, j in itertools.product(range(len(score)), repeat=2):
        if inside[i] and not inside[j]:
            n += 1
            won += (score[i] > score[j]) + (score[i] == score[j]) / 2
    return won / n if n else math.nan
