"""The compiled classifiers and the selection of columns as scikit-learn estimators, for anybody's pipeline."""

from .gaussian_process import GaussianProcessClassifier
from .linear import LinearDiscriminantAnalysis, LogisticRegression
from .nearest import KNeighborsClassifier
from .selection import CorrelationFilter, ImportanceSelector
from .trees import ExtraTreesClassifier, GradientBoostingClassifier, RandomForestClassifier

__all__ = [
    "CorrelationFilter",
    "ExtraTreesClassifier",
    "GaussianProcessClassifier",
    "GradientBoostingClassifier",
    "ImportanceSelector",
    "KNeighborsClassifier",
    "LinearDiscriminantAnalysis",
    "LogisticRegression",
    "RandomForestClassifier",
]
