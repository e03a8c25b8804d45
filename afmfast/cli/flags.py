"""Every key of study.yaml as a flag; what is not given stays as the file says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from pydantic import BaseModel, ConfigDict, create_model
from pydantic.fields import FieldInfo

from ..study.settings import Settings


class _Flags(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _flag(field: FieldInfo) -> Any:
    optional: Any = field.annotation
    return (Annotated[(optional | None, *field.metadata, Parameter(help=field.description))], None)


if TYPE_CHECKING:
    Given = BaseModel | None
else:
    _keys = {key: _flag(field) for key, field in Settings.model_fields.items() if key != "manifest"}
    Given = Annotated[
        create_model("Given", __base__=_Flags, **_keys) | None,
        Parameter(name="*", group="Settings (also keys of study.yaml)", show_default=False, negative_iterable=""),
    ]


def changes(given: Given) -> dict[str, Any]:
    """The keys that were given on the command line."""
    return {} if given is None else {k: v for k, v in given.model_dump(exclude_unset=True).items() if v is not None}
