"""Compiled classifiers: pure functions on the columns of a table, their presorted order and class codes."""
