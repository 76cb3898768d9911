"""A search that found nothing, made into what could be posted as wanted; what is close; and who has such things."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from node.context import Node
from node.search.analysis import words
from node.search.errors import IndexUnavailableError
from node.search.lexicon import answered_by, filed_under
from node.search.request import SearchRequest
from node.search.wording import cut
from node.services.catalogue.search import reader, search
from node.services.importing.cells import guarded
from schemas.records import dataclass
from schemas.vocabulary import DEFAULT_ACTION, categories, home_of

MOST_CATEGORIES, MOST_ORGANISATIONS = 3, 5
LONGEST_TITLE = 200
_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Wish:
    """A want as it could be posted: its ``title``, ``kind`` and ``action``, and the ``category`` that fits, if any.

    ``row`` is it as a spreadsheet for the import (CSV with its header).
    """

    title: str
    kind: str
    action: str
    category: str | None
    row: str


@dataclass(frozen=True, slots=True)
class Close:
    """What is near to a search: ``categories`` (paths) in which something stands, and who has offers in them.

    ``organisations`` are pairs of key and name, those with the newest offers first.
    """

    categories: tuple[str, ...] = ()
    organisations: tuple[tuple[str, str], ...] = ()


def wish(asked: str) -> Wish:
    """What somebody looks for, as a want."""
    title = " ".join(asked.split())[:LONGEST_TITLE]
    title = title[:1].upper() + title[1:]
    path = next(categories_of(asked), None)
    home = home_of(path) if path else None
    kind = home.kinds[0] if home else "item"
    action = DEFAULT_ACTION[kind]
    return Wish(title, kind, action, path, _row(title, kind, action, path or ""))


def _row(title: str, kind: str, action: str, category: str) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("direction", "kind", "action", "title", "category"))
    writer.writerow(("want", kind, action, guarded(title), category))
    return file.getvalue()


def categories_of(asked: str) -> Iterator[str]:
    """Where things stand that are called so, the longest names first; each path once."""
    phrases = sorted(cut(words(asked)), key=lambda phrase: -len(phrase))
    found = (path for phrase in phrases for path in (*filed_under(phrase), *answered_by(phrase)))
    return (path for path in dict.fromkeys(found) if path in categories())


def close_to(node: Node, asked: str) -> Close:
    """What the catalogue has near to words that found nothing."""
    try:
        searcher = reader(node).snapshot().searcher
    except IndexUnavailableError:
        return Close()
    paths = [path for path in categories_of(asked) if searcher.doc_freq("category", path)][:MOST_CATEGORIES]
    if not paths:
        return Close()
    # By the index, not by the database: to group a million rows takes seconds, and anybody may ask for nonsense.
    within = SearchRequest(category=tuple(paths), direction=("offer",), sort="newest", limit=_LOOKED_AT)
    facts = (match.shown.entry.facts for match in search(node, within).matches)
    who = {one.organisation_key: one.organisation_name for one in facts}
    return Close(tuple(paths), tuple(who.items())[:MOST_ORGANISATIONS])
