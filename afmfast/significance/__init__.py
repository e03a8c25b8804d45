"""Scores become p-values and intervals."""
