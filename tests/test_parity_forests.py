"""Classifiers of many trees score as scikit-learn's once did, and lie no farther from them than its own seeds do."""

import csv

import numpy as np
import pytest
import sklearn
from make_parity_forests import CLASSES, LABELS, LEARNERS, PATH, answer, auc, cases
from scipy.stats import ks_2samp

from afmfast.estimators import ExtraTreesClassifier, GradientBoostingClassifier, RandomForestClassifier

OWN = {
    "random_forest": RandomForestClassifier,
    "extra_trees": ExtraTreesClassifier,
    "gradient_boosting": GradientBoostingClassifier,
}
N_LIVE = 20
#: A seed of ours may lie so many times farther from one of scikit-learn's than another of scikit-learn's does.
FARTHER = 1.3


def own_answer(learner, case):
    fitted = OWN[learner](random_state=case.split).fit(case.seen, case.y)
    return fitted.predict_proba(case.unseen), fitted.feature_importances_


def kept(learner, n_classes, labels):
    """AUC of each split, and the version of scikit-learn that gave it."""
    with PATH.open(encoding="utf-8", newline="") as file:
        lines = [
            line
            for line in csv.DictReader(file)
            if (line["learner"], line["n_classes"], line["labels"]) == (learner, str(n_classes), labels)
        ]
    return np.array([float(line["auc"]) for line in lines]), lines[0]["scikit-learn"]


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("n_classes", CLASSES)
@pytest.mark.parametrize("learner", LEARNERS)
def test_auc__is_that_kept_from_scikit_learn(learner, n_classes, labels):
    theirs, _ = kept(learner, n_classes, labels)
    ours = np.array([auc(case.y_unseen, own_answer(learner, case)[0]) for case in cases(n_classes, labels)])
    off = ours - theirs
    assert len(off) == 200
    assert abs(off.mean()) < 3 * off.std(ddof=1) / np.sqrt(len(off))
    assert ks_2samp(ours, theirs).pvalue > 0.001


@pytest.mark.parametrize(
    ("learner", "n_classes"),
    [
        ("random_forest", 2),
        ("random_forest", 4),
        ("extra_trees", 2),
        ("extra_trees", 4),
        ("gradient_boosting", 2),
        pytest.param("gradient_boosting", 4, marks=pytest.mark.slow),  # scikit-learn takes 0.9 s a fit, for 40 fits
    ],
)
def test_probability_and_importances__are_no_farther_than_another_seed_of_scikit_learn(learner, n_classes):
    reference, version = kept(learner, n_classes, "actual")
    live = []
    ours_off, theirs_off = np.zeros(2), np.zeros(2)
    for case in cases(n_classes, "actual", N_LIVE):
        theirs = answer(learner, case, case.split)
        live.append(auc(case.y_unseen, theirs[0]))
        ours_off += squares(own_answer(learner, case), theirs)
        theirs_off += squares(answer(learner, case, 1000 + case.split), theirs)
    if version == sklearn.__version__:
        # Another CPU rounds a sum otherwise and may turn one split of a boosted tree, which moves an AUC by 0.0015.
        assert np.mean(live) == pytest.approx(reference[:N_LIVE].mean(), abs=1e-3)
    assert (np.sqrt(ours_off) <= FARTHER * np.sqrt(theirs_off)).all()


def squares(one, other):
    """Mean squared difference of the probabilities, and of the importances."""
    return np.array([((a - b) ** 2).mean() for a, b in zip(one, other, strict=True)])
