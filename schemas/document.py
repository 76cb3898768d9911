"""One JSON object as a marshmallow schema, on a short way through it.

The fields are marshmallow's to declare and to introspect. Loading and dumping go straight over them, because three
quarters of the 340 µs that a listing took were spent on options that no document of ours has (partial, many, hooks,
custom accessors). Unknown members are always passed over: whoever needs them keeps the raw document.
"""

from __future__ import annotations

from typing import Any, NoReturn

from marshmallow import EXCLUDE, Schema, missing
from marshmallow.exceptions import ValidationError

from schemas.fields import GENERAL_FAULTS, Field, refuse, without_empty


class Document(Schema):
    """A schema that loads to `made`, a dataclass with the fields' names (a dict if nothing is said).

    Subclasses may override `prepare` (before the fields are read) and `check` (rules over several valid fields).
    """

    class Meta:
        unknown = EXCLUDE

    made: type = dict

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._reading = tuple(
            (name, field.data_key or name, field._deserialize, field.required, field.load_default)
            for name, field in self.fields.items()
        )
        self._writing = tuple(
            (name, field.data_key or name, field._serialize, type(field)._serialize is Field._serialize)
            for name, field in self.fields.items()
        )

    def prepare(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document whose fields are read."""
        return document

    def check(self, loaded: dict[str, Any]) -> None:
        """Raises `ValidationError` (see `fields.refuse`) where fields that are valid by themselves do not fit."""

    def load(self, data: Any, *, many: bool | None = None, partial: Any = None, unknown: Any = None) -> Any:
        """What ``data`` says, as `made`. Raises `ValidationError` with every fault; the options are not supported."""
        if not isinstance(data, dict):
            raise refuse("not-an-object", "This must be an object with named members.")
        document = self.prepare(data)
        loaded: dict[str, Any] = {}
        faults: dict[str, Any] = {}
        for name, key, read, required, default in self._reading:
            value = document.get(key, missing)
            if value is missing:
                if required:
                    faults[key] = [GENERAL_FAULTS["required"]]
                elif default is not missing:
                    loaded[name] = default
                continue
            try:
                loaded[name] = read(value, None, None) if value is not None else _refuse_null()
            except ValidationError as error:
                faults[key] = error.messages
        if faults:
            raise ValidationError(faults)
        self.check(loaded)
        return self.made(**loaded)

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """The JSON object for a dataclass, members that say nothing left out."""
        written = {}
        for name, key, write, as_it_is in self._writing:
            value = getattr(obj, name, None)
            if value is not None:
                written[key] = value if as_it_is else write(value, name, obj)
        return without_empty(written)


def _refuse_null() -> NoReturn:
    raise ValidationError([GENERAL_FAULTS["null"]])
