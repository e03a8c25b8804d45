"""Every choice of a study: one model for study.yaml, its JSON Schema and the flags of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, field_validator, model_validator

from ..features.preparation import Fill, Level, Lines
from ..features.table import resolve
from ..validation.options import KNOWN, canonical, listed

#: A name of the table of classifiers, with options in brackets or without; the schema says what the validator checks.
Classifier = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": rf"^\s*({'|'.join(KNOWN.names())})\s*(\(.*\))?\s*$"})
]
Reduce = Literal["rank", "pca"]
Share = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=1)]


class Tiles(BaseModel):
    """How a scan is cut into sub-areas before measuring."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: Annotated[int, Field(ge=1, le=64)] = 1
    cols: Annotated[int, Field(ge=1, le=64)] = 1
    combine: Annotated[
        Literal["none", "mean", "median"], Field(description="none: every tile is a row of its own group's scan")
    ] = "mean"
    reject_over: Annotated[
        float | None,
        Field(
            gt=0, description="drop a tile whose Sq differs from the median of its scan's tiles by more (0.5 = 50 %)"
        ),
    ] = None

    @property
    def whole(self) -> bool:
        """Whether scans stay uncut."""
        return self.rows == self.cols == 1


class Settings(BaseModel):
    """Every choice of a study; a file of these keys reproduces it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    manifest: Annotated[Path, Field(description="table of scan files, relative to study.yaml")] = Path("manifest.csv")
    name: Annotated[str | None, Field(description="name of the study; default: the folder of the manifest")] = None
    channels: Annotated[
        tuple[str, ...] | None, Field(description="channels to use; default: every absolute one", min_length=1)
    ] = None
    channel_names: Annotated[dict[str, str], Field(description="vendor name: common name")] = {}
    retraces: Annotated[
        bool, Field(description="keep and measure the way back of every line: a repeat that costs no scan")
    ] = False
    combinations: Annotated[
        tuple[tuple[str, ...], ...] | None,
        Field(description="channels joined by + (height+adhesion); default: each alone and all together"),
    ] = None
    classes: Annotated[tuple[str, ...] | None, Field(description="labels to use; default: all", min_length=2)] = None
    drop_small_classes: Annotated[
        bool, Field(description="set aside classes with too few groups instead of stopping")
    ] = False
    level: Annotated[
        dict[str, Level], Field(description="channel: levelling; default: plane for height, none for others")
    ] = {}
    lines: Annotated[Lines, Field(description="line by line correction, before levelling")] = "none"
    fill: Annotated[
        Fill, Field(description="missing pixels, where at most half are: none = parameters that need them stay empty")
    ] = "none"
    s_filter_nm: Annotated[
        float | None, Field(gt=0, description="Gaussian filter after levelling: waves shorter than this are removed")
    ] = None
    l_filter_nm: Annotated[float | None, Field(gt=0, description="the same, waves longer than this")] = None
    tiles: Tiles = Tiles()
    parameters: Annotated[tuple[str, ...], Field(description="parameter sets and symbols", min_length=1)] = ("classic",)
    repeatability: Annotated[
        float | None,
        Field(gt=0, lt=1, description="drop a column whose ICC(1,1) is lower in repeats of the training groups"),
    ] = None
    correlation: Annotated[
        Share | tuple[Share | None, ...] | None,
        Field(description="drop a column that correlates so much with an earlier one; none = keep all; or a list"),
    ] = 0.9
    method: Annotated[Literal["pearson", "spearman"], Field(description="kind of correlation")] = "pearson"
    keep: Annotated[Count | tuple[Count, ...], Field(description="columns kept in every repeat; or a list")] = 10
    reduce: Annotated[
        Reduce | tuple[Reduce, ...],
        Field(description="rank: those of highest importance; pca: principal components, `keep` of them; or a list"),
    ] = "rank"
    rank: Annotated[Literal["gini", "gini_single", "permutation"], Field(description="importance by which to keep")] = (
        "gini"
    )
    classifier: Annotated[
        Classifier | tuple[Classifier, ...],
        Field(
            description=f"what learns and predicts: {listed()}; with options written as lda(ridge=0.1); or a list: "
            "every entry of the lists with every other is a line"
        ),
    ] = "random_forest"
    inner_splits: Annotated[
        int,
        Field(
            ge=0,
            description="of lists: splits of each training part by which one more line, which answers, chooses among "
            "the others; 0 = no such line, the first entries answer",
        ),
    ] = 5
    repeats: Annotated[int, Field(ge=1, description="random splits with the true labels")] = 500
    test_size: Annotated[float, Field(gt=0, lt=1, description="share of groups in the test part")] = 0.3
    scheme: Annotated[
        Literal["stratified", "k_fold", "leave_one_group_out", "leave_one_batch_out"],
        Field(
            description="stratified: every repeat splits anew at random; k_fold: repeats go through the folds of one "
            "random partition after the other; leave_one_group_out, leave_one_batch_out: one pass, scored as a whole "
            "and once, so that repeats and splits_per_permutation mean nothing"
        ),
    ] = "stratified"
    folds: Annotated[int, Field(ge=2, description="of k_fold")] = 5
    batch: Annotated[
        str, Field(description="of leave_one_batch_out: manifest column, such as instrument or a column of your own")
    ] = "batch"
    labels: Annotated[
        Literal["permuted", "bernoulli"], Field(description="randomization that measures overtraining")
    ] = "permuted"
    permutations: Annotated[int, Field(ge=1, description="label permutations for the p-value")] = 199
    splits_per_permutation: Annotated[int, Field(ge=1, description="splits averaged for each labelling")] = 10
    statistic: Literal["auc", "accuracy", "balanced_accuracy", "sensitivity", "specificity"] = "auc"
    positive: Annotated[str | None, Field(description="the positive class of two; default: the last by name")] = None
    groups: Annotated[
        str,
        Field(description="manifest column that must stay together; scan = every scan is independent; tile = wrong, "
              "for demonstration"),
    ] = "group"  # fmt: skip
    seed: Annotated[int, Field(ge=0, description="everything random follows from it")] = 0
    allow_mixed_pixel_size: Annotated[bool, Field(description="compare scans of different pixel size")] = False

    @field_validator("channels", "classes", "parameters", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("combinations", mode="before")
    @classmethod
    def _joined_by_plus(cls, value: Any) -> Any:
        """`height+adhesion` is a combination too."""
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list | tuple):
            return value
        return [tuple(entry.split("+")) if isinstance(entry, str) else entry for entry in listed]

    @field_validator("combinations")
    @classmethod
    def _no_combination_twice(cls, value: Any) -> Any:
        """Each is a line of the table and counted as one, whatever the order of its channels."""
        for chosen in value or ():
            if len(set(chosen)) < len(chosen):
                raise ValueError(f"{'+'.join(chosen)} has {next(c for c in chosen if chosen.count(c) > 1)} twice")
            if sum(set(chosen) == set(other) for other in value) > 1:
                raise ValueError(f"{'+'.join(chosen)} twice; a combination is given once, in any order")
        return value

    @field_validator("correlation", mode="before")
    @classmethod
    def _none_is_no_filter(cls, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [None if entry == "none" else entry for entry in value]
        return None if value == "none" else value

    @field_validator("classifier")
    @classmethod
    def _written_in_one_way(cls, value: Any) -> Any:
        return tuple(canonical(entry) for entry in value) if isinstance(value, tuple) else canonical(value)

    @field_validator("classifier", "keep", "correlation", "reduce")
    @classmethod
    def _lists_have_entries(cls, value: Any) -> Any:
        """One entry is that entry."""
        if not isinstance(value, tuple):
            return value
        if not value or len(set(value)) < len(value):
            raise ValueError("a list needs entries, none of them twice")
        return value[0] if len(value) == 1 else value

    @field_validator("parameters")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        resolve(value)
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Settings:
        if self.repeats < self.splits_per_permutation:
            raise ValueError(
                f"repeats = {self.repeats} is below splits_per_permutation = {self.splits_per_permutation}; "
                "the true labels' statistic is the mean of the first splits_per_permutation repeats"
            )
        if self.s_filter_nm is not None and self.l_filter_nm is not None and self.s_filter_nm >= self.l_filter_nm:
            raise ValueError(
                f"s_filter_nm = {self.s_filter_nm:g} is not below l_filter_nm = {self.l_filter_nm:g}; together they "
                "would remove every wave"
            )
        if self.tiles.whole and self.groups == "tile":
            raise ValueError("groups = tile needs tiles: set rows and cols")
        if self.tiles.reject_over is not None and (self.tiles.whole or self.tiles.combine == "none"):
            raise ValueError("tiles.reject_over drops tiles before they are combined: set rows, cols and combine")
        return self

    @property
    def classifiers(self) -> tuple[str, ...]:
        """Every classifier asked for."""
        return _entries(self.classifier)

    @property
    def keeps(self) -> tuple[int, ...]:
        """Every number of columns to keep that was asked for."""
        return _entries(self.keep)

    @property
    def correlations(self) -> tuple[float | None, ...]:
        """Every threshold of correlation asked for; None = no filter."""
        return _entries(self.correlation)

    @property
    def reductions(self) -> tuple[str, ...]:
        """Every way asked for of making few columns of many."""
        return _entries(self.reduce)

    @property
    def title(self) -> str:
        """Name of the study."""
        return self.name or self.manifest.resolve().parent.name


def _entries(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
