"""The compiled classifiers and the selection of columns as scikit-learn estimators, for anybody's pipeline."""

from .linear import LogisticRegression

__all__ = ["LogisticRegression"]
