"""One fit: everything that is learnt from training rows, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, softmax
from sklearn.dummy import DummyClassifier

from ..errors import DataError
from .plan import Selector
from .prepare import CORRELATED, KEPT, Preparation, prepare
from .table import MakeClassifier


@dataclass(frozen=True, eq=False)
class Fitted:
    """What one training part gave, over the p columns of the table.

    `kept` (k,) columns the model sees, most important first; `fate` (p,) a number of `prepare.FATES`; `importances`
    (p,), NaN where not ranked; `twin` (p,) the column it was dropped for, -1 = none; `twin_correlation` (p,) their r;
    `preparation` medians, centre and scale; `model` the fitted estimator.
    """

    kept: np.ndarray
    fate: np.ndarray
    importances: np.ndarray
    twin: np.ndarray
    twin_correlation: np.ndarray
    preparation: Preparation
    model: Any
    n_classes: int

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Class probabilities of any rows X (n, p): (n, classes) float32, the precision that is stored.

        Where the estimator has none, the logistic function of its decision stands in (softmax for more classes):
        right in order, not calibrated.
        """
        seen = self.preparation.apply(X, self.kept)
        if len(self.kept) == 0:
            seen = np.zeros((len(X), 1))
        found = _call(self.model, lambda: _probabilities(self.model, seen), len(seen))
        probability = np.zeros((len(X), self.n_classes), dtype=np.float32)
        probability[:, np.asarray(self.model.classes_, dtype=int)] = found
        return probability


def fit_repeat(
    X: np.ndarray,
    y: np.ndarray,
    n_classes: int,
    *,
    selector: Selector,
    make_classifier: MakeClassifier,
    ranking_seed: int,
    classifier_seed: int,
) -> Fitted:
    """Imputation, scaling, selection and model from training rows X (n, p), y (n,).

    Where no column is left, every row gets the classes' shares: an AUC of one half.
    Raises `DataError` if the classifier cannot work with so few rows.
    """
    ready = prepare(X)
    fate = ready.fate.copy()
    p = X.shape[1]
    importances, pair, twin = np.full(p, np.nan), np.full(p, np.nan), np.full(p, -1)
    usable = ready.usable
    if len(usable) == 0:
        model = DummyClassifier(strategy="prior").fit(np.zeros((len(y), 1)), y)
        return Fitted(usable, fate, importances, twin, pair, ready, model, n_classes)
    chosen = selector(ready.apply(X, usable), y, ranking_seed)
    kept = usable[chosen.columns]
    importances[usable], pair[usable] = chosen.importances, chosen.twin_correlation
    dropped = chosen.twin >= 0
    twin[usable[dropped]] = usable[chosen.twin[dropped]]
    fate[usable[dropped]] = CORRELATED
    fate[kept] = KEPT
    model = make_classifier(classifier_seed)
    seen = ready.apply(X, kept)
    _call(model, lambda: model.fit(seen, y), len(y))
    return Fitted(kept, fate, importances, twin, pair, ready, model, n_classes)


def _call(model: Any, action: Any, n: int) -> Any:
    try:
        # Twin columns make a model divide zero by zero; where that matters it says NaN, which counts as undefined.
        with np.errstate(all="ignore"):
            return action()
    except (ValueError, IndexError) as fault:  # IndexError: plain LDA without spread inside the classes
        reason = " ".join(str(fault).split())
        raise DataError(
            f"classifier {type(model).__name__} does not work on a part of {n} rows: {reason} "
            "Choose another classifier, or collect more rows"
        ) from fault


def _probabilities(model: Any, X: np.ndarray) -> np.ndarray:
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(X))
    decision = np.asarray(model.decision_function(X))
    if decision.ndim == 1:
        return np.stack([expit(-decision), expit(decision)], axis=1)
    return np.asarray(softmax(decision, axis=1))
