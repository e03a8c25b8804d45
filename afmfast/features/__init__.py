"""A stack becomes a table of surface parameters."""
