"""Makes tests/reference/parity_exact.csv: `python tests/make_parity_exact.py`. scikit-learn's side, no afmfast in here.

For learners without chance: class probabilities of the test rows of 50 splits, on actual and shuffled labels of tables
with two and four classes. A line keeps those of the first test row, and the sum of the squares of all of them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import sklearn
from sklearn.base import BaseEstimator
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import RBF
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

PATH = Path(__file__).parent / "reference" / "parity_exact.csv"
N_ROWS, N_TEST, N_COLUMNS, N_SPLITS = 100, 30, 10, 50


class Ridge(BaseEstimator):
    """Covariance of the rows of one class, plus a thousandth on its diagonal."""

    def fit(self, X):
        self.covariance_ = np.atleast_2d(np.cov(X.T, bias=True)) + 1e-3 * np.eye(X.shape[1])
        return self


LEARNERS: dict[str, Any] = {
    "logistic_regression": lambda: LogisticRegression(solver="newton-cg", tol=1e-11, max_iter=10_000),
    "lda": lambda: LinearDiscriminantAnalysis("lsqr", covariance_estimator=Ridge()),
    "k_nearest": lambda: KNeighborsClassifier(5, algorithm="brute"),
    "gaussian_process given": lambda: GaussianProcessClassifier(1.0 * RBF(1.0), optimizer=None),
    "gaussian_process": lambda: GaussianProcessClassifier(1.0 * RBF(1.0)),
}


class Case(NamedTuple):
    """One split: standardised training rows (n, q), their classes, standardised test rows (m, q)."""

    labels: str
    n_classes: int
    split: int
    seen: np.ndarray
    y: np.ndarray
    unseen: np.ndarray


def cases(n_splits: int = N_SPLITS) -> Iterator[Case]:
    """All splits; each depends on its own number alone."""
    for n_classes in (2, 4):
        rng = np.random.default_rng(n_classes)
        y = np.arange(N_ROWS) % n_classes
        shift = np.zeros((n_classes, N_COLUMNS))
        shift[:, :3] = rng.normal(size=(n_classes, 3))
        X = (rng.normal(size=(N_ROWS, N_COLUMNS)) + shift[y]) @ (np.eye(N_COLUMNS) + 0.5)
        for labels in ("actual", "shuffled"):
            for split in range(n_splits):
                rng = np.random.default_rng([n_classes, split])
                own = rng.permutation(y) if labels == "shuffled" else y
                order = rng.permutation(N_ROWS)
                train, test = order[N_TEST:], order[:N_TEST]
                centre, scale = X[train].mean(axis=0), X[train].std(axis=0)
                scaled = (X - centre) / scale
                yield Case(labels, n_classes, split, scaled[train], own[train], scaled[test])


def answer(learner: str, case: Case) -> tuple[np.ndarray, float]:
    """Class probabilities (m, K) by scikit-learn, and the mean log marginal likelihood, NaN for others."""
    fitted = LEARNERS[learner]().fit(case.seen, case.y)
    if not learner.startswith("gaussian_process"):
        return fitted.predict_proba(case.unseen), np.nan
    base = fitted.base_estimator_
    ones = base.estimators_ if case.n_classes > 2 else [base]
    return fitted.predict_proba(case.unseen), float(np.mean([one.log_marginal_likelihood_value_ for one in ones]))


def main() -> None:
    """Write the table."""
    with PATH.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("learner", "labels", "n_classes", "split", "likelihood", "squares", "first", "pedigree"))
        for case in cases():
            for learner in LEARNERS:
                p, likelihood = answer(learner, case)
                first = " ".join(f"{value:.8f}" for value in p[0])
                where = learner, case.labels, case.n_classes, case.split
                out.writerow((*where, f"{likelihood:.8f}", f"{(p * p).sum():.7f}", first, sklearn.__version__))


if __name__ == "__main__":
    main()
