"""A table becomes fewer columns, seeing training rows only."""
