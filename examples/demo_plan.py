"""Who is who in the demo network, as ``network.toml`` says it, and how its hand-written feeds are filled in."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from schemas.fields import rfc3339

EXAMPLES = Path(__file__).resolve().parent
PHOTOS = EXAMPLES / "photos"
PUBLISHER, STATIC, PLAIN = "publisher", "static", "plain"
_DAYS = re.compile(r"\{\{([+-]\d+)d\}\}")


@dataclass(frozen=True, slots=True)
class Member:
    """One node of the network. ``kind`` is `PUBLISHER` (runs the software), `STATIC` (a folder) or `PLAIN` (a feed).

    ``organisations`` are profiles with name, type, url and description; ``defaults`` is what the operator says of a
    plain feed; ``quarantined`` maps a listing's id, with placeholders, to the code of the reason that keeps it out.
    """

    slug: str
    kind: str
    source: Path
    name: str
    description: str
    locality: str
    country: str
    area: tuple[float, float, float, float]
    organisations: tuple[Mapping[str, Any], ...]
    contact: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    quarantined: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_spreadsheet(self) -> bool:
        return self.source.suffix == ".csv"

    @property
    def states_digest(self) -> bool:
        """Whether its feed says what a copy can be compared with: all that the software makes do."""
        return self.kind == PUBLISHER or self.is_spreadsheet

    @property
    def listings(self) -> int:
        """How many listings the example holds, faulty ones among them."""
        text = self.source.read_text(encoding="utf-8")
        if self.is_spreadsheet:
            return sum(1 for _ in csv.DictReader(io.StringIO(text, newline="")))
        return text.count("</entry>") if self.source.suffix == ".atom" else len(json.loads(text)["items"])

    @property
    def expected(self) -> int:
        """How many listings the catalogue is to show of this member."""
        return self.listings - len(self.quarantined)

    def quarantined_at(self, base: str) -> dict[str, str]:
        """The ids that the catalogue is to keep out, with the reason's code, for a folder served at ``base``."""
        return {id_.replace("{{base}}", base.rstrip("/")): code for id_, code in self.quarantined.items()}

    def filled(self, base: str, now: datetime) -> bytes:
        """A hand-written feed as it is served at ``base`` (no slash at the end) at the moment ``now``."""
        text = self.source.read_text(encoding="utf-8")
        text = text.replace("{{now}}", rfc3339(now)).replace("{{base}}", base).replace("{{node}}", base + "/")
        return _DAYS.sub(lambda found: rfc3339(now + timedelta(days=int(found[1]))), text).encode()


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole network: the catalogue's own name and place, and everyone it reads."""

    name: str
    description: str
    locality: str
    country: str
    area: tuple[float, float, float, float]
    centre: tuple[float, float]
    members: tuple[Member, ...]


def read_plan(folder: Path = EXAMPLES) -> Plan:
    """The plan in ``folder``. Raises `OSError`, `tomllib.TOMLDecodeError` and `KeyError` for a file that is not one."""
    document = tomllib.loads((folder / "network.toml").read_text(encoding="utf-8"))
    network = document["network"]
    return Plan(
        name=network["name"],
        description=network["description"],
        locality=network["locality"],
        country=network["country"],
        area=tuple(network["area"]),
        centre=tuple(network["centre"]),
        members=tuple(_member(folder, node) for node in document["node"]),
    )


def _member(folder: Path, node: Mapping[str, Any]) -> Member:
    return Member(
        slug=node["slug"],
        kind=node["kind"],
        source=folder / node["folder"] / node["file"],
        name=node["name"],
        description=node["description"],
        locality=node["locality"],
        country=node["country"],
        area=tuple(node["area"]),
        organisations=tuple(node["organisation"]),
        contact=node.get("contact", {}),
        defaults=node.get("defaults", {}),
        quarantined=node.get("quarantined", {}),
    )
