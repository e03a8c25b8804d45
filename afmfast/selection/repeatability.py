"""Columns that do not come out alike when a sample is measured again, found on training groups only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import DataError, SettingsError
from ..kernels.anova import Subjects, by_subject, one_way


@dataclass(frozen=True, eq=False)
class RepeatabilityGate:
    """Drops columns whose ICC(1,1) is below `threshold`.

    `subjects` what is known of each of `a` samples in each of p columns, `groups` (a,) the group of each, numbered as
    in the table that is classified; -1 = of no group there, never used. Made by `of`.
    """

    threshold: float
    subjects: Subjects
    groups: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, sample: np.ndarray, groups: np.ndarray, threshold: float) -> RepeatabilityGate:
        """From all measurements (N, p) of samples numbered by `sample` (N,) and the group of each sample (a,).

        Raises `SettingsError` for a threshold that is no ICC, `DataError` where no sample was measured twice.
        """
        if not 0 < threshold < 1:
            raise SettingsError(f"repeatability = {threshold}; give the least ICC to keep a column, between 0 and 1")
        if np.bincount(sample, minlength=1).max() < 2:
            raise DataError(
                "repeatability needs samples that were measured twice, and there are none: name re-scans in the "
                "manifest's column repeat_of, or set retraces: true and ingest again"
            )
        return cls(threshold, by_subject(values, sample, len(groups)), np.asarray(groups))

    def unrepeatable(self, training: np.ndarray) -> np.ndarray:
        """Which columns go, (m, p) bool, for the training groups (numbers) of each of m splits.

        A column stays where the training groups cannot tell: nothing repeated, fewer than two samples, or constant.
        """
        return np.stack([self._below(np.isin(self.groups, groups)) for groups in training])

    def _below(self, used: np.ndarray) -> np.ndarray:
        n, mean, squares = self.subjects
        table = one_way(Subjects(n[used], mean[used], squares[used]))
        with np.errstate(divide="ignore", invalid="ignore"):
            icc = (table.between - table.within) / (table.between + (table.k0 - 1) * table.within)
        return icc < self.threshold
