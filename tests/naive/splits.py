"""Splits a second time: splitmix64 in Python's integers, groups in lists."""

from __future__ import annotations

import numpy as np

MASK = 2**64 - 1
STEP = 0x9E3779B97F4A7C15


def mixed(bits: int) -> int:
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB & MASK
    return bits ^ (bits >> 31)


class Stream:
    """Random numbers of one draw of one repeat."""

    def __init__(self, seed: int, number: int) -> None:
        self.state = mixed((seed + mixed((number + STEP) & MASK)) & MASK)

    def bits(self) -> int:
        self.state = (self.state + STEP) & MASK
        return mixed(self.state)

    def below(self, n: int) -> int:
        return (self.bits() >> 32) * n >> 32

    def uniform(self) -> float:
        return (self.bits() >> 11) / 2**53


def stratified(labels: np.ndarray, member: np.ndarray, test_size: float, seed: int, draw: int) -> set[int]:
    """The groups of the test part, whatever classes that leaves."""
    stream, tested = Stream(seed, draw), set()
    rows = {group: labels[member == group].tolist() for group in sorted(set(member.tolist()))}
    most = {group: max(sorted(set(own)), key=own.count) for group, own in rows.items()}
    for code in sorted(set(labels.tolist())):
        units = [group for group in rows if most[group] == code]
        if len(units) == 1:
            tested |= {units[0]} if stream.uniform() < test_size else set()
            continue
        for _ in range(min(max(int(test_size * len(units) + 0.5), 1), len(units) - 1)):
            place = stream.below(len(units))
            tested.add(units[place])
            units[place] = units[0]
            units = units[1:]
    return tested


def k_fold(labels: np.ndarray, member: np.ndarray, n_folds: int, seed: int, draw: int) -> np.ndarray:
    """The fold of every row."""
    stream, fold_of = Stream(seed, draw), {}
    rows = {group: labels[member == group].tolist() for group in sorted(set(member.tolist()))}
    most = {group: max(sorted(set(own)), key=own.count) for group, own in rows.items()}
    for code in sorted(set(labels.tolist())):
        units = [group for group in rows if most[group] == code]
        while units:
            place = stream.below(len(units))
            fold_of[units[place]] = len(fold_of) % n_folds
            units[place] = units[0]
            units = units[1:]
    return np.array([fold_of[group] for group in member.tolist()])
