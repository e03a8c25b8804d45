"""The learners without the compiler: the same probabilities from plain Python."""

import json
import os
import subprocess
import sys

import numpy as np

from afmfast.estimators import (
    GaussianProcessClassifier,
    KNeighborsClassifier,
    LinearDiscriminantAnalysis,
    LogisticRegression,
)
from afmfast.kernels.learners import scoring, twins

LEARNERS = LogisticRegression, LinearDiscriminantAnalysis, KNeighborsClassifier, GaussianProcessClassifier


def answers():
    """Probabilities of each learner for two and three classes, then twins, ranks and scores, as lists."""
    rng = np.random.default_rng(0)
    found = []
    for n_classes in (2, 3):
        y = np.arange(24) % n_classes
        X = rng.normal(size=(24, 3)) + 0.5 * y[:, None]
        unseen = rng.normal(size=(40, 3))
        found += [learner().fit(X, y).predict_proba(unseen) for learner in LEARNERS]
    columns = np.ascontiguousarray(np.round(X.T, 1))
    twin, pair, ranks = np.empty(3, np.int64), np.empty(3), np.empty(columns.shape)
    twins.drop_twins(columns, 0.3, twin, pair)
    twins.midranks(columns, np.argsort(columns, axis=1, kind="stable").astype(np.int32), ranks)
    areas = np.empty((3, 3))
    scoring.score(found[-2][:24].astype(np.float32), y, *areas)
    return [np.nan_to_num(one, nan=-9.0).tolist() for one in (*found, twin, pair, ranks, areas)]


def test_learners__compiled_equal_plain_python():
    code = "import json; from test_learners_plain import answers; print(json.dumps(answers()))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        cwd=os.path.dirname(__file__),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for one, other in zip(answers(), json.loads(done.stdout), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
