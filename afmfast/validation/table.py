"""The lists of choices of a validation: classifiers, splitting schemes, label models."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC

from ..errors import SettingsError
from ..kernels.learners.repeating import (
    boosting_repeats,
    discriminant_repeats,
    forest_repeats,
    gaussian_process_repeats,
    logistic_repeats,
    nearest_repeats,
)
from ..registry import Registry
from .data import Table
from .labels import Labelling, LabelSpace
from .options import in_digits, parse
from .passes import by_splitter, one_batch_out, one_group_out
from .predict import Predict, by_estimators, by_kernel


@dataclass(frozen=True)
class Classifier:
    """A classifier by name, whose options are in `options`; `title` has their values put in.

    `predict_with(**options)` is how it is fitted. A compiled one runs on threads, the others hold Python's lock.
    """

    name: str
    title: str
    predict_with: Callable[..., Predict]
    is_compiled: bool = True


def _compiled(kernel: Callable[..., None], *more: Any) -> Callable[..., Predict]:
    """Kernels take the options in the order of their table, and what `more` there is."""
    return lambda **options: partial(by_kernel, kernel, (*options.values(), *more))


def _fitted(make: Callable[..., Any]) -> Callable[..., Predict]:
    """`make(seed, **options)` gives a scikit-learn estimator."""
    return lambda **options: partial(by_estimators, partial(make, **options))


def _svm(seed: int, C: float) -> SVC:
    return SVC(C=C, decision_function_shape="ovr")


def _mlp(seed: int, alpha: float) -> MLPClassifier:
    # L-BFGS converges on tables of this size where stochastic descent stops half way.
    return MLPClassifier((16,), solver="lbfgs", alpha=alpha, max_iter=200, random_state=seed)


CLASSIFIERS: Registry[Classifier] = Registry(
    "classifier",
    (
        Classifier("random_forest", "random forest of {n_estimators} trees", _compiled(forest_repeats, False)),
        Classifier("extra_trees", "{n_estimators} extremely randomized trees", _compiled(forest_repeats, True)),
        Classifier(
            "gradient_boosting",
            "gradient boosting, {n_estimators} trees of depth {max_depth}, learning rate {learning_rate}",
            _compiled(boosting_repeats),
        ),
        Classifier(
            "gaussian_process", "Gaussian process with an optimised RBF kernel", _compiled(gaussian_process_repeats)
        ),
        Classifier("logistic_regression", "logistic regression, L2 penalty, C = {C}", _compiled(logistic_repeats)),
        Classifier(
            "svm", "support vector machine, RBF kernel, C = {C}; logistic function of its decision", _fitted(_svm),
            is_compiled=False,
        ),
        Classifier("k_nearest", "{n_neighbors} nearest neighbours", _compiled(nearest_repeats)),
        Classifier("lda", "linear discriminant analysis with a ridge of {ridge}", _compiled(discriminant_repeats)),
        Classifier(
            "mlp", "neural network with one hidden layer of 16, penalty {alpha}", _fitted(_mlp), is_compiled=False
        ),
    ),
)  # fmt: skip


def title_of(classifier: Any) -> str:
    """What learns, in words, with the options it was written with."""
    if not isinstance(classifier, str):
        return spoken(classifier)
    name, options = parse(classifier)
    return CLASSIFIERS[name].title.format(**{option: in_digits(value) for option, value in options.items()})


def spoken(given: Any) -> str:
    """A user's estimator or splitter in one line; by its type where its repr is an address."""
    if type(given).__repr__ is object.__repr__:
        return type(given).__qualname__
    return re.sub(r" at 0x[0-9a-f]+", "", " ".join(repr(given).split()))


