"""Compiled learners: training values in, class probabilities out."""
