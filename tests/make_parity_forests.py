"""Makes tests/reference/parity_forests.csv: `python tests/make_parity_forests.py`, scikit-learn's side without afmfast.

For classifiers of many trees: the AUC of the test rows of 200 splits, on actual and shuffled labels of tables with two
and four classes, by 100 trees each. It takes ten minutes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import sklearn
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import roc_auc_score

PATH = Path(__file__).parent / "reference" / "parity_forests.csv"
N_ROWS, N_TEST, N_COLUMNS, N_SPLITS = 200, 60, 12, 200
CLASSES, LABELS = (2, 4), ("actual", "shuffled")

LEARNERS: dict[str, Any] = {
    "random_forest": RandomForestClassifier,
    "extra_trees": ExtraTreesClassifier,
    "gradient_boosting": GradientBoostingClassifier,
}


class Case(NamedTuple):
    """One split: training rows (n, q) exact in single precision, as scikit-learn's trees see them, and test rows."""

    split: int
    seen: np.ndarray
    y: np.ndarray
    unseen: np.ndarray
    y_unseen: np.ndarray


def cases(n_classes: int, labels: str, n_splits: int = N_SPLITS) -> Iterator[Case]:
    """Splits of one table; each depends on its own number alone."""
    rng = np.random.default_rng(n_classes)
    y = np.arange(N_ROWS) % n_classes
    shift = np.zeros((n_classes, N_COLUMNS))
    shift[:, :4] = 0.6 * rng.normal(size=(n_classes, 4))
    X = (rng.normal(size=(N_ROWS, N_COLUMNS)) + shift[y]) @ (np.eye(N_COLUMNS) + 0.2)
    X = X.astype(np.float32).astype(float)
    for split in range(n_splits):
        rng = np.random.default_rng([n_classes, split])
        own = rng.permutation(y) if labels == "shuffled" else y
        order = rng.permutation(N_ROWS)
        train, test = order[N_TEST:], order[:N_TEST]
        yield Case(split, X[train], own[train], X[test], own[test])


def auc(y: np.ndarray, probability: np.ndarray) -> float:
    """Of two classes that of the second, of more the mean of one against the rest."""
    if probability.shape[1] == 2:
        return float(roc_auc_score(y, probability[:, 1]))
    return float(np.mean([roc_auc_score(y == k, column) for k, column in enumerate(probability.T)]))


def answer(learner: str, case: Case, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Class probabilities (m, K) and importances (q,) by scikit-learn."""
    fitted = LEARNERS[learner](random_state=seed).fit(case.seen, case.y)
    return fitted.predict_proba(case.unseen), fitted.feature_importances_


def main() -> None:
    with PATH.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file, lineterminator="\n").writerow
        write(("learner", "n_classes", "labels", "split", "auc", "scikit-learn"))
        for learner in LEARNERS:
            for n_classes in CLASSES:
                for labels in LABELS:
                    for case in cases(n_classes, labels):
                        value = auc(case.y_unseen, answer(learner, case, case.split)[0])
                        write((learner, n_classes, labels, case.split, f"{value:.6f}", sklearn.__version__))


if __name__ == "__main__":
    main()
