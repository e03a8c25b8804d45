"""The rows of the table of parameters, a file for each family; no Numba is imported here."""
