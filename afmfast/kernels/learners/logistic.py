"""Logistic regression with an L2 penalty, by Newton's method on the objective of scikit-learn.

Least is the weighted sum of log losses plus |coef|^2 / (2 C); intercepts are not penalised. Two classes share one
row of coefficients, more have one each.
"""

from __future__ import annotations

import math

import numpy as np

from .._jit import exact, maker
from .dense import add_scaled, copy, dot, factorise, solve
from .linear import linear_probability

#: Twice what the objective can still fall before the last step; a step squares it.
CONVERGED = 1e-13
MAX_STEPS, MAX_HALVINGS = 100, 40
#: Keeps the curvature of intercepts above 0 where all probabilities are 0 or 1 to the last bit.
FLOOR = 1e-14


@exact
def logistic_regression(
    seen: np.ndarray, y: np.ndarray, class_weight: np.ndarray, C: float, unseen: np.ndarray, probability: np.ndarray
) -> None:
    """Learn from seen (q, n) and y (n,), predict unseen (q, m) into probability (m, K); see `fit_logistic`."""
    coef, intercept = np.empty((class_weight.size, seen.shape[0])), np.empty(class_weight.size)
    fit_logistic(seen, y, class_weight, C, coef, intercept)
    linear_probability(unseen, coef, intercept, probability)


@exact
def fit_logistic(
    seen: np.ndarray, y: np.ndarray, class_weight: np.ndarray, C: float, coef: np.ndarray, intercept: np.ndarray
) -> int:
    """Fit columns seen (q, n) to codes y (n,) int64, into coef (K, q) and intercept (K,); returns the steps taken.

    class_weight (K,) multiplies the losses of a class. A class without rows or weight gets intercept -inf, which is
    probability 0. Of two classes, half the coefficients go to each with opposite signs: softmax wants their difference.
    """
    q, n = seen.shape
    place = np.empty(class_weight.size, np.int64)
    n_present = _number_present(y, class_weight, place)
    two = n_present == 2
    weight, target, design = np.empty(n), np.empty(n, np.int64), np.empty((q + 1, n))
    for i in range(n):
        weight[i], target[i], design[q, i] = class_weight[y[i]], place[y[i]] - (1 if two else 0), 1.0
    for j in range(q):
        copy(seen[j], design[j])
    found, steps = np.zeros((1 if two else n_present, q + 1)), 0
    if n_present > 1:
        steps = _fit(design, target, weight, C, found)
    for code in range(place.size):
        intercept[code] = -np.inf if place[code] < 0 else 0.0
        for j in range(q):
            coef[code, j] = 0.0
        if place[code] >= 0:
            share = place[code] - 0.5 if two else 1.0
            row = found[0 if two else place[code]]
            add_scaled(row[:q], share, coef[code])
            intercept[code] = share * row[q]
    return steps


@maker
def _number_present(y: np.ndarray, class_weight: np.ndarray, place: np.ndarray) -> int:
    """How many classes have rows that count; place (K,) gets the number of each among them, -1 for others."""
    for code in range(place.size):
        place[code] = -1
    for code in y:
        if class_weight[code] > 0.0:
            place[code] = 0
    n_present = 0
    for code in range(place.size):
        if place[code] == 0:
            place[code] = n_present
            n_present += 1
    return n_present


