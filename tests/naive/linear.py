"""Slow twins of the small learners and of their scores, one row and one pair at a time."""

from __future__ import annotations

import math

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis


def twins(X: np.ndarray, threshold: float) -> tuple[list[int], list[float]]:
    """The kept column each column of X (n, p) is dropped for, -1 = it stays, and their correlation."""
    kept: list[int] = []
    twin, pair = [], []
    for column in range(X.shape[1]):
        r = [correlation(X[:, column], X[:, other]) for other in kept]
        best = max(range(len(r)), key=lambda k: abs(r[k]), default=-1)
        if best >= 0 and abs(r[best]) >= threshold:
            twin.append(kept[best])
            pair.append(r[best])
        else:
            twin.append(-1)
            pair.append(math.nan)
            kept.append(column)
    return twin, pair


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson's r to twelve decimals; 0 where one is constant."""
    a, b = a - math.fsum(a) / len(a), b - math.fsum(b) / len(b)
    lengths = math.sqrt(math.fsum(a * a) * math.fsum(b * b))
    return round(math.fsum(a * b) / lengths, 12) if lengths > 1e-12 else 0.0


def area(score: np.ndarray, member: np.ndarray) -> float:
    """Share of pairs (member, other) in the right order; a tie is half of one."""
    inside, outside = score[member], score[~member]
    pairs = [(a > b) + 0.5 * (a == b) for a in inside for b in outside]
    return sum(pairs) / len(pairs) if pairs else math.nan


def votes(X: np.ndarray, y: np.ndarray, n_classes: int, k: int, unseen: np.ndarray) -> np.ndarray:
    """Shares of the classes among the k nearest rows, the first of equally far ones nearer: (m, classes)."""
    shares = []
    for row in unseen:
        distances = [float(((other - row) ** 2).sum()) for other in X]
        nearest = sorted(range(len(X)), key=lambda i: (distances[i], i))[:k]
        shares.append([sum(y[i] == code for i in nearest) / len(nearest) for code in range(n_classes)])
    return np.array(shares)


class RidgeCovariance(BaseEstimator):
    """Covariance of columns (n, k) plus a thousandth on the diagonal."""

    def fit(self, X: np.ndarray) -> RidgeCovariance:
        centred = X - X.mean(axis=0)
        self.covariance_ = centred.T @ centred / len(X) + 1e-3 * np.eye(X.shape[1])
        return self


def ridge_discriminant() -> LinearDiscriminantAnalysis:
    """Scikit-learn's discriminant analysis with that covariance inside the classes."""
    return LinearDiscriminantAnalysis(solver="lsqr", covariance_estimator=RidgeCovariance())


def filtered(X: np.ndarray, r: np.ndarray, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """The greedy filter from the whole matrix of correlations r (p, p): twin (p,), -1 = it stays, and pair (p,)."""
    earlier = np.tril(np.nan_to_num(np.abs(r), nan=0.0), k=-1)  # (later column, earlier column)
    alike = earlier >= threshold
    stays = np.ones(X.shape[1], dtype=bool)
    for column in np.flatnonzero(alike.any(axis=1)):
        stays[column] = not (alike[column] & stays).any()
    twin, pair = np.full(X.shape[1], -1), np.full(X.shape[1], np.nan)
    for column in np.flatnonzero(~stays):
        twin[column] = np.argmax(np.where(stays, earlier[column], 0.0))
        pair[column] = r[column, twin[column]]
    return twin, pair


def scores(probability: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Accuracy, and by class area, recall and specificity, of probabilities (m, K) float32."""
    m, K = probability.shape
    called = probability.argmax(axis=1)
    near_one = 0.5 if K == 2 else 1 - 2.0**-12
    areas, recall, specificity = np.full((3, K), np.nan)
    for code in range(K):
        own, member = probability[:, code].astype(float), y == code
        rest = np.array([sum(float(p) for k, p in enumerate(row) if k != code) for row in probability])
        if 0 < member.sum() < m:
            areas[code] = area(np.where(own <= near_one, own, 1 - rest), member)
        if member.any():
            recall[code] = (called[member] == code).mean()
        if not member.all():
            specificity[code] = (called[~member] != code).mean()
    if K == 2:
        areas[0] = areas[1]
    return float((called == y).mean()), areas, recall, specificity
