"""The factors that effects are worked out with: a versioned file, and an operator's own file laid over it. Pure.

Each figure says its source, its licence and its unit. What has no source here is not known, and is never guessed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from marshmallow.exceptions import ValidationError

from schemas.document import Document
from schemas.errors import DocumentError, Problem, pointer
from schemas.fields import Choice, Day, Flag, HttpUrl, Many, Number, Part, Pattern, Text, problems_of
from schemas.records import dataclass
from schemas.strict_json import AmbiguousObject, loads

PER_ITEM, PER_KG, AVOIDED = (
    "kg CO2e per item, before use",
    "kg CO2e per kg, before use",
    "kg CO2e per kg, avoided",
)
UNITS = (PER_ITEM, PER_KG, AVOIDED)
"""What was spent on making one, what was spent on making a kilogram, and what reusing a kilogram has avoided: the
first two count by displacement, the third is net already."""

NAMED, UNNAMED, ALL = "none", "unnamed", "all"
OTHERS = (NAMED, UNNAMED, ALL)
"""What else of its category a row speaks of: nothing, titles that name no thing of it, or everything."""

MOST = 2000
LARGEST_FILE = 1_000_000
"""Bytes of an operator's file."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure is from; ``licence`` is an SPDX name, or "fact" for a single figure that was quoted."""

    id: str
    title: str
    publisher: str
    licence: str
    year: int | None = None
    url: str | None = None
    quoted_by: str | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """Kilograms of CO2e: ``kg_co2e`` for one item, or for ``of_kg`` kilograms; ``unit`` is one of `UNITS`."""

    id: str
    label: str
    source: str
    unit: str
    kg_co2e: Decimal
    of_kg: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Displacement:
    """How far one reuse stands for one purchase, as people have measured it."""

    low: Decimal
    central: Decimal
    high: Decimal
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Goods:
    """What is known of some goods of a category: their usual weight, and which factors speak of them, the best first.

    ``things`` are names of things of the vocabulary, or other phrases; ``others`` says what else it is about, but for
    ``excepted``. ``disposal`` is False where keeping them saves nobody the landfill.
    """

    category: str
    factors: tuple[str, ...]
    things: tuple[str, ...] = ()
    others: str = NAMED
    excepted: tuple[str, ...] = ()
    weight_kg: Decimal | None = None
    weight_source: str | None = None
    disposal: bool = True


@dataclass(frozen=True, slots=True)
class Rate:
    """What disposing of a tonne cost from one day to another, both among them."""

    from_: date
    until: date
    per_tonne: Decimal


@dataclass(frozen=True, slots=True)
class Disposal:
    """What disposing of goods costs, in ``currency`` (ISO 4217)."""

    source: str
    currency: str
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Worth:
    """What an operator says that something is worth: an hour of a room, an hour of help, a tonne of CO2e."""

    source: str
    room_hour: Decimal | None = None
    help_hour: Decimal | None = None
    co2e_tonne: Decimal | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """All that effects are worked out with. ``version`` names this very content, and no other.

    Two of them are the same only if they are one, so that what is worked out of them can be remembered.
    """

    name: str
    version: str
    licence: str
    attribution: str
    sources: tuple[Source, ...]
    displacement: Displacement
    factors: tuple[Factor, ...]
    goods: tuple[Goods, ...]
    bundles: tuple[str, ...]
    parts: tuple[str, ...]
    disposal: Disposal
    worth: Worth | None = None
    by_id: Mapping[str, Factor] = field(default_factory=dict, repr=False)

    def source(self, source_id: str) -> Source:
        """The source of this id, which every figure here has."""
        return next(source for source in self.sources if source.id == source_id)

    def of_category(self, path: str) -> tuple[Goods, ...]:
        """The rows of a category, the first that fits counting; those of no category come last."""
        return _of_category(self, path)


@lru_cache(maxsize=1024)
def _of_category(factors: Factors, path: str) -> tuple[Goods, ...]:
    return tuple(row for name in (path, "") for row in factors.goods if row.category == name)


