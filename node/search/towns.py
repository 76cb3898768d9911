"""Where a place is that people name, by a locality or a postcode: the middle of the listings that say they are there.

No gazetteer is kept and no service is asked. A place of which nothing is listed is not known, and that is said.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tantivy import Query

from node.search.analysis import edits
from node.search.documents import town_term
from node.search.index import Snapshot
from node.search.postcodes import postcode_terms

_SHORTEST_MENDED = 5
_HAS_DIGIT = re.compile("[0-9]")
_MOST_TOWNS = 5000


class Town(NamedTuple):
    """A place by the name that was found, with the middle of its listings in degrees."""

    name: str
    lat: float
    lon: float


def locate(snapshot: Snapshot, text: str) -> Town | None:
    """The place that ``text`` names, a slip of one letter forgiven; what stands behind a comma is tried without.

    A postcode of which nothing is listed is taken for its first half, if something is listed there.
    """
    for term in postcode_terms(text) if _HAS_DIGIT.search(text) else ():
        if found := _middle(snapshot, term):
            return found
    for name in dict.fromkeys((text, text.partition(",")[0])):
        term = town_term(name)
        found = _middle(snapshot, term) or _middle(snapshot, _mended(snapshot, term))
        if found:
            return found
    return None


def _middle(snapshot: Snapshot, term: str) -> Town | None:
    if not term or not snapshot.searcher.doc_freq("town", term):
        return None
    here = Query.term_query(snapshot.schema, "town", term, index_option="basic")
    means = {name: {"avg": {"field": name}} for name in ("lat", "lon")}
    answer = snapshot.searcher.aggregate(here, means)
    lat, lon = answer["lat"]["value"], answer["lon"]["value"]
    return None if lat is None or lon is None else Town(term, round(lat, 5), round(lon, 5))


def _mended(snapshot: Snapshot, term: str) -> str:
    # A postcode with one other sign is another postcode, not a slip.
    if len(term) < _SHORTEST_MENDED or _HAS_DIGIT.search(term):
        return ""
    known = snapshot.searcher.terms_with_prefix("town", term[0], limit=_MOST_TOWNS)
    close = [(-count, name) for name, count in known if edits(term, name, 1) == 1]
    return min(close)[1] if close else ""
