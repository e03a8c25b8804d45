"""Learners without chance give scikit-learn's probabilities, split by split: as it once said, and as it says now."""

import csv

import numpy as np
import pytest
from make_parity_exact import LEARNERS, N_SPLITS, PATH, answer, cases

from afmfast.estimators import (
    GaussianProcessClassifier,
    KNeighborsClassifier,
    LinearDiscriminantAnalysis,
    LogisticRegression,
)

OWN = {
    "logistic_regression": LogisticRegression(),
    "lda": LinearDiscriminantAnalysis(),
    "k_nearest": KNeighborsClassifier(),
    "gaussian_process given": GaussianProcessClassifier(optimizer=None),
    "gaussian_process": GaussianProcessClassifier(),
}
#: How far a probability may be off.
TOLERANCE = dict.fromkeys(LEARNERS, 1e-6) | {"gaussian_process given": 1e-4}


def own_answer(learner, case):
    fitted = OWN[learner].fit(case.seen, case.y)
    return fitted.predict_proba(case.unseen), getattr(fitted, "log_marginal_likelihood_value_", np.nan)


def kept():
    with PATH.open(encoding="utf-8", newline="") as file:
        return {(r["learner"], r["labels"], int(r["n_classes"]), int(r["split"])): r for r in csv.DictReader(file)}


@pytest.mark.parametrize("learner", LEARNERS)
def test_probability__is_that_kept_from_scikit_learn(learner):
    reference = kept()
    for case in cases():
        line = reference[learner, case.labels, case.n_classes, case.split]
        p, likelihood = own_answer(learner, case)
        if learner != "gaussian_process":
            off = TOLERANCE[learner]
            np.testing.assert_allclose(p[0], [float(value) for value in line["first"].split()], atol=off)
            np.testing.assert_allclose((p * p).sum(), float(line["squares"]), atol=2 * p.shape[0] * off)
        elif case.labels == "actual":
            expected = float(line["likelihood"])
            assert likelihood >= expected - 1e-4 * abs(expected)


@pytest.mark.parametrize("learner", LEARNERS)
def test_probability__is_that_of_the_scikit_learn_installed(learner):
    for case in cases(5):
        if learner == "gaussian_process" and case.labels == "shuffled":
            continue  # the top is a plain: where a climber stops says nothing
        expected, expected_likelihood = answer(learner, case)
        p, likelihood = own_answer(learner, case)
        if learner != "gaussian_process":
            np.testing.assert_allclose(p, expected, atol=TOLERANCE[learner])
        if learner == "gaussian_process given":
            assert likelihood == pytest.approx(expected_likelihood, abs=1e-6)
        elif learner == "gaussian_process":
            assert likelihood >= expected_likelihood - 1e-4 * abs(expected_likelihood)
            # The same hill was climbed, and some probabilities hang on where the climber stops.
            if likelihood == pytest.approx(expected_likelihood, rel=1e-7):
                np.testing.assert_allclose(p, expected, atol=1e-3)


def test_reference__has_a_line_for_every_split_of_every_learner():
    assert len(kept()) == len(LEARNERS) * 2 * 2 * N_SPLITS