class Exact(Number):
    """A number as it is written, for sums that anyone can work out again to the last digit."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return Decimal(repr(super()._deserialize(value, attr, data, **kwargs)))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else super()._serialize(float(value), attr, obj)


class Name(Pattern):
    """A short name for use in other places of the file."""

    form, code = re.compile(r"[a-z0-9][a-z0-9.-]*\Z"), "bad-name"
    message = "This must be lower-case letters, digits, dots and hyphens."

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(limit=60, **kwargs)


class Version(Pattern):
    form, code = re.compile(r"[a-z0-9][a-z0-9.+-]*\Z"), "bad-name"
    message = "This must be lower-case letters, digits, dots, hyphens and plus signs."

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(limit=200, **kwargs)


class Currency(Pattern):
    form, code, message = re.compile(r"[A-Z]{3}\Z"), "bad-currency", "This must be a currency such as GBP."


class Strict(Document):
    """A document that is written by hand for this program alone: a member that nobody knows is a slip of the pen."""

    def prepare(self, document: dict[str, Any]) -> dict[str, Any]:
        if isinstance(document, AmbiguousObject):
            raise ValidationError({name: ["This stands here twice."] for name in document.repeated})
        known = {declared.data_key or name for name, declared in self.fields.items()}
        faults = {name: ["Nobody knows this member."] for name in document if name not in known}
        if faults:
            raise ValidationError(faults)
        return document


class SourceSchema(Strict):
    made = Source
    id = Name(required=True)
    title = Text(limit=300, required=True)
    publisher = Text(limit=200, required=True)
    licence = Text(limit=60, required=True)
    year = Number(1900, 2200, whole=True)
    url = HttpUrl()
    quoted_by = Text(limit=200)


class FactorSchema(Strict):
    made = Factor
    id = Name(required=True)
    label = Text(limit=200, required=True)
    source = Name(required=True)
    unit = Choice(UNITS, required=True)
    kg_co2e = Exact(0, 1_000_000, required=True)
    of_kg = Exact(0.001, 100_000)


class DisplacementSchema(Strict):
    made = Displacement
    low = Exact(0, 1, required=True)
    central = Exact(0, 1, required=True)
    high = Exact(0, 1, required=True)
    sources = Many(Name(), limit=20)

    def check(self, loaded: dict[str, Any]) -> None:
        if not loaded["low"] <= loaded["central"] <= loaded["high"]:
            raise ValidationError({"central": ["This must stand between low and high."]})


class GoodsSchema(Strict):
    made = Goods
    category = Text(limit=80)
    factors = Many(Name(), limit=10, required=True)
    things = Many(Text(limit=80), limit=200)
    others = Choice(OTHERS)
    excepted = Many(Text(limit=80), limit=200, data_key="except")
    weight_kg = Exact(0.001, 100_000)
    weight_source = Name()
    disposal = Flag()

    def check(self, loaded: dict[str, Any]) -> None:
        if ("weight_kg" in loaded) != ("weight_source" in loaded):
            raise ValidationError({"weight_source": ["A weight and whose figure it is go together."]})


class RateSchema(Strict):
    made = Rate
    from_ = Day(required=True, data_key="from")
    until = Day(required=True)
    per_tonne = Exact(0, 1_000_000, required=True)


class DisposalSchema(Strict):
    made = Disposal
    source = Name(required=True)
    currency = Currency(required=True)
    rates = Many(Part(RateSchema()), limit=200, required=True)


class WorthSchema(Strict):
    made = Worth
    source = Name(required=True)
    room_hour = Exact(0, 100_000)
    help_hour = Exact(0, 100_000)
    co2e_tonne = Exact(0, 1_000_000)


class FileSchema(Strict):
    """A file of factors. An operator's own may leave out everything but its name: the rest is as it was."""

    name = Name(required=True)
    version = Version()
    licence = Text(limit=60)
    attribution = Text(limit=1000)
    sources = Many(Part(SourceSchema()), limit=MOST)
    displacement = Part(DisplacementSchema())
    factors = Many(Part(FactorSchema()), limit=MOST)
    goods = Many(Part(GoodsSchema()), limit=MOST)
    bundles = Many(Text(limit=40), limit=MOST)
    parts = Many(Text(limit=40), limit=MOST)
    disposal = Part(DisposalSchema())
    worth = Part(WorthSchema())


