"""How many groups allow which p: writes its table into docs/validity.md."""

from __future__ import annotations

from page import put, table

from afmfast.significance.groups_needed import attainable, groups_needed

SIZES = [[2, 2], [3, 3], [3, 4], [4, 4], [5, 5], [6, 6], [8, 8], [10, 10], [2, 2, 2], [3, 3, 3], [4, 4, 4]]


def text() -> str:
    """The table, and the fewest groups for the customary limits."""
    lines = []
    for counts in SIZES:
        found = attainable(counts)
        alike = f"{round(found.smallest_alike * found.distinct)}/{found.distinct:,} = {found.smallest_alike:.2g}"
        least = f"1/{found.distinct:,} = {found.smallest:.2g}"
        lines.append(["+".join(map(str, counts)), f"{found.distinct:,}", least, alike])
    head = ["groups per class", "labellings", "smallest p", "smallest p, groups alike in size"]
    fewest = [f"p ≤ {p:g}: {groups_needed(p)} + {groups_needed(p)} groups" for p in (0.05, 0.01, 0.001)]
    return f"{table(head, lines)}\n\nThe fewest groups of two classes, alike in size: {'; '.join(fewest)}."


if __name__ == "__main__":
    put("groups", text())
