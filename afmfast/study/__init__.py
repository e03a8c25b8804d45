"""Where the stages meet: one file per line of use."""
