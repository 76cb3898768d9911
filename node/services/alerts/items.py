"""Listings as they stand in mails: title, who and where, when, and why."""

from __future__ import annotations

from urllib.parse import quote
from zoneinfo import ZoneInfo

import orjson

from node.context import Node
from node.services.alerts.words import AlertWords
from node.storage.catalogue import Shown
from schemas.canonical import EXTENSION
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One listing in a mail; ``place``, ``when`` and ``why`` are empty where there is nothing to say.

    ``by`` is whose it is, or who looks for it.
    """

    title: str
    place: str
    by: str
    url: str
    language: str
    when: str = ""
    why: str = ""


def item_of(node: Node, shown: Shown, words: AlertWords, why: str = "") -> NewsItem:
    """A listing for a mail in the language of its reader."""
    facts = shown.entry.facts
    place = orjson.loads(shown.entry.item)[EXTENSION].get("place") or {}
    named = ", ".join(dict.fromkeys(part for part in (place.get("name"), facts.locality) if part))
    by = _line(facts.organisation_name)
    if facts.direction == "want":
        by = words.voice.say("Wanted by %(name)s", name=by)
    today = node.clock().astimezone(ZoneInfo(node.settings.timezone)).date()
    when = words.days(facts.available_from, facts.available_until, today)
    return NewsItem(
        title=_line(facts.title),
        place=_line(named),
        by=by,
        url=listing_url(node, shown.entry.key),
        language=facts.language or "",
        when=when,
        why=why,
    )


def listing_url(node: Node, key: str) -> str:
    """The page of a listing, for a link in a mail."""
    return f"{node.settings.url}listings/{quote(key)}"


def _line(text: str) -> str:
    return " ".join(text.split())
