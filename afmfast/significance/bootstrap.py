"""Intervals of scores by drawing whole groups again, from one averaged out-of-fold prediction a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, logit, stdtrit

from .. import seeds
from ..errors import DataError
from .predictions import SCORES, Predictions, scores

#: Groups in the smallest class with which coverage was simulated; below, an interval is approximate.
MIN_GROUPS = 10
#: Weights that are held at once while resamples are scored: 16 MB.
_AT_ONCE = 2_000_000

_NEAR_CHANCE = "the interval of the AUC reaches 0.5, and near chance intervals are too narrow (held in 85 to 95 of 100)"
_NOT_SHOWN = "no permutation test showed a difference, and near chance intervals are too narrow"
_NO_SPREAD = "every resample gave the same score"


@dataclass(frozen=True)
class Interval:
    """A score of the averaged predictions, or a difference of two, with its interval at `level`; NaN where undefined.

    `n_groups` that it rests on, of the smallest class concerned. `approximate`, with the `reason`, where the interval
    was not shown to hold the true value in at least 90 of 100 data sets (docs/validity.md; wider than need be with few
    single rows): with fewer than `MIN_GROUPS` of those groups, where the AUC's interval reaches 0.5 or lies below,
    where no difference was shown, and where no resample differs.
    """

    value: float
    low: float
    high: float
    level: float
    n_groups: int
    reason: str

    @property
    def approximate(self) -> bool:
        """Whether the level is not to be taken at its word."""
        return bool(self.reason)


def intervals(
    predictions: Predictions, *, n_resamples: int = 2000, level: float = 0.95, seed: int = 0, is_shown: bool = True
) -> dict[str, Interval]:
    """The interval of each of `SCORES`: logit of the score -+ t times its standard error over resamples.

    Whole groups are drawn with replacement within their class. Rows are never drawn by themselves, and nothing is
    trained on a resample, where copies of a row would stand on both sides. All NaN where no row was tested.
    `is_shown` whether a permutation test showed that the classes differ; without, all are approximate.
    Reference: Field & Welsh 2007, J. R. Stat. Soc. B 69:369.
    """
    seen = predictions.only(predictions.tested)
    found = _intervals(seen, _resampled([seen], n_resamples, seed)[0], level)
    return _marked(found, [found["auc"]], is_shown)


def _intervals(seen: Predictions, resampled: dict[str, np.ndarray], level: float) -> dict[str, Interval]:
    observed, found = scores(seen), {}
    for name in SCORES:
        value, m = float(observed[name][0]), seen.n_groups(name)
        low, high = _logit_interval(value, _standard_error(resampled[name], m), m, level)
        found[name] = Interval(value, low, high, level, m, _reason(resampled[name], m))
    return found


def differences(
    first: Predictions,
    second: Predictions,
    *,
    n_resamples: int = 2000,
    level: float = 0.95,
    seed: int = 0,
    is_shown: bool = True,
) -> dict[str, Interval]:
    """By how much each of `SCORES` of `first` is above that of `second`, both from the same resamples.

    Both are predictions of the same rows; those tested in both count. An interval above 0 says that the first is
    better: of one comparison, uncorrected for others, and tried with fixed predictions. `is_shown` whether permutation
    tests showed a difference of the classes in both. Raises `DataError` where rows differ.
    """
    same = len(first.y) == len(second.y) and (first.y == second.y).all() and (first.groups == second.groups).all()
    if not same:
        raise DataError("predictions of different rows were to be compared; give two of the same rows in one order")
    tested = first.tested & second.tested
    pair = first.only(tested), second.only(tested)
    drawn = _resampled(pair, n_resamples, seed)
    found = {}
    for name in SCORES:
        value = float((scores(pair[0])[name] - scores(pair[1])[name])[0])
        apart, m = drawn[0][name] - drawn[1][name], pair[0].n_groups(name)
        reach = _t(m, level) * _standard_error(apart, m)
        low, high = max(value - reach, -1.0), min(value + reach, 1.0)
        found[name] = Interval(value, low, high, level, m, _reason(apart, m))
    own = [_intervals(one, resampled, level)["auc"] for one, resampled in zip(pair, drawn, strict=True)]
    return _marked(found, own, is_shown)


def _resampled(predictions: Sequence[Predictions], n_resamples: int, seed: int) -> list[dict[str, np.ndarray]]:
    """Scores (n_resamples,) of predictions of the same rows, of each from the same resamples."""
    member, stratum = predictions[0].strata
    rng = seeds.generator(seed, seeds.Stream.BOOTSTRAP)
    step = max(_AT_ONCE // max(len(member), 1), 1)
    parts: list[list[dict[str, np.ndarray]]] = [[] for _ in predictions]
    for first in range(0, n_resamples, step):
        weights = _weights(stratum, min(step, n_resamples - first), rng)[:, member]
        for part, one in zip(parts, predictions, strict=True):
            part.append(scores(one, weights))
    return [{name: np.concatenate([part[name] for part in each]) for name in SCORES} for each in parts]


def _weights(stratum: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """How often each group is drawn, as many of each class as there are: (n, groups)."""
    weights = np.empty((n, len(stratum)))
    for code in np.unique(stratum):
        groups = np.flatnonzero(stratum == code)
        weights[:, groups] = rng.multinomial(len(groups), np.full(len(groups), 1 / len(groups)), size=n)
    return weights


def _standard_error(values: np.ndarray, m: int) -> float:
    """SD over resamples where defined, enlarged because m groups drawn from m spread less than m new ones."""
    defined = values[~np.isnan(values)]
    if len(defined) < 2 or m < 2:
        return float("nan")
    return float(defined.std(ddof=1) * np.sqrt(m / (m - 1)))


def _logit_interval(value: float, error: float, m: int, level: float) -> tuple[float, float]:
    """Ends between 0 and 1; a score of 0 or 1 gets what as many groups, each right or wrong as a whole, allow."""
    if value in (0.0, 1.0) and m > 0:
        reach = 1 - ((1 - level) / 2) ** (1 / m)
        return (0.0, reach) if value == 0 else (1 - reach, 1.0)
    if m == 0 or np.isnan(value) or np.isnan(error) or error == 0:
        return float("nan"), float("nan")
    reach = _t(m, level) * error / (value * (1 - value))
    return float(expit(logit(value) - reach)), float(expit(logit(value) + reach))


def _t(m: int, level: float) -> float:
    return float(stdtrit(m - 1, (1 + level) / 2)) if m > 1 else float("nan")


def _reason(resampled: np.ndarray, m: int) -> str:
    if m < MIN_GROUPS:
        return f"{m} groups are fewer than the {MIN_GROUPS} it was tried with"
    return "" if len(np.unique(resampled[~np.isnan(resampled)])) > 1 else _NO_SPREAD


def _marked(found: dict[str, Interval], auc: Sequence[Interval], is_shown: bool) -> dict[str, Interval]:
    """Every interval marked as approximate where an AUC may be that of chance, or worse."""
    reason = "" if is_shown else _NOT_SHOWN
    if any(one.low <= 0.5 for one in auc):
        reason = _NEAR_CHANCE
    return {name: one if one.reason or not reason else replace(one, reason=reason) for name, one in found.items()}
