"""What is to be done with a table, and the key under which its repeats are kept."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..code_digest import digest
from ..errors import SettingsError
from ..kernels.learners.parts import Columns, Prepared, Splits
from .data import Table
from .labels import LabelSpace
from .options import canonical
from .scores import STATISTICS
from .table import LABEL_MODELS, predictor, scheme_of

__all__ = ["ALGORITHM", "CHOSEN", "Line", "Plan", "Selector", "Table", "key"]

#: Raised whenever the same settings would give other repeats than before; those of another number are not used.
ALGORITHM = 4
#: What stands for a user's splitter, of which no repeats are kept: no name or digest tells how it will split.
SPLITTER = "splitter"
#: What stands for the classifier of a line that chooses.
CHOSEN = "nested choice"


class Selector(Protocol):
    """Ranks columns in each of m training parts, of which the first `n_kept` are kept.

    `settings` are all that changes a choice, for the key of stored repeats.
    """

    @property
    def n_kept(self) -> int | None:
        """How many of the ranked columns are kept; None = all."""
        ...

    @property
    def n_components(self) -> int:
        """How many principal components of the kept columns the classifier sees; 0 = the columns themselves."""
        ...

    @property
    def settings(self) -> dict[str, Any]:
        """`keep` and `reduce` among them, if lines that differ in these alone are to be ranked once."""
        ...

    def __call__(self, columns: Columns, splits: Splits, prepared: Prepared, words: np.ndarray) -> Any:
        """`ranked` (m, p) column numbers, -1 from where on none is left; `importances` (m, p), NaN where not ranked.

        `twins`: (twin, correlation), (m, p) each: the column it was dropped for, -1 = none, and their r; `state` (m, p)
        as in `Prepared`, where the selector itself found a column unusable.
        """
        ...


@dataclass(frozen=True)
class Plan:
    """Which classifier, how many repeats and randomized labellings, and what is tested.

    `classifier` a name, with options in brackets if it is to have others (`lda(ridge=0.1)`), or a scikit-learn
    estimator; `test_size` share of groups; `labels` the randomization that measures overtraining (the p-value always
    permutes); `n_permutations` 0 = none; `splits_per_permutation` S splits a labelling; `positive` the label that
    sensitivity and specificity are of (two classes; default: the last); `scheme` a name or a splitter (an instance with
    `split(X, y, groups)`); `folds` of k_fold; a scheme of one pass has as many repeats as it has splits, and one score;
    `inner_splits` of each training part, by which a line chooses among others.
    Raises `SettingsError` for a value outside what is allowed.
    """

    classifier: Any = "random_forest"
    n_repeats: int = 500
    test_size: float = 0.3
    labels: str = "permuted"
    n_permutations: int = 199
    splits_per_permutation: int = 10
    statistic: str = "auc"
    positive: Any = None
    seed: int = 0
    scheme: Any = "stratified"
    folds: int = 5
    inner_splits: int = 5

    def __post_init__(self) -> None:
        for name, least in (
            ("n_repeats", 1),
            ("n_permutations", 0),
            ("splits_per_permutation", 1),
            ("seed", 0),
            ("folds", 2),
            ("inner_splits", 1),
        ):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
                raise SettingsError(f"{name} = {value!r}; give a whole number, {least} or more")
        if not 0 < self.test_size < 1:
            raise SettingsError(f"test_size = {self.test_size!r}; give a share between 0 and 1, such as 0.3")
        predictor(self.classifier)
        LABEL_MODELS[self.labels]
        STATISTICS[self.statistic]
        if scheme_of(self.scheme).name != "stratified" and self.labels == "bernoulli":
            raise SettingsError(
                "labels drawn by coin may leave a class too few groups for these splits; use labels: permuted, or "
                "scheme: stratified"
            )

    @property
    def n_folds(self) -> int:
        """Folds of a partition; 1 = every repeat splits anew."""
        return self.folds if scheme_of(self.scheme).in_folds else 1

    @property
    def is_pooled(self) -> bool:
        """Whether the splits are one pass, whose test parts are scored together."""
        return scheme_of(self.scheme).one_pass is not None

    def sides(self, table: Table, labels: np.ndarray) -> np.ndarray:
        """Side (folds, n) of every row in one pass under these labels (n,); for schemes that have one."""
        one_pass = scheme_of(self.scheme).one_pass
        if one_pass is None:
            raise SettingsError(f"scheme {self.scheme!r} splits at random, in no pass")
        return one_pass(table, labels, self.seed)

    def label_space(self, table: Table) -> LabelSpace:
        """The labellings that are as likely as the true one where rows are split so."""
        if not scheme_of(self.scheme).within_batches:
            return LabelSpace.of(table)
        return LabelSpace.of(table, np.unique(table.batches, return_inverse=True)[1])

    def positive_code(self, table: Table) -> int | None:
        """Code of the positive class; None with more than two classes, where scores are means over classes.

        Raises `SettingsError` if `positive` is no class, or given with more than two.
        """
        wanted = None if self.positive is None else str(self.positive)  # class names are text, labels may be numbers
        if wanted is not None and wanted not in table.classes:
            raise SettingsError(f"positive = {self.positive!r} is no class; allowed: {', '.join(table.classes)}")
        if table.n_classes > 2:
            if wanted is not None:
                raise SettingsError(
                    f"positive = {self.positive!r} is for two classes, and there are {table.n_classes}; "
                    "leave it out, scores are then means over classes, each against the rest"
                )
            return None
        return table.classes.index(wanted) if wanted is not None else 1


class Line(NamedTuple):
    """One classifier with one way of selecting, a line of the table of results; `name` is what plan.json calls it.

    A line with others `among` which to choose takes, in every training part, the one that is best there. `words` are
    what sets it apart from the other lines (`lda, 5 kept`), where there are any.
    """

    plan: Plan
    selector: Selector
    name: str = "table"
    among: tuple[Line, ...] = ()
    words: str = ""


def key(table: Table, plan: Plan, selector: Selector, among: Sequence[Line] = ()) -> str:
    """Folder name of stored repeats: 32 hex digits of everything that changes a repeat.

    That is the table, classifier, selection, test size, scheme, seed and `ALGORITHM`. Not how many repeats,
    permutations or splits a permutation there are, nor the statistic: these only ask for more of the same, or read it
    differently.
    """
    content = hashlib.sha256()
    content.update(json.dumps(settings_of(plan, selector, among), sort_keys=True).encode())
    names: list[Any] = [table.classes, table.columns, table.rows, table.X.shape]
    names += [table.batches] if table.batches else []
    content.update(json.dumps(names).encode())
    values = np.where(np.isnan(table.X), np.nan, table.X) + 0.0  # one NaN, one zero
    for array, kind in ((values, "<f8"), (table.y, "<i8"), (table.groups, "<i8"), (table.scans, "<i8")):
        content.update(np.ascontiguousarray(array, dtype=kind).tobytes())
    return content.hexdigest()[:32]


def settings_of(plan: Plan, selector: Selector, among: Sequence[Line] = ()) -> dict[str, Any]:
    """Every setting that changes a repeat, as JSON."""
    if among:
        candidates = [settings_of(line.plan, line.selector) for line in among]
        chosen = [{name: one[name] for name in ("classifier", "selection")} for one in candidates]
        made_with = {"classifier": CHOSEN, "selection": {}, "among": chosen, "inner_splits": int(plan.inner_splits)}
        return candidates[0] | made_with
    settings = getattr(selector, "settings", None)
    if settings is None:
        raise SettingsError(f"selector {selector!r} has no `settings`; give it a dict of all that changes its choice")
    return {
        "algorithm": ALGORITHM,
        "classifier": canonical(plan.classifier) if isinstance(plan.classifier, str) else described(plan.classifier),
        "selection": described(settings),
        "test_size": float(plan.test_size),
        "scheme": plan.scheme if isinstance(plan.scheme, str) else SPLITTER,
        "seed": int(plan.seed),
        **({"folds": int(plan.folds)} if plan.n_folds > 1 else {}),
    }


def described(value: Any) -> Any:
    """Estimators and what they hold as JSON; what has no plain form by its repr."""
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)  # JSON has no NaN, and NaN is not even itself
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return described(value.item())
    if isinstance(value, FunctionType):  # its repr has an address that no other process knows
        return [f"{value.__module__}.{value.__qualname__}", digest(value)]
    if isinstance(value, np.ndarray) and value.dtype == object:
        return described(value.tolist())
    if isinstance(value, np.ndarray):
        return [str(value.dtype), list(value.shape), hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()]
    if isinstance(value, dict):
        return {str(name): described(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [described(part) for part in value]
    if isinstance(value, set | frozenset):
        return sorted(json.dumps(described(part), sort_keys=True) for part in value)
    if hasattr(value, "get_params") and not isinstance(value, type):
        # The clone is seeded and single-threaded, whatever these say.
        params = {n: v for n, v in value.get_params(deep=False).items() if n not in {"random_state", "n_jobs"}}
        return [f"{type(value).__module__}.{type(value).__qualname__}", described(params)]
    return repr(value)
