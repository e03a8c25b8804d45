"""Class probabilities from linear scores."""

from __future__ import annotations

import math

import numpy as np

from .._jit import exact, maker

#: From this distance on exponents are drawn nearer, to `FAR + REACH` at most; e^-80 is a normal float32.
FAR, REACH = 60.0, 20.0


@maker
def _drawn_nearer(distance: float) -> float:
    beyond = distance - FAR
    return FAR + REACH * beyond / (beyond + FAR) if 0.0 < beyond < np.inf else distance


@exact
def linear_probability(unseen: np.ndarray, coef: np.ndarray, intercept: np.ndarray, probability: np.ndarray) -> None:
    """Softmax of linear scores of rows unseen (q, m) into probability (m, K).

    coef (K, q), intercept (K,); a class whose intercept is -inf gets probability 0. Scores `FAR` below the largest are
    drawn nearer, in their order: in float32 e^-104 is 0, and rows of collinear columns lie hundreds apart.
    """
    n_classes = intercept.size
    for i in range(probability.shape[0]):
        row = probability[i]
        largest = -np.inf
        for code in range(n_classes):
            score = intercept[code]
            for column in range(unseen.shape[0]):
                score += coef[code, column] * unseen[column, i]
            row[code] = score
            largest = max(largest, score)
        total = 0.0
        for code in range(n_classes):
            row[code] = math.exp(-_drawn_nearer(largest - row[code]))
            total += row[code]
        for code in range(n_classes):
            row[code] /= total
