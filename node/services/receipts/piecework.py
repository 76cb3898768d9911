"""The parts of a verification that are done in other processes: judging pages, and matching halves. Pure.

Halves travel between processes as the bytes that they were packed into: whoever only passes them on never unpacks them.
JSON packs them in a third of the time that pickle takes, most of which goes into dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

import orjson

from federation.receipts import Judged, Teller, check_page, judge
from schemas import impact_factors, json_feed
from schemas.canonical import contribution
from schemas.handover import Handover
from schemas.impact_factors import Factors
from schemas.page import PageHead
from schemas.receipt import Half, Party
from schemas.receipt_pair import handover, pair


class Told(NamedTuple):
    """One item of a page: its id, what it adds to the feed's digest, and the packed half in it.

    ``half`` is empty where it is set aside, and ``problem`` says why. ``exchange`` is what it speaks of, where that can
    be read; ``side`` and ``signed_by`` are those of the half.
    """

    id: str
    adds: int
    exchange: str
    side: str
    signed_by: str
    half: bytes
    problem: str


class Owned(NamedTuple):
    """The factors that somebody works with: the bytes of an operator's file, empty for those of the program alone."""

    file: bytes = b""

    def factors(self) -> Factors:
        """Read once in each process. Raises `DocumentError`."""
        return _factors(self.file)


@lru_cache(maxsize=4)
def _factors(file: bytes) -> Factors:
    return impact_factors.own(file) if file else impact_factors.shipped()


def judged_page(
    body: bytes, node: str, url: str, teller: Teller, keys: Mapping[str, str]
) -> tuple[PageHead, list[Told]]:
    """A page of the receipts of ``node`` and every item of it with an id, judged.

    Raises `DocumentError` for a page that cannot be taken.
    """
    page = json_feed.decode(body)
    head = check_page(page, node, url, ())
    found = [judge(item, teller, lambda _node, key_id: keys.get(key_id)) for item in page.items]
    return head, [_told(one) for one in found if one is not None]


def _told(one: Judged) -> Told:
    half, adds = one.half, contribution(one.id, one.hash)
    if half is None:
        return Told(one.id, adds, one.exchange, "", "", b"", str(one.problems[0]))
    return Told(one.id, adds, half.exchange, half.side, half.signed_by, packed(half), "")


def packed(half: Half) -> bytes:
    """The half, as `unpacked` reads it."""
    return orjson.dumps(tuple(half))


def unpacked(data: bytes) -> Half:
    """What `packed` wrote."""
    told = orjson.loads(data)
    for at in _MOMENTS:
        told[at] = datetime.fromisoformat(told[at])
    for at in _DAYS:
        told[at] = told[at] and date.fromisoformat(told[at])
    for at in _PARTIES:
        told[at] = Party(**told[at])
    return Half(*told)


def _members_of(kind: str) -> tuple[int, ...]:
    """Where in a half members of this type stand."""
    kinds = enumerate(Half.__annotations__[name] for name in Half._fields)
    return tuple(at for at, found in kinds if getattr(found, "__forward_arg__", found) in (kind, f"{kind} | None"))


_MOMENTS, _DAYS, _PARTIES = map(_members_of, ("datetime", "date", "Party"))


def handovers_of(exchanges: Iterable[Sequence[bytes]], owned: Owned) -> list[tuple[Handover, Handover]]:
    """The handovers that the packed halves of exchanges make, each with its effect by these factors and by the shipped.

    What makes no handover yet is left out.
    """
    own, shipped = owned.factors(), impact_factors.shipped()
    found = []
    for halves in exchanges:
        known = pair(map(unpacked, halves))
        made = handover(known, 0, own) if known else None
        if known is not None and made is not None:
            found.append((made, made if own is shipped else handover(known, 0, shipped) or made))
    return found
