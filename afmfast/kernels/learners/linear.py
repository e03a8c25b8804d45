"""Class probabilities from linear scores."""

from __future__ import annotations

import math

import numpy as np

from .._jit import exact


@exact
def linear_probability(unseen: np.ndarray, coef: np.ndarray, intercept: np.ndarray, probability: np.ndarray) -> None:
    """Softmax of linear scores of rows unseen (q, m) into probability (m, K).

    coef (K, q), intercept (K,); a class whose intercept is -inf gets probability 0.
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
            row[code] = math.exp(row[code] - largest)
            total += row[code]
        for code in range(n_classes):
            row[code] /= total
