"""Other people's programs, asked the same question.

`by_*.py` ask one program each and import it where they use it, so they are read without it; `worker.py` runs them in a
process, and if need be an environment, of their own. `images.py` is what they are asked about, `compared.py` what is
compared and how closely, `differing.py` where the others mean something else. `make_oracles.py` beside this folder
writes what comes of it to `reference/oracles.csv` and `oracles_differing.csv`, which the tests read.
"""
