"""A table becomes the scores of many split-and-randomize repeats."""
