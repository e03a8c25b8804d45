"""What a classifier says about rows it has not seen, for a whole batch of splits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import expit, softmax
from sklearn.dummy import DummyClassifier

from ..errors import DataError
from ..kernels.learners.parts import ALL, NONE, TEST, TESTED, UNUSED, Columns, Part, Prepared, Splits, part_of

__all__ = ["ALL", "NONE", "TESTED", "Predict", "by_estimators", "by_kernel"]

#: A new, unfitted scikit-learn estimator from a seed.
MakeClassifier = Callable[[int], Any]
#: `predict(columns, splits, prepared, kept, words, predicted)` fits on each of m training parts with its `kept` (m, k)
#: columns (-1 = fewer) and seed `words` (m,), and gives the class probabilities (rows, classes) of TESTED rows or of
#: ALL, split after split, float32, the precision that is stored.
Predict = Callable[[Columns, Splits, Prepared, np.ndarray, np.ndarray, int], np.ndarray]


def by_kernel(
    kernel: Callable[..., None],
    options: tuple[Any, ...],
    columns: Columns,
    splits: Splits,
    prepared: Prepared,
    kept: np.ndarray,
    words: np.ndarray,
    predicted: int,
) -> np.ndarray:
    """A `Predict` of one of `kernels.learners.repeating`: all splits in one call without Python's lock."""
    n_rows = int((splits.side != UNUSED if predicted == ALL else splits.side == TEST).sum())
    probability = np.empty((n_rows, splits.n_classes), np.float32)
    kernel(columns, splits, prepared, kept, words, predicted, *options, probability)
    return probability


def by_estimators(
    make: MakeClassifier,
    columns: Columns,
    splits: Splits,
    prepared: Prepared,
    kept: np.ndarray,
    words: np.ndarray,
    predicted: int,
) -> np.ndarray:
    """A `Predict` that fits scikit-learn estimators one after the other.

    Where an estimator has no probabilities, the logistic function of its decision stands in (softmax for more
    classes): right in order, not calibrated. Raises `DataError` if it cannot work with so few rows.
    """
    found = []
    for r in range(len(kept)):
        part = part_of(columns, splits, prepared, r, kept[r][kept[r] >= 0], predicted)
        found.append(_of_one(make(int(words[r] & np.uint64(0xFFFFFFFF))), part, splits.n_classes))
    return np.concatenate(found)


def _of_one(model: Any, part: Part, n_classes: int) -> np.ndarray:
    """Class probabilities of a part's rows; where no column is left, the classes' shares: an AUC of one half."""
    seen, unseen = part.seen.T, part.unseen.T
    if seen.shape[1] == 0:
        model = DummyClassifier(strategy="prior")
        seen, unseen = np.zeros((len(part.train), 1)), np.zeros((len(part.rows), 1))
    _call(model, lambda: model.fit(seen, part.y), len(part.y))
    probability = np.zeros((len(part.rows), n_classes), dtype=np.float32)
    if len(part.rows):
        found = _call(model, lambda: _probabilities(model, unseen), len(part.y))
        probability[:, np.asarray(model.classes_, dtype=int)] = found
    return probability


def _call(model: Any, action: Any, n: int) -> Any:
    try:
        # Twin columns make a model divide zero by zero; where that matters it says NaN, which counts as undefined.
        with np.errstate(all="ignore"):
            return action()
    except Exception as fault:  # of anybody's code
        reason = " ".join(str(fault).split())
        raise DataError(
            f"classifier {type(model).__name__} does not work on a part of {n} rows: {reason} "
            "Choose another classifier, or collect more rows"
        ) from fault


def _probabilities(model: Any, X: np.ndarray) -> np.ndarray:
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(X))
    decision = np.asarray(model.decision_function(X))
    if decision.ndim == 2 and decision.shape[1] != len(model.classes_):
        raise ValueError(f"its decision has {decision.shape[1]} columns for {len(model.classes_)} classes.")
    if decision.ndim == 1:
        return np.stack([expit(-decision), expit(decision)], axis=1)
    return np.asarray(softmax(decision, axis=1))