def predictor(classifier: Any) -> Predict:
    """How to fit a classifier: the row of that name with the options in brackets, or clones of a scikit-learn one.

    A clone gets the seed in each `random_state` it has, nested ones too, and runs on one thread.
    Raises `SettingsError` for an unknown name and for what is no classifier.
    """
    if isinstance(classifier, str):
        name, options = parse(classifier)
        return CLASSIFIERS[name].predict_with(**options)
    scores = any(hasattr(classifier, method) for method in ("predict_proba", "decision_function"))
    if isinstance(classifier, type) or not (
        hasattr(classifier, "fit") and hasattr(classifier, "get_params") and scores
    ):
        raise SettingsError(
            f"classifier = {classifier!r}; give one of {', '.join(CLASSIFIERS.names())}, or a scikit-learn estimator "
            "(an instance, with predict_proba or decision_function)"
        )
    in_pairs = [n for n, v in classifier.get_params().items() if n.endswith("decision_function_shape") and v == "ovo"]
    if in_pairs:
        raise SettingsError(f"{in_pairs[0]} = 'ovo' scores pairs of classes; give 'ovr', which scores the classes")
    return partial(by_estimators, partial(seeded_clone, classifier))


def holds_gil(classifier: Any) -> bool:
    """Whether repeats of it run one at a time within a process."""
    return not (isinstance(classifier, str) and CLASSIFIERS[parse(classifier)[0]].is_compiled)


def seeded_clone(estimator: Any, seed: int) -> Any:
    """An unfitted copy with this seed in every `random_state`, on one thread."""
    fresh = clone(estimator)
    given = fresh.get_params(deep=True)
    fixed = {name: seed for name in given if name.split("__")[-1] == "random_state"}
    # None means one as well, and some estimators warn about any other value.
    fixed |= {name: 1 for name, value in given.items() if name.split("__")[-1] == "n_jobs" and value is not None}
    return fresh.set_params(**fixed)


@dataclass(frozen=True)
class Scheme:
    """A way of splitting: at random, anew or `in_folds` of random partitions; or by `one_pass`.

    `one_pass(table, labels, seed)` gives the side (folds, n) of every row. A fold of it may test a single class, so the
    predictions of all its test parts are pooled and scored together. `within_batches`: only what shares its batches
    may exchange labels.
    """

    name: str
    title: str
    in_folds: bool = False
    one_pass: Callable[[Table, np.ndarray, int], np.ndarray] | None = None
    within_batches: bool = False


SCHEMES: Registry[Scheme] = Registry(
    "splitting scheme",
    (
        Scheme("stratified", "whole groups at random, stratified by class"),
        Scheme("k_fold", "folds of whole groups, stratified by class", in_folds=True),
        Scheme("leave_one_group_out", "each group left out once", one_pass=one_group_out),
        Scheme("leave_one_batch_out", "each batch left out once", one_pass=one_batch_out, within_batches=True),
    ),
)


def scheme_of(scheme: Any) -> Scheme:
    """The row of that name, or the one pass of a splitter as scikit-learn has them.

    Raises `SettingsError` for an unknown name and for what has no `split`.
    """
    if isinstance(scheme, str):
        return SCHEMES[scheme]
    if isinstance(scheme, type) or not callable(getattr(scheme, "split", None)):
        raise SettingsError(
            f"scheme = {scheme!r}; give one of {', '.join(SCHEMES.names())}, or a splitter (an instance, with "
            "split(X, y, groups))"
        )
    return Scheme("splitter", spoken(scheme), one_pass=partial(by_splitter, scheme))


@dataclass(frozen=True)
class LabelModel:
    """A way to randomize labels: `draw(space, seed, b)` gives labelling b, whatever else was drawn."""

    name: str
    title: str
    draw: Callable[[LabelSpace, int, int], Labelling]


LABEL_MODELS: Registry[LabelModel] = Registry(
    "label model",
    (
        LabelModel("permuted", "groups exchange labels; scans of mixed groups permute inside", LabelSpace.permuted),
        LabelModel("bernoulli", "each group draws a class uniformly", LabelSpace.bernoulli),
    ),
)
