"""Listings as they stand in mails: title, who and where, when, and why."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

import orjson

from node.context import Node
from node.services.alert_words import AlertWords
from node.storage.catalogue import Shown
from schemas.canonical import EXTENSION


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One listing in a mail; ``place``, ``when`` and ``why`` are empty where there is nothing to say."""

    title: str
    place: str
    organisation: str
    url: str
    language: str
    when: str = ""
    why: str = ""


def item_of(node: Node, shown: Shown, words: AlertWords, why: str = "") -> NewsItem:
    """A listing for a mail in the language of its reader."""
    facts = shown.entry.facts
    place = orjson.loads(shown.entry.item)[EXTENSION].get("place") or {}
    named = ", ".join(dict.fromkeys(part for part in (place.get("name"), facts.locality) if part))
    when = words.days(facts.available_from, facts.available_until)
    url = listing_url(node, shown.entry.key)
    return NewsItem(_line(facts.title), _line(named), facts.organisation_name, url, facts.language or "", when, why)


def listing_url(node: Node, key: str) -> str:
    """The page of a listing, for a link in a mail."""
    return f"{node.settings.url}listings/{quote(key)}"


def _line(text: str) -> str:
    return " ".join(text.split())
