"""Makes tests/reference/repeatability.csv: what pingouin and R say of the measurements in repeatability_data.csv.

    python tests/make_repeatability.py PYTHON

PYTHON is that of an environment with pingouin; R with the package psych is `Rscript` (Debian: r-cran-psych). The
measurements are Shrout & Fleiss 1979, table 2, whose ICCs are published there with two digits, and made-up sets.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "reference"
DATA, PATH = FOLDER / "repeatability_data.csv", FOLDER / "repeatability.csv"
HEADER = ("set", "quantity", "value", "low", "high", "tolerance", "pedigree")

#: Shrout & Fleiss 1979, Psychol. Bull. 86:420: what is printed in the text to table 4.
PUBLISHED = [
    ("shrout_fleiss", kind, value, "", "", "0.005", "Shrout & Fleiss 1979, table 4")
    for kind, value in (("ICC(1,1)", "0.17"), ("ICC(2,1)", "0.29"), ("ICC(3,1)", "0.71"))
]

#: pingouin rounds its intervals to two digits.
BY_PINGOUIN = """
import csv, sys
import pandas, pingouin
names = {"ICC(1,1)": "ICC(1,1)", "ICC(A,1)": "ICC(2,1)", "ICC(C,1)": "ICC(3,1)"}
out = csv.writer(sys.stdout)
for name, part in pandas.read_csv(sys.argv[1]).groupby("set", sort=False):
    if name == "unequal":
        continue
    for row in pingouin.intraclass_corr(part, "subject", "level", "value").itertuples():
        if row.Type in names:
            by = "pingouin " + pingouin.__version__
            out.writerow((name, names[row.Type], f"{row.ICC:.10g}", *row.CI95, 0.0051, by))
"""

BY_R = """
suppressMessages(library(psych))
data <- read.csv(commandArgs(TRUE)[1])
data$subject <- factor(data$subject)
line <- function(...) cat(paste(..., sep = ","), "\\n", sep = "")
said <- function(x) format(x, digits = 10)
psych_version <- paste("R", getRversion(), "psych", packageVersion("psych"))
lm_version <- paste("R", getRversion(), "anova(lm)")
for (name in unique(data$set)) {
  part <- droplevels(data[data$set == name, ])
  if (name != "unequal") {
    wide <- reshape(part[, c("subject", "level", "value")], idvar = "subject", timevar = "level", direction = "wide")
    found <- ICC(as.matrix(wide[, -1]), lmer = FALSE)$results[1:3, ]
    for (i in 1:3) line(name, paste0('"ICC(', i, ',1)"'), said(found$ICC[i]), said(found$"lower bound"[i]),
                        said(found$"upper bound"[i]), 1e-7, psych_version)
  }
  one <- anova(lm(value ~ subject, part))$"Mean Sq"
  line(name, "between", said(one[1]), "", "", 1e-7, lm_version)
  line(name, "within", said(one[2]), "", "", 1e-7, lm_version)
  nested <- anova(lm(value ~ class + class:subject, part))$"Mean Sq"
  line(name, "between in class", said(nested[2]), "", "", 1e-7, lm_version)
}
"""


def main() -> None:
    """Write the table."""
    python = sys.argv[1]
    found = [_lines([python, "-c", BY_PINGOUIN, str(DATA)]), _lines(["Rscript", "-e", BY_R, str(DATA)])]
    with PATH.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER, *PUBLISHED, *found[0], *found[1]])


def _lines(command: list[str]) -> list[list[str]]:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return list(csv.reader(done.stdout.splitlines()))


if __name__ == "__main__":
    main()
