"""What `afmfast power` prints: the learning curve, the power by number of groups, and a sentence for each effect."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

_WHAT = {"lower end": "the lower end of its interval", "observed": "the AUC observed", "asked": "the AUC asked for"}


def show(document: Mapping[str, Any]) -> None:
    """Print a document of data_schemas/power-1.0.json."""
    # Piped into a file, lines keep their whole text.
    console = Console(width=None if sys.stdout.isatty() else 200)
    learning = Table("groups", "mean AUC", title="Learning curve, by groups", title_justify="left")
    for one in document["learning"]:
        learning.add_row(_groups(one["n_groups"]), f"{one['auc']:.3f} ± {one['sd']:.3f}")
    console.print(learning)
    console.print("±: SD over draws of so many groups; of all of them, over splits alone.")
    planned = [effect for effect in document["effects"] if effect["lines"]]
    if planned:
        heads = [f"AUC {effect['auc']:.2f} ({effect['kind']})" for effect in planned]
        table = Table("groups", *heads, title="Power of the permutation test", title_justify="left")
        for lines in zip(*(effect["lines"] for effect in planned), strict=True):
            table.add_row(_groups(lines[0]["n_groups"]), *map(_power, lines))
        console.print(table)
    for effect in document["effects"]:
        console.print(told(effect, document), highlight=False)
    console.print(
        f"A plan, not a promise: simulated with {document['stand_in']}; found is p up to {document['alpha']}.",
        highlight=False,
    )


def told(effect: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """What an effect means for the number of groups, in a sentence."""
    start = f"At {_WHAT[effect['kind']]} ({effect['auc']:.2f})"
    if not effect["lines"]:
        return f"{start} there may be no difference at all: no number of groups can be planned for it."
    if effect["enough"] is None:
        most = effect["lines"][-1]
        return (
            f"{start} even {_groups(most['n_groups'])} groups have a power of {most['power']:.0%} only, "
            f"below {document['wanted']:.0%}."
        )
    enough = next(one for one in effect["lines"] if sum(one["n_groups"]) == effect["enough"])
    return f"{start} {_groups(enough['n_groups'])} groups have a power of {document['wanted']:.0%} or more."


def _groups(n_groups: list[int]) -> str:
    return " + ".join(map(str, n_groups))


def _power(line: Mapping[str, Any]) -> str:
    return f"{line['power']:.0%} ({line['low']:.0%}-{line['high']:.0%})"
