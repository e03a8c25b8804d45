"""Makes tests/reference/statistics.csv: what other programs say of the same p-values and counts.

    python tests/make_statistics.py

Needs statsmodels, julearn and baycomp in this Python, and R on the path. One line a number: what it is, of what, from
which program.
"""

from __future__ import annotations

import csv
import subprocess
from importlib.metadata import version
from pathlib import Path

import numpy as np
from baycomp import two_on_single
from julearn.stats.corrected_ttest import _compute_corrected_ttest
from scipy.stats import contingency
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

TARGET = Path(__file__).parent / "reference" / "statistics.csv"
COLUMNS = ("quantity", "of", "place", "value", "program", "version")

P_VALUES = {
    "benjamini-hochberg-1995": [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590,
        1.0,
    ],
    "ties": [0.005, 0.005, 0.04, 0.04, 0.5, 0.03],
    "one": [0.2],
}  # fmt: skip
SHARES = ["0/7", "3/10", "9/10", "12/12", "47/60"]
TABLES = {"2x2": [[9, 1], [2, 8]], "2x3": [[4, 3, 0], [1, 2, 6]], "3x3": [[5, 1, 0], [0, 4, 2], [1, 1, 6]]}
#: AUCs with the groups in a training and in a test part.
AUCS = {
    "5 folds twice": ([0.61, 0.72, 0.48, 0.66, 0.59, 0.57, 0.70, 0.63, 0.52, 0.68], 32, 8),
    "8 at random": ([0.55, 0.71, 0.62, 0.80, 0.47, 0.66, 0.58, 0.69], 28, 12),
    "below chance": ([0.31, 0.52, 0.44, 0.38, 0.49], 20, 9),
}


def r(expression: str) -> list[float]:
    """Numbers that R prints for an expression."""
    code = f"cat(format({expression}, digits=17), sep=' ')"
    return [float(word) for word in subprocess.check_output(["Rscript", "-e", code], text=True).split()]


def r_vector(values: list[float]) -> str:
    return f"c({', '.join(map(repr, values))})"


def lines() -> list[tuple[str, str, int, float, str, str]]:
    found = []
    r_version = subprocess.check_output(["Rscript", "-e", "cat(as.character(getRversion()))"], text=True)
    for name, p in P_VALUES.items():
        for quantity, ours, theirs in (("holm", "holm", "holm"), ("benjamini_hochberg", "fdr_bh", "BH")):
            values = multipletests(p, method=ours)[1]
            found += [(quantity, name, i, v, "statsmodels", version("statsmodels")) for i, v in enumerate(values)]
            values = r(f"p.adjust({r_vector(p)}, '{theirs}')")
            found += [(quantity, name, i, v, "R p.adjust", r_version) for i, v in enumerate(values)]
    for share in SHARES:
        right, n = map(int, share.split("/"))
        ends = proportion_confint(right, n, alpha=0.05, method="beta")
        found += [("clopper_pearson", share, i, v, "statsmodels", version("statsmodels")) for i, v in enumerate(ends)]
        ends = r(f"binom.test({right}, {n})$conf.int")
        found += [("clopper_pearson", share, i, v, "R binom.test", r_version) for i, v in enumerate(ends)]
    for name, table in TABLES.items():
        value = contingency.association(np.array(table), method="cramer")
        found.append(("cramers_v", name, 0, value, "SciPy", version("scipy")))
        flat = r_vector([count for row in table for count in row])
        chi2 = r(f"chisq.test(matrix({flat}, {len(table)}, byrow=TRUE), correct=FALSE)$statistic")
        n, least = np.sum(table), min(np.shape(table)) - 1
        found.append(("cramers_v", name, 0, (chi2[0] / (n * least)) ** 0.5, "R chisq.test", r_version))
    for name, (aucs, n_train, n_test) in AUCS.items():
        t, p = _compute_corrected_ttest(np.array(aucs) - 0.5, n_train, n_test, alternative="greater")
        found += [("corrected_t", name, i, v, "julearn", version("julearn")) for i, v in enumerate((t, p))]
    folds = np.array(AUCS["5 folds twice"][0])
    p = two_on_single(np.full(len(folds), 0.5), folds, runs=2)[0]
    found.append(("corrected_t", "5 folds twice", 1, p, "baycomp", version("baycomp")))
    return found


if __name__ == "__main__":
    with TARGET.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((q, of, place, repr(float(v)), program, v_) for q, of, place, v, program, v_ in lines())