@maker
def _fit(design: np.ndarray, target: np.ndarray, weight: np.ndarray, C: float, theta: np.ndarray) -> int:
    """Coefficients and intercepts, from zeros, into theta (r, q + 1): one row a class, or one for two classes.

    design (q + 1, n) ends in ones; target (n,) is the row of theta of each class, -1 for one without, whose score is 0.
    """
    n_rows, width = theta.shape
    n = target.size
    score, change, trial = np.zeros((n_rows, n)), np.empty((n_rows, n)), np.empty((n_rows, n))
    p, values, scaled = np.empty((n_rows, n)), np.empty(n), np.empty(n)
    hessian, gradient = np.empty((n_rows * width, n_rows * width)), np.empty((n_rows, width))
    step = np.empty(n_rows * width)
    loss = _loss(score, target, weight, p)
    for n_steps in range(1, MAX_STEPS + 1):
        for a in range(n_rows):
            for i in range(n):
                values[i] = weight[i] * (p[a, i] - (1.0 if target[i] == a else 0.0))
            _slopes(design, values, theta[a], C, gradient[a])
            for b in range(a + 1):
                for i in range(n):
                    values[i] = weight[i] * p[a, i] * ((1.0 if a == b else 0.0) - p[b, i])
                _products(design, values, scaled, hessian[a * width : (a + 1) * width, b * width : (b + 1) * width])
                if n_rows > 1:
                    # The same added to all intercepts changes nothing: this makes the direction of it definite.
                    hessian[(a + 1) * width - 1, (b + 1) * width - 1] += 1.0
            for j in range(width):
                step[a * width + j] = gradient[a, j]
                hessian[a * width + j, a * width + j] += 1.0 / C if j < width - 1 else FLOOR * n
        if not factorise(hessian):
            return n_steps
        solve(hessian, step)
        fall, penalty, length = 0.0, 0.0, 1.0
        for a in range(n_rows):
            own = step[a * width : (a + 1) * width]
            fall += dot(gradient[a], own)
            _scores_of(design, own, change[a])
            penalty += _penalty(theta[a], own, 0.0)
        for _ in range(MAX_HALVINGS):
            new_penalty = 0.0
            for a in range(n_rows):
                for i in range(n):
                    trial[a, i] = score[a, i] - length * change[a, i]
                new_penalty += _penalty(theta[a], step[a * width : (a + 1) * width], length)
            new_loss = _loss(trial, target, weight, p)
            if _falls(loss, penalty, new_loss, new_penalty, C, length * fall):
                break
            length *= 0.5
        for a in range(n_rows):
            add_scaled(step[a * width : (a + 1) * width], -length, theta[a])
            copy(trial[a], score[a])
        loss = new_loss
        if fall < CONVERGED:
            return n_steps
    return MAX_STEPS


@maker
def _falls(loss: float, penalty: float, new_loss: float, new_penalty: float, C: float, promised: float) -> bool:
    """Whether a step keeps a little of what its slope promised, but for rounding."""
    before = loss + 0.5 * penalty / C
    return new_loss + 0.5 * new_penalty / C <= before - 1e-4 * promised + 1e-13 * before


@maker
def _loss(score: np.ndarray, target: np.ndarray, weight: np.ndarray, p: np.ndarray) -> float:
    """Weighted sum of the log losses of scores (r, n), whose probabilities go to p (r, n); see `_fit`."""
    n_rows, n = score.shape
    total = 0.0
    for i in range(n):
        largest = 0.0 if n_rows == 1 else score[0, i]
        for a in range(n_rows):
            largest = max(largest, score[a, i])
        mass = math.exp(-largest) if n_rows == 1 else 0.0
        for a in range(n_rows):
            p[a, i] = math.exp(score[a, i] - largest)
            mass += p[a, i]
        for a in range(n_rows):
            p[a, i] /= mass
        own = score[target[i], i] if target[i] >= 0 else 0.0
        total += weight[i] * (largest + math.log(mass) - own)
    return total


@maker
def _penalty(theta: np.ndarray, step: np.ndarray, length: float) -> float:
    """Square of the coefficients after a step; the last of theta (q + 1,) is the intercept."""
    total = 0.0
    for j in range(theta.size - 1):
        total += (theta[j] - length * step[j]) ** 2
    return total


@maker
def _scores_of(design: np.ndarray, theta: np.ndarray, out: np.ndarray) -> None:
    """Linear scores of the rows of design (q + 1, n) by theta (q + 1,), into out (n,)."""
    out[:] = 0.0
    for j in range(theta.size):
        add_scaled(design[j], theta[j], out)


@maker
def _slopes(design: np.ndarray, residual: np.ndarray, theta: np.ndarray, C: float, gradient: np.ndarray) -> None:
    """Gradient of the objective by theta (q + 1,) from weighted residuals (n,)."""
    for j in range(theta.size):
        gradient[j] = dot(design[j], residual)
        if j < theta.size - 1:
            gradient[j] += theta[j] / C


@maker
def _products(design: np.ndarray, curvature: np.ndarray, scaled: np.ndarray, out: np.ndarray) -> None:
    """Weighted products of all pairs of rows of design (k, n), into out (k, k)."""
    for j in range(out.shape[0]):
        for i in range(scaled.size):
            scaled[i] = curvature[i] * design[j, i]
        for k in range(j + 1):
            out[j, k] = out[k, j] = dot(scaled, design[k])
