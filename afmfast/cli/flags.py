"""Every key of study.yaml as a flag; what is not given stays as the file says, what is given is checked with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from pydantic import BaseModel, ConfigDict, create_model
from pydantic.fields import FieldInfo

from ..study.settings import Classifier, Reduce, Settings


class _Flags(BaseModel):
    model_config = ConfigDict(extra="forbid")


#: Keys whose YAML form does not fit a command line: lists of lists, null, and one or a list.
_AS_FLAG: dict[str, Any] = {
    "combinations": tuple[str, ...],
    "correlation": tuple[float | Literal["none"], ...],
    "keep": tuple[int, ...],
    "classifier": tuple[Classifier, ...],
    "reduce": tuple[Reduce, ...],
}


def _flag(name: str, field: FieldInfo) -> Any:
    optional: Any = _AS_FLAG.get(name, field.annotation)
    return (Annotated[(optional | None, Parameter(help=field.description))], None)


if TYPE_CHECKING:
    Given = BaseModel | None
else:
    _keys = {key: _flag(key, field) for key, field in Settings.model_fields.items() if key != "manifest"}
    Given = Annotated[
        create_model("Given", __base__=_Flags, **_keys) | None,
        Parameter(
            name="*",
            group="Settings (also keys of study.yaml)",
            show_default=False,
            negative_iterable="",
            consume_multiple=True,
        ),
    ]


def changes(given: Given) -> dict[str, Any]:
    """The keys that were given on the command line."""
    return {} if given is None else {k: v for k, v in given.model_dump(exclude_unset=True).items() if v is not None}
