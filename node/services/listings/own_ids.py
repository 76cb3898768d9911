"""The names of what this node publishes: slugs of organisations, keys of listings, and the ids made from them.

A name is made once and kept: ids are what readers know a listing by. The same name and the same row of a spreadsheet
always make the same slug and key, which is how an import finds what it imported before.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata

RESERVED_SLUGS = frozenset(
    {"sign-in", "sign-out", "account", "invitation", "reset", "tokens", "api", "node", "still-there", "ask", "meet"}
)
"""What stands under ``/desk/`` beside the organisations."""
MAX_SLUG = 60
MAX_LOCAL = 58
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_PLAIN_REF = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_APOSTROPHES = str.maketrans("", "", "'’‘`")


def slug_of(name: str) -> str:
    """A name in lower-case ASCII with hyphens: "St Mary's School" is ``st-marys-school``.

    A name that would lose everything (another alphabet) or its end (a long one) gets a mark of its own instead.
    """
    folded = unicodedata.normalize("NFKD", name.translate(_APOSTROPHES).casefold())
    plain = _NOT_PLAIN.sub("-", folded.encode("ascii", "ignore").decode()).strip("-")
    lost_letters = sum(c.isalnum() for c in folded) > 2 * sum(c.isalnum() for c in plain)
    if plain and not lost_letters and len(plain) <= MAX_SLUG:
        return plain
    return f"{plain[: MAX_SLUG - 9].strip('-')}-{_mark(name)}".lstrip("-")


def is_slug(text: str) -> bool:
    return len(text) <= MAX_SLUG and _SLUG.fullmatch(text) is not None


def new_key(organisation_slug: str, ref: str | None) -> str:
    """The key of a listing: ``riverside-school.L0042``. The same ``ref`` gives the same key; none gives a new one."""
    return f"{organisation_slug}.{_local(ref or '')}"


def _local(ref: str) -> str:
    if not ref.strip():
        return secrets.token_hex(5)
    if _PLAIN_REF.fullmatch(ref) and len(ref) <= MAX_LOCAL:
        return ref
    # "A 1" and "a-1" would otherwise become one listing.
    plain = _NOT_PLAIN.sub("-", ref.casefold().encode("ascii", "ignore").decode()).strip("-")
    return f"{plain[: MAX_LOCAL - 9].strip('-')}-{_mark(ref)}".lstrip("-")


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def organisation_id(url: str, slug: str) -> str:
    """``url`` is the node's public address, ending in a slash."""
    return f"{url}organisations/{slug}"


def listing_id(url: str, key: str) -> str:
    return f"{url}listings/{key}"
