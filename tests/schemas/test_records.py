"""Classes made by `schemas.records` are in everything what the standard library makes of the same words."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field
from typing import Any, Generic, TypeVar, get_type_hints

import pytest

from schemas import records

T = TypeVar("T")
Made = dict[str, Any]


def classes(dataclass: Callable[..., Any]) -> Made:
    """The same classes, made by one or the other."""

    @dataclass(frozen=True, slots=True)
    class Plain:
        """Text, a number and a list."""

        name: str
        count: int = 3
        parts: tuple[str, ...] = ()

    @dataclass(frozen=True, slots=True)
    class One:
        """One field."""

        only: Any

    @dataclass(frozen=True, slots=True)
    class Empty:
        """No field."""

    @dataclass(frozen=True, slots=True)
    class Rich:
        """Every kind of field."""

        self: str
        made: list[int] = field(default_factory=list)
        named: str = field(kw_only=True)
        late: int = field(default=4, kw_only=True)
        after: int = 5
        hidden: int = field(default=6, repr=False, compare=False)
        unhashed: Any = field(default=None, hash=False)
        doubled: int = field(init=False)
        fixed: int = field(init=False, default=7)
        fresh: list[str] = field(init=False, default_factory=list)

        def __post_init__(self) -> None:
            object.__setattr__(self, "doubled", self.after * 2)

    @dataclass(frozen=True, slots=True)
    class Own:
        """With methods of its own."""

        name: str

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own)

        def __hash__(self) -> int:
            return 12

        def __getstate__(self) -> Any:
            return ("kept",)

    @dataclass(frozen=True, slots=True)
    class OwnHash:
        name: str

        def __hash__(self) -> int:
            return 11

    @dataclass(frozen=True, slots=True)
    class Below(Plain):  # type: ignore[misc,valid-type]
        """Inherits."""

        more: str = "more"

    @dataclass(frozen=True, slots=True)
    class Of(Generic[T]):
        """Of a kind."""

        what: T

    @dataclass
    class Loose:
        """Of another kind altogether."""

        name: str

    held = (Plain, One, Empty, Rich, Own, OwnHash, Below, Of, Loose)
    return {cls.__name__: cls for cls in held}


OURS, LIBRARY = classes(records.dataclass), classes(dataclasses.dataclass)

CALLS: tuple[tuple[str, tuple[Any, ...], dict[str, Any]], ...] = (
    ("Plain", ("a",), {}),
    ("Plain", ("a", 4), {"parts": ("b",)}),
    ("Plain", (), {}),
    ("Plain", ("a",), {"name": "b"}),
    ("Plain", ("a", 1, (), 2), {}),
    ("One", (float("nan"),), {}),
    ("One", (("a", 1),), {}),
    ("One", ([],), {}),
    ("Empty", (), {}),
    ("Rich", ("a",), {"named": "b"}),
    ("Rich", ("a", [1], 9, 8, 7), {"named": "b", "late": 2}),
    ("Rich", ("a",), {}),
    ("Rich", ("a", [1], 9, 8, 7, "b"), {}),
    ("Rich", ("a",), {"named": "b", "doubled": 3}),
    ("Own", ("a",), {}),
    ("OwnHash", ("a",), {}),
    ("Below", ("a",), {"more": "b"}),
    ("Of", (1,), {}),
    ("Loose", ("a",), {}),
)


def told(act: Callable[[], Any]) -> Any:
    """What it gives, or with what words it fails."""
    try:
        return act()
    except Exception as error:
        return type(error), str(error)


def seen(made: Made, name: str, given: tuple[Any, ...], named: dict[str, Any]) -> list[Any]:
    """All that can be seen of an object that is made so, and of those made like it."""
    cls = made[name]
    one = told(lambda: cls(*given, **named))
    if isinstance(one, tuple):
        return [one]
    again = cls(*given, **named)
    first = next((each.name for each in dataclasses.fields(one)), None)
    return [
        told(lambda: repr(one)),
        told(lambda: hash(one) == hash(again)),
        told(lambda: hash(one) if cls.__name__ != "One" else hash(one) == hash((one.only,))),
        one == again,
        one == like(one),
        one == object(),
        dataclasses.asdict(one) == dataclasses.asdict(again),
        told(lambda: repr(dataclasses.replace(one, **{"name": "c"} if hasattr(one, "name") else {}))),
        repr(copy.copy(one)),
        repr(copy.deepcopy(one)),
        first and told(lambda: setattr(one, first, 1)),
        first and told(lambda: delattr(one, first)),
        hasattr(one, "__dict__"),
    ]


def like(one: Any) -> Any:
    """Another class with the same fields."""
    return dataclasses.make_dataclass("Like", [each.name for each in dataclasses.fields(one)])(
        *(getattr(one, each.name, None) for each in dataclasses.fields(one))
    )


@pytest.mark.parametrize(("name", "given", "named"), CALLS)
def test_an_object_is_as_the_librarys(name: str, given: tuple[Any, ...], named: dict[str, Any]) -> None:
    assert repr(seen(OURS, name, given, named)) == repr(seen(LIBRARY, name, given, named))


@pytest.mark.parametrize("name", LIBRARY)
def test_a_class_is_as_the_librarys(name: str) -> None:
    ours, library = OURS[name], LIBRARY[name]
    assert str(inspect.signature(ours)) == str(inspect.signature(library))
    assert get_type_hints(ours.__init__) == get_type_hints(library.__init__)
    assert ours.__match_args__ == library.__match_args__
    assert getattr(ours, "__slots__", None) == getattr(library, "__slots__", None)
    assert [(each.name, each.type) for each in dataclasses.fields(ours)] == [
        (each.name, each.type) for each in dataclasses.fields(library)
    ]
    assert repr(ours.__dataclass_params__) == repr(library.__dataclass_params__)
    assert ours.__doc__ == library.__doc__ or ours is OURS["OwnHash"]
    assert ours.__module__ == __name__


@records.dataclass(frozen=True, slots=True)
class Kept:
    """Something that another process is given."""

    name: str
    parts: tuple[Kept, ...] = ()


def test_it_can_be_given_to_another_process() -> None:
    whole = Kept("a", (Kept("b"), Kept("c")))
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(whole, protocol)) == whole


def test_it_is_matched_by_its_fields() -> None:
    match Kept("a", (Kept("b"),)):
        case Kept("a", (Kept(name),)):
            assert name == "b"
        case _:
            raise AssertionError


def test_one_that_holds_itself_can_be_told() -> None:
    ring = OURS["One"]([])
    ring.only.append(ring)
    assert repr(ring).endswith("One(only=[...])")


def test_nothing_can_be_changed_in_it() -> None:
    for name in ("name", "nothing"):
        with pytest.raises(FrozenInstanceError, match=f"cannot assign to field '{name}'"):
            setattr(Kept("a"), name, "b")
