"""Columns that do not come out alike when a sample is measured again, found on training groups only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import DataError, SettingsError
from ..kernels.anova import Subjects, by_subject, one_way

NOTHING_REPEATED = (
    "repeatability needs samples that were measured twice, and there are none: name re-scans in the manifest's column "
    "repeat_of, or set retraces: true and ingest again"
)


@dataclass(frozen=True, eq=False)
class RepeatabilityGate:
    """Finds columns whose ICC(1,1) is below `threshold`.

    `subjects` what is known of each of `a` samples in each of p columns; `row` (a,) a row of the classified table that
    belongs to the sample's group, -1 = none does, so that the sample is never used. Made by `of`.
    """

    threshold: float
    subjects: Subjects
    row: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, sample: np.ndarray, row: np.ndarray, threshold: float) -> RepeatabilityGate:
        """From all measurements (N, p) of samples numbered by `sample` (N,), and a row of each one's group (a,).

        Raises `SettingsError` for a threshold that is no ICC, `DataError` where no sample was measured twice.
        """
        if not 0 < threshold < 1:
            raise SettingsError(f"repeatability = {threshold}; give the least ICC to keep a column, between 0 and 1")
        if np.bincount(sample, minlength=1).max() < 2:
            raise DataError(NOTHING_REPEATED)
        return cls(threshold, by_subject(values, sample, len(row)), np.asarray(row))

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that changes an answer, for the key of stored repeats."""
        content = hashlib.sha256()
        for array in (*self.subjects, self.row):
            content.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
        return {"threshold": self.threshold, "measurements": content.hexdigest()[:32]}

    def unrepeatable(self, is_training: np.ndarray) -> np.ndarray:
        """Which columns go, (m, p) bool, in m splits whose training rows are these (m, n) bool.

        A column stays where the training groups cannot tell: nothing repeated, fewer than two samples, or constant.
        """
        return np.stack([self._below((self.row >= 0) & training[self.row]) for training in is_training])

    def _below(self, used: np.ndarray) -> np.ndarray:
        n, mean, squares = self.subjects
        table = one_way(Subjects(n[used], mean[used], squares[used]))
        with np.errstate(divide="ignore", invalid="ignore"):
            icc = (table.between - table.within) / (table.between + (table.k0 - 1) * table.within)
        return icc < self.threshold
