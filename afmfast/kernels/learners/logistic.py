"""Logistic regression with an L2 penalty, by Newton's method on the objective of scikit-learn.

Least is the weighted sum of log losses plus |coef|^2 / (2 C); intercepts are not penalised. Two classes share one
row of coefficients, more have one each.
"""

from __future__ import annotations

import math

import numpy as np

from .._jit import kernel
from .dense import add_scaled, copy, dot, factorise, solve
from .linear import linear_probability

#: Twice what the objective can still fall before the last step; a step squares it.
CONVERGED = 1e-13
MAX_STEPS, MAX_HALVINGS = 100, 40
#: Keeps the curvature above 0 where a probability is 0 or 1 to the last bit.
FLOOR = 1e-14


@kernel
def logistic_regression(
    seen: np.ndarray, y: np.ndarray, class_weight: np.ndarray, C: float, unseen: np.ndarray, probability: np.ndarray
) -> None:
    """Learn from seen (q, n) and y (n,), predict unseen (q, m) into probability (m, K); see `fit_logistic`."""
    coef, intercept = np.empty((class_weight.size, seen.shape[0])), np.empty(class_weight.size)
    fit_logistic(seen, y, class_weight, C, coef, intercept)
    linear_probability(unseen, coef, intercept, probability)


@kernel
def fit_logistic(
    seen: np.ndarray, y: np.ndarray, class_weight: np.ndarray, C: float, coef: np.ndarray, intercept: np.ndarray
) -> int:
    """Fit columns seen (q, n) to codes y (n,) int64, into coef (K, q) and intercept (K,); returns the steps taken.

    class_weight (K,) multiplies the losses of a class. A class without rows or weight gets intercept -inf, which is
    probability 0. Of two classes, half the coefficients go to each with opposite signs: softmax wants their difference.
    """
    q, n = seen.shape
    place = np.full(class_weight.size, -1)
    for code in y:
        if class_weight[code] > 0.0:
            place[code] = 0
    n_present = 0
    for code in range(place.size):
        if place[code] == 0:
            place[code] = n_present
            n_present += 1
    weight, target, design = np.empty(n), np.empty(n, np.int64), np.empty((q + 1, n))
    for i in range(n):
        weight[i], target[i] = class_weight[y[i]], max(place[y[i]], 0)
        design[q, i] = 1.0
    for j in range(q):
        copy(seen[j], design[j])
    found, steps = np.zeros((n_present, q + 1)), 0
    if n_present == 2:
        steps = _fit_two(design, target, weight, C, found[1])
        for j in range(q + 1):
            found[1, j] *= 0.5
            found[0, j] = -found[1, j]
    elif n_present > 2:
        steps = _fit_more(design, target, weight, C, found)
    for code in range(place.size):
        coef[code], intercept[code] = 0.0, -np.inf
        if place[code] >= 0:
            copy(found[place[code], :q], coef[code])
            intercept[code] = found[place[code], q]
    return steps


@kernel
def _fit_two(design: np.ndarray, target: np.ndarray, weight: np.ndarray, C: float, theta: np.ndarray) -> int:
    """Coefficients and intercept of class 1 against class 0, from zeros, into theta (q + 1,); design ends in ones."""
    width, n = design.shape
    score, change, trial = np.zeros(n), np.empty(n), np.empty(n)
    residual, curvature, scaled = np.empty(n), np.empty(n), np.empty(n)
    hessian, gradient, step = np.empty((width, width)), np.empty(width), np.empty(width)
    loss = _loss_two(score, target, weight)
    for n_steps in range(1, MAX_STEPS + 1):
        for i in range(n):
            p = 1.0 / (1.0 + math.exp(-score[i]))
            residual[i] = weight[i] * (p - target[i])
            curvature[i] = weight[i] * (p * (1.0 - p) + FLOOR)
        _products(design, curvature, scaled, hessian)
        _slopes(design, residual, theta, C, gradient)
        for j in range(width - 1):
            hessian[j, j] += 1.0 / C
        copy(gradient, step)
        if not factorise(hessian):
            return n_steps
        solve(hessian, step)
        fall = dot(gradient, step)
        _scores_of(design, step, change)
        penalty, length = _penalty(theta, step, 0.0), 1.0
        for _ in range(MAX_HALVINGS):
            for i in range(n):
                trial[i] = score[i] - length * change[i]
            new_loss = _loss_two(trial, target, weight)
            if _falls(loss, penalty, new_loss, _penalty(theta, step, length), C, length * fall):
                break
            length *= 0.5
        add_scaled(step, -length, theta)
        copy(trial, score)
        loss = new_loss
        if fall < CONVERGED:
            return n_steps
    return MAX_STEPS


