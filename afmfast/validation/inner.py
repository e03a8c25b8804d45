"""What each training part says of its own rows, in further splits of it, so that rules are learnt without test rows."""

from __future__ import annotations

import numpy as np

from .batches import splits_of_true_labels
from .choice import inner_splits
from .outcome import Scores
from .plan import Line
from .predict import TESTED
from .repeat import fit_splits


def inner_predictions(scores: Scores, line: Line, n_splits: int) -> np.ndarray:
    """Out-of-fold probabilities of the training rows of the first splits: (n_splits, n, classes).

    The mean over the inner splits that predicted a row, NaN in rows that none tested: those of the outer test part, and
    all where a training part cannot be split. A line that chose is represented by what it took in that split.
    """
    table, plan = scores.table, scores.plan
    numbers = np.arange(n_splits)
    drawn = splits_of_true_labels(table, plan, numbers, scores.repeats["draw"][:n_splits])
    labels = np.tile(table.y, (n_splits, 1))
    outer, inner = inner_splits(table, plan, labels, drawn, numbers)
    taken = scores.repeats["choice"][outer]
    total = np.zeros((n_splits, len(table.y), table.n_classes))
    times = np.zeros((n_splits, len(table.y), 1))
    for number in np.unique(taken):
        some = np.flatnonzero(taken == number)
        candidate = line.among[number] if line.among else line
        (made,) = fit_splits(table, [candidate], labels[outer[some]], inner.only(some), outer[some], TESTED)
        np.add.at(total, outer[some], np.nan_to_num(made.probability))
        np.add.at(times, outer[some], ~np.isnan(made.probability[..., :1]))
    return np.divide(total, times, out=np.full(total.shape, np.nan), where=times > 0)
