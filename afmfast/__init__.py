"""Can these AFM images tell my samples apart, and is that real?

The names below are handed on when first used, so that `import afmfast` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .errors import AfmfastError, AfmfastWarning
    from .features.measure import measure_image
    from .features.table import forget_parameter, register_parameter
    from .readers.table import read
    from .records import Image
    from .stack.store import open_stack
    from .study.classify import classify
    from .study.demo import demo
    from .study.ingest import ingest, init
    from .study.measure import measure
    from .study.pipeline import run_study
    from .study.power import power
    from .study.repeatability import repeatability
    from .study.result import Result, StudyResult
    from .study.settings import Settings

_FACE = {
    "AfmfastError": ".errors",
    "AfmfastWarning": ".errors",
    "Image": ".records",
    "Result": ".study.result",
    "Settings": ".study.settings",
    "StudyResult": ".study.result",
    "classify": ".study.classify",
    "compare": ".study.compare",
    "demo": ".study.demo",
    "forget_parameter": ".features.table",
    "ingest": ".study.ingest",
    "init": ".study.ingest",
    "measure": ".study.measure",
    "measure_image": ".features.measure",
    "open_stack": ".stack.store",
    "power": ".study.power",
    "read": ".readers.table",
    "register_parameter": ".features.table",
    "repeatability": ".study.repeatability",
    "run_study": ".study.pipeline",
}

__all__ = [
    "AfmfastError",
    "AfmfastWarning",
    "Image",
    "Result",
    "Settings",
    "StudyResult",
    "classify",
    "compare",
    "demo",
    "forget_parameter",
    "ingest",
    "init",
    "measure",
    "measure_image",
    "open_stack",
    "power",
    "read",
    "register_parameter",
    "repeatability",
    "run_study",
]


def __getattr__(name: str) -> Any:
    if name not in _FACE:
        raise AttributeError(f"module 'afmfast' has no attribute {name!r}")
    return getattr(import_module(_FACE[name], __name__), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