@kernel
def _fit_more(design: np.ndarray, target: np.ndarray, weight: np.ndarray, C: float, theta: np.ndarray) -> int:
    """Coefficients and intercept of each of three and more classes, from zeros, into theta (K, q + 1)."""
    n_classes, width = theta.shape
    n = target.size
    score, change, trial = np.zeros((n_classes, n)), np.empty((n_classes, n)), np.empty((n_classes, n))
    p, values, scaled = np.empty((n_classes, n)), np.empty(n), np.empty(n)
    hessian, gradient = np.empty((n_classes * width, n_classes * width)), np.empty((n_classes, width))
    step = np.empty(n_classes * width)
    loss = _softmax(score, target, weight, p)
    for n_steps in range(1, MAX_STEPS + 1):
        for a in range(n_classes):
            for i in range(n):
                values[i] = weight[i] * (p[a, i] - (1.0 if target[i] == a else 0.0))
            _slopes(design, values, theta[a], C, gradient[a])
            for b in range(a + 1):
                for i in range(n):
                    values[i] = weight[i] * p[a, i] * ((1.0 if a == b else 0.0) - p[b, i])
                _products(design, values, scaled, hessian[a * width : (a + 1) * width, b * width : (b + 1) * width])
                # The same added to all intercepts changes nothing: the 1 makes the direction of it definite.
                hessian[(a + 1) * width - 1, (b + 1) * width - 1] += 1.0
            for j in range(width):
                step[a * width + j] = gradient[a, j]
                hessian[a * width + j, a * width + j] += 1.0 / C if j < width - 1 else FLOOR * n
        if not factorise(hessian):
            return n_steps
        solve(hessian, step)
        fall, penalty, length = 0.0, 0.0, 1.0
        for a in range(n_classes):
            own = step[a * width : (a + 1) * width]
            fall += dot(gradient[a], own)
            _scores_of(design, own, change[a])
            penalty += _penalty(theta[a], own, 0.0)
        for _ in range(MAX_HALVINGS):
            new_penalty = 0.0
            for a in range(n_classes):
                for i in range(n):
                    trial[a, i] = score[a, i] - length * change[a, i]
                new_penalty += _penalty(theta[a], step[a * width : (a + 1) * width], length)
            new_loss = _softmax(trial, target, weight, p)
            if _falls(loss, penalty, new_loss, new_penalty, C, length * fall):
                break
            length *= 0.5
        for a in range(n_classes):
            add_scaled(step[a * width : (a + 1) * width], -length, theta[a])
            copy(trial[a], score[a])
        loss = new_loss
        if fall < CONVERGED:
            return n_steps
    return MAX_STEPS


@kernel
def _falls(loss: float, penalty: float, new_loss: float, new_penalty: float, C: float, promised: float) -> bool:
    """Whether a step keeps a little of what its slope promised, but for rounding."""
    before = loss + 0.5 * penalty / C
    return new_loss + 0.5 * new_penalty / C <= before - 1e-4 * promised + 1e-13 * before


@kernel
def _loss_two(score: np.ndarray, target: np.ndarray, weight: np.ndarray) -> float:
    """Weighted sum of the log losses of scores (n,) of class 1."""
    total = 0.0
    for i in range(score.size):
        wrong = -score[i] if target[i] == 1 else score[i]
        total += weight[i] * (max(wrong, 0.0) + math.log1p(math.exp(-abs(wrong))))
    return total


@kernel
def _softmax(score: np.ndarray, target: np.ndarray, weight: np.ndarray, p: np.ndarray) -> float:
    """Weighted sum of the log losses of scores (K, n), whose probabilities go to p (K, n)."""
    n_classes, n = score.shape
    total = 0.0
    for i in range(n):
        largest = score[0, i]
        for a in range(1, n_classes):
            largest = max(largest, score[a, i])
        mass = 0.0
        for a in range(n_classes):
            p[a, i] = math.exp(score[a, i] - largest)
            mass += p[a, i]
        for a in range(n_classes):
            p[a, i] /= mass
        total += weight[i] * (largest + math.log(mass) - score[target[i], i])
    return total


@kernel
def _penalty(theta: np.ndarray, step: np.ndarray, length: float) -> float:
    """Square of the coefficients after a step; the last of theta (q + 1,) is the intercept."""
    total = 0.0
    for j in range(theta.size - 1):
        total += (theta[j] - length * step[j]) ** 2
    return total


@kernel
def _scores_of(design: np.ndarray, theta: np.ndarray, out: np.ndarray) -> None:
    """Linear scores of the rows of design (q + 1, n) by theta (q + 1,), into out (n,)."""
    out[:] = 0.0
    for j in range(theta.size):
        add_scaled(design[j], theta[j], out)


@kernel
def _slopes(design: np.ndarray, residual: np.ndarray, theta: np.ndarray, C: float, gradient: np.ndarray) -> None:
    """Gradient of the objective by theta (q + 1,) from weighted residuals (n,)."""
    for j in range(theta.size):
        gradient[j] = dot(design[j], residual)
        if j < theta.size - 1:
            gradient[j] += theta[j] / C


@kernel
def _products(design: np.ndarray, curvature: np.ndarray, scaled: np.ndarray, out: np.ndarray) -> None:
    """Weighted products of all pairs of rows of design (k, n), into out (k, k)."""
    for j in range(out.shape[0]):
        for i in range(scaled.size):
            scaled[i] = curvature[i] * design[j, i]
        for k in range(j + 1):
            out[j, k] = out[k, j] = dot(scaled, design[k])
