"""Laplace's approximation of a Gaussian process classifier, straight from its definition."""

from __future__ import annotations

import numpy as np
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import expit, log_expit


def covariance(X: np.ndarray, Z: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """exp(theta[0]) exp(-|x - z|^2 / 2 l^2), theta[1] = ln l."""
    square = ((X[:, None] - Z[None]) ** 2).sum(axis=-1)
    return np.exp(theta[0] - 0.5 * square * np.exp(-2 * theta[1]))


def laplace(X: np.ndarray, sign: np.ndarray, weight: np.ndarray, theta: np.ndarray) -> tuple[float, np.ndarray]:
    """Log marginal likelihood and mode; `sign` (n,) is 1 or -1."""
    K = covariance(X, X, theta) + 1e-12 * np.eye(len(X))
    inverse = np.linalg.inv(K)

    def cost(f):
        return 0.5 * f @ inverse @ f - weight @ log_expit(sign * f)

    def slope(f):
        return inverse @ f - weight * sign * expit(-sign * f)

    def curvature(f):
        return inverse + np.diag(weight * expit(f) * expit(-f))

    found = minimize(cost, np.zeros(len(X)), jac=slope, hess=curvature, method="trust-exact", options={"gtol": 1e-10})
    f = found.x
    determinant = np.linalg.slogdet(K @ curvature(f))[1]
    return -cost(f) - 0.5 * determinant, f


def averaged(X: np.ndarray, sign: np.ndarray, theta: np.ndarray, unseen: np.ndarray) -> np.ndarray:
    """Mean of the logistic function over the latent value of each unseen row, by quadrature."""
    f = laplace(X, sign, np.ones(len(X)), theta)[1]
    K, cross = covariance(X, X, theta), covariance(X, unseen, theta)
    mean = cross.T @ (sign * expit(-sign * f))
    spread = np.linalg.inv(K + np.diag(1 / (expit(f) * expit(-f))))
    deviation = np.sqrt(np.exp(theta[0]) - np.einsum("im,ij,jm->m", cross, spread, cross))
    normal = [lambda t, m=m, s=s: expit(m + s * t) * np.exp(-0.5 * t * t) for m, s in zip(mean, deviation, strict=True)]
    return np.array([quad(one, -9, 9)[0] for one in normal]) / np.sqrt(2 * np.pi)
