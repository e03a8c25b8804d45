"""The compiled classifiers and the selection of columns as scikit-learn estimators, for anybody's pipeline."""

from .gaussian_process import GaussianProcessClassifier
from .linear import LinearDiscriminantAnalysis, LogisticRegression
from .nearest import KNeighborsClassifier
from .selection import CorrelationFilter, ImportanceSelector

__all__ = [
    "CorrelationFilter",
    "GaussianProcessClassifier",
    "ImportanceSelector",
    "KNeighborsClassifier",
    "LinearDiscriminantAnalysis",
    "LogisticRegression",
]