@cache
def shipped() -> Factors:
    """The factors that come with the program."""
    data = (files("schemas") / "data" / "impact-factors.json").read_bytes()
    found = _read(data)
    return _made({**found, "version": f"{found['name']}-{found['version']}"})


def own(data: bytes) -> Factors:
    """An operator's factors: those of this file, and for what it does not say, those that come with the program.

    A source or factor of the same id takes the place of the other; goods stand before the others, so they count first.
    Raises `DocumentError` with everything that is wrong in it.
    """
    if len(data) > LARGEST_FILE:
        raise DocumentError.of("too-large", f"This is larger than {LARGEST_FILE} bytes.")
    found, base = _read(data), shipped()
    version = f"{found['name']}-{hashlib.sha256(data).hexdigest()[:8]}+{base.version}"
    laid = {name: getattr(base, name) for name in FileSchema().fields}
    laid |= {**found, "version": version, "goods": (*found.get("goods", ()), *base.goods)}
    for name in ("sources", "factors"):
        mine = {one.id: one for one in found.get(name, ())}
        laid[name] = (*mine.values(), *(one for one in getattr(base, name) if one.id not in mine))
    return _made(laid)


def document(factors: Factors) -> dict[str, Any]:
    """The factors as the JSON of a file: whoever has it can work out every figure again."""
    written: dict[str, Any] = FileSchema().dump(factors)
    return written


def _read(data: bytes) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = FileSchema().load(loads(data))
    except ValidationError as error:
        raise DocumentError(problems_of(error.messages)) from error
    return loaded


def _made(members: dict[str, Any]) -> Factors:
    made = Factors(**members, by_id=MappingProxyType({factor.id: factor for factor in members["factors"]}))
    problems = [*_unknown_sources(made), *_unknown_factors(made), *_bad_rates(made)]
    if problems:
        raise DocumentError(problems)
    return made


def _unknown_sources(made: Factors) -> list[Problem]:
    known = {source.id for source in made.sources}
    used: list[tuple[tuple[str | int, ...], str | None]] = [
        *((("factors", at, "source"), one.source) for at, one in enumerate(made.factors)),
        *((("goods", at, "weight_source"), row.weight_source) for at, row in enumerate(made.goods)),
        *((("displacement", "sources", at), one) for at, one in enumerate(made.displacement.sources)),
        (("disposal", "source"), made.disposal.source),
        (("worth", "source"), made.worth.source if made.worth else None),
    ]
    return [
        Problem(
            pointer(where), "unknown-source", f"There is no source “{source}”: say under “sources” where it is from."
        )
        for where, source in used
        if source is not None and source not in known
    ]


def _unknown_factors(made: Factors) -> list[Problem]:
    return [
        Problem(pointer(("goods", at, "factors")), "unknown-factor", f"There is no factor “{name}”.")
        for at, row in enumerate(made.goods)
        for name in row.factors
        if name not in made.by_id
    ]


def _bad_rates(made: Factors) -> list[Problem]:
    problems = []
    for at, rate in enumerate(made.disposal.rates):
        if rate.until < rate.from_:
            problems.append(Problem(pointer(("disposal", "rates", at)), "bad-dates", "This ends before it begins."))
        if any(other.from_ <= rate.from_ <= other.until for other in made.disposal.rates[:at]):
            problems.append(Problem(pointer(("disposal", "rates", at)), "bad-dates", "Two rates are for the same day."))
    return problems
