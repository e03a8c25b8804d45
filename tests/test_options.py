"""Options of classifiers: written in one way, refused where they mean nothing, and heeded."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from afmfast.errors import SettingsError
from afmfast.selection.table import Selector
from afmfast.study.lines import lines_of_settings
from afmfast.study.settings import Settings
from afmfast.study.settings_file import parse
from afmfast.validation import options
from afmfast.validation.calm import calm
from afmfast.validation.options import KNOWN, canonical
from afmfast.validation.plan import Line, Plan, Table, key
from afmfast.validation.repeat import repeats_of
from afmfast.validation.table import title_of

EVERY = Selector(correlation=None, rank="gini_single", keep=10)
RNG = np.random.default_rng(4)
Y = np.repeat([0, 1], 30)
TABLE = Table.of(RNG.normal(size=(60, 6)) + 0.7 * Y[:, None], Y)


def said(classifier) -> np.ndarray:
    line, numbers = Line(Plan(classifier, n_permutations=0), EVERY), np.arange(4)
    with calm():
        return repeats_of(TABLE, [line], np.tile(TABLE.y, (4, 1)), numbers)[0].probability


@pytest.mark.parametrize(
    ("written", "estimator"),
    [
        ("logistic_regression(C=0.01)", LogisticRegression(C=0.01, tol=1e-10)),
        ("k_nearest(n_neighbors=2)", KNeighborsClassifier(2)),
        ("svm(C=30)", SVC(C=30)),
    ],
    ids=str,
)
def test_options__do_what_they_do_in_scikit_learn(written, estimator):
    np.testing.assert_allclose(said(written), said(estimator), rtol=0, atol=1e-6)


@pytest.mark.parametrize("written", [f"{row.name}({option}=2)" for row in KNOWN for option in row.options])
def test_options__each_is_heeded(written):
    assert not np.array_equal(said(written), said(written.partition("(")[0]), equal_nan=True)


def test_options__their_default_is_the_same_as_none():
    plan = Plan("gradient_boosting")
    same = replace(plan, classifier="gradient_boosting( max_depth = 3, n_estimators=100)")
    other = replace(plan, classifier="gradient_boosting(max_depth=4)")
    keys = [key(TABLE, one, EVERY) for one in (plan, same, other)]
    assert (keys[0] == keys[1], keys[0] == keys[2]) == (True, False)


@given(st.floats(min_value=0, exclude_min=True, allow_infinity=False))
def test_canonical__loses_no_digit(ridge):
    assert options.parse(canonical(f"lda(ridge={ridge!r})")) == ("lda", {"ridge": ridge})


def test_canonical__has_the_order_of_the_table():
    assert canonical("gradient_boosting(max_depth=2, learning_rate=0.5)") == (
        "gradient_boosting(learning_rate=0.5, max_depth=2)"
    )


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("ldaa(ridge=1)", "no classifier is called 'ldaa'; did you mean 'lda'"),
        ("lda(ridge=1", "'lda\\(ridge=1' is not a name with options in brackets"),
        ("lda(C=1)", "lda has no option 'C'; it has ridge"),
        ("lda(ridge=1, ridge=2)", "lda has ridge twice"),
        ("random_forest(n_estimators=1000000)", "give a whole number from 1 to 10000"),
        ("gaussian_process(C=1)", "has no option 'C'; it has none"),
        ("lda(ridge=nan)", "lda: ridge = 'nan'; give a number above 0"),
        ("lda(ridge)", "lda: ridge = ''; give a number above 0"),
        ("k_nearest(n_neighbors=2.5)", "n_neighbors = '2.5'; give a whole number from 1 to 10000"),
        ("svm(C=0)", "svm: C = '0'; give a number above 0"),
    ],
)
def test_options__wrong_ones_are_refused(written, sentence):
    with pytest.raises(SettingsError, match=sentence):
        Plan(written)
    with pytest.raises(SettingsError, match=f"study.yaml: classifier: .*{sentence}"):
        parse({"classifier": written}, where="study.yaml")


def test_settings__take_options_and_lists_of_them():
    asked = lines_of_settings(Settings(classifier=["lda", "lda(ridge=0.10)"], inner_splits=0))
    assert [line.words for line in asked] == ["lda", "lda (ridge=0.1)"]
    with pytest.raises(SettingsError, match="none of them twice"):
        parse({"classifier": ["lda", "lda(ridge=0.001)"]})


def test_title__has_the_options():
    assert title_of("k_nearest(n_neighbors=3)") == "3 nearest neighbours"
    assert title_of("lda(ridge=0.12345678)") == "linear discriminant analysis with a ridge of 0.12345678"
    assert title_of("logistic_regression") == "logistic regression, L2 penalty, C = 1"
