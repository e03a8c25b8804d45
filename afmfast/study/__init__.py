"""Where the stages meet: one file per line of use, each imported when it is first named."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import at_work as at_work
    from . import bench as bench
    from . import checks as checks
    from . import demo as demo
    from . import ingest as ingest
    from . import pipeline as pipeline
    from . import power as power
    from . import repeatability as repeatability
    from . import status as status

_LINES = ("at_work", "bench", "checks", "demo", "ingest", "pipeline", "power", "repeatability", "status")


def __getattr__(name: str) -> Any:
    if name not in _LINES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f".{name}", __name__)
