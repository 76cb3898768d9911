"""`dataclass`, as the standard library has it, made with a quarter of its work.

The library writes and compiles six functions for each class. There are more than five hundred classes here, nearly all
frozen and with slots, and making them took a fifth of the time until a node answers. Here, what is the same for each is
shared, and one function is compiled: ``__init__``. Fields, slots and the rest are the library's, and so are
``replace``, ``fields`` and ``asdict``, which work on these classes as on its own.

Refuses to make classes of any other kind, or that inherit from another such class: those it hands to the library.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

__all__ = ("dataclass",)

_KIND = {"frozen": True, "slots": True}


class _MadeAnew:
    """Stands in a signature for what is made for each object, under the library's name for it."""

    def __repr__(self) -> str:
        return "<factory>"


_MADE_ANEW = _MadeAnew()

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, **options):
        """As `dataclasses.dataclass`, with the same options."""
        if cls is None:
            return lambda late: dataclass(late, **options)
        if options != _KIND or any(map(dataclasses.is_dataclass, cls.__mro__[1:])):
            return dataclasses.dataclass(cls, **options)
        return _record(cls)


def _record(cls: type[Any]) -> type[Any]:
    made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    for option in ("init", "repr", "eq", "frozen"):
        # What classes that inherit from this one ask for.
        setattr(made.__dataclass_params__, option, True)
    kept = vars(made)
    for name, method in _methods(made, dataclasses.fields(made)).items():
        if kept.get(name) is None:
            setattr(made, name, method)
    return made


def _methods(cls: type[Any], fields: Sequence[Field[Any]]) -> dict[str, Callable[..., Any]]:
    everything = _values([field.name for field in fields])
    compared = _values([field.name for field in fields if field.compare])
    hashed = _values([field.name for field in fields if (field.compare if field.hash is None else field.hash)])
    shown = [field.name for field in fields if field.repr]

    @recursive_repr()
    def tell(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    def give_state(self: Any) -> tuple[Any, ...]:
        return everything(self)

    return {
        "__init__": _init(cls, fields),
        "__repr__": tell,
        "__eq__": lambda self, other: (
            compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented
        ),
        "__hash__": lambda self: hash(hashed(self)),
        "__getstate__": give_state,
        "__setstate__": _take_state,
        "__setattr__": _refuse_to_set,
        "__delattr__": _refuse_to_delete,
    }


def _take_state(self: Any, state: Sequence[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


def _refuse_to_set(_self: Any, name: str, _value: Any) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _values(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What reads these fields of an object, as a tuple however many they are."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda one: tuple([getattr(one, name) for name in names])


def _init(cls: type[Any], fields: Sequence[Field[Any]]) -> Callable[..., None]:
    known: dict[str, Any] = {"__set": object.__setattr__, "__missing": _MADE_ANEW}
    given = sorted((field for field in fields if field.init), key=lambda field: bool(field.kw_only))
    taken, body = ["__self"], []
    for field in given:
        if field.kw_only and "*" not in taken:
            taken.append("*")
        taken.append(_parameter(field, known))
    for field in fields:
        value = _value(field, known)
        if value:
            body.append(f"__set(__self, {field.name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        body.append("__self.__post_init__()")
    lines = "".join(f"\n  {line}" for line in body or ["pass"])
    text = f"def make({', '.join(known)}):\n def __init__({', '.join(taken)}):{lines}\n return __init__"
    found: dict[str, Any] = {}
    exec(text, vars(sys.modules[cls.__module__]), found)  # noqa: S102 - names of fields alone, as the library does it
    init: Callable[..., None] = found["make"](**known)
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__annotations__ = {**{field.name: field.type for field in given}, "return": None}
    return init


def _parameter(field: Field[Any], known: dict[str, Any]) -> str:
    if field.default_factory is not MISSING:
        return f"{field.name}=__missing"
    if field.default is MISSING:
        return field.name
    known[f"__default_{field.name}"] = field.default
    return f"{field.name}=__default_{field.name}"


def _value(field: Field[Any], known: dict[str, Any]) -> str:
    """What a field is set to, as code; nothing where ``__post_init__`` sets it."""
    if field.default_factory is not MISSING:
        known[f"__new_{field.name}"] = field.default_factory
        new = f"__new_{field.name}()"
        return f"{new} if {field.name} is __missing else {field.name}" if field.init else new
    if field.init:
        return field.name
    if field.default is MISSING:
        return ""
    known[f"__default_{field.name}"] = field.default
    return f"__default_{field.name}"
