"""What the header fields of an answer mean to a reader of feeds: pure, lenient, and never an exception.

A field that cannot be understood counts as absent (RFC 9110, section 5.5): the body decides whether the answer is
of use, and one bad date must not cost a source its listings.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT_S = 24 * 3600.0
_LONGEST_AGE_S = 366 * 24 * 3600
_LONGEST_VALIDATOR = 1024

_TYPE = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;|\Z)")
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([A-Za-z0-9_.:+-]{1,40})\"?\s*(?:;|\Z)", re.IGNORECASE)
_MAX_AGE = re.compile(r"(?:\A|,)\s*max-age\s*=\s*\"?([0-9]{1,12})\"?\s*(?:,|\Z)", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,12}\Z")
_VISIBLE = re.compile(r"[\x20-\x7e\x80-\xff]+\Z")


def media_type(content_type: str | None) -> str:
    """The lower-case type, such as ``application/feed+json``, without parameters; "" if none was given."""
    found = _TYPE.match(content_type or "")
    return found.group(1).lower() if found else ""


def charset(content_type: str | None) -> str | None:
    """The lower-case charset that was stated, if it names a text encoding that Python can decode."""
    found = _CHARSET.search(content_type or "")
    return found.group(1).lower() if found and _decodes(found.group(1)) else None


def _decodes(label: str) -> bool:
    try:
        b"a".decode(label)
    except (LookupError, ValueError):
        return False
    return True


def http_date(value: str | None) -> datetime | None:
    """An HTTP-date (RFC 9110, section 5.6.7) as aware UTC."""
    if value is None or len(value) > 64:
        return None
    try:
        stated = parsedate_to_datetime(value)
        return stated.replace(tzinfo=UTC) if stated.tzinfo is None else stated.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def retry_after(value: str | None, at: datetime) -> float | None:
    """Seconds to wait, from 0 to 24 hours, by ``Retry-After`` (RFC 9110, section 10.2.3).

    ``at`` is the answer's own ``Date`` if it had one, so that a server whose clock is wrong is still understood.
    """
    text = (value or "").strip()
    if _SECONDS.match(text):
        return min(float(text), LONGEST_WAIT_S)
    until = http_date(text)
    return None if until is None else min(max((until - at).total_seconds(), 0.0), LONGEST_WAIT_S)


def max_age(cache_control: str | None) -> float | None:
    """Seconds by ``Cache-Control: max-age`` (RFC 9111), at most about a year."""
    found = _MAX_AGE.search(cache_control or "")
    return float(min(int(found.group(1)), _LONGEST_AGE_S)) if found else None


def validator(value: str | None) -> str | None:
    """An ``ETag`` or ``Last-Modified`` that can be kept and sent back as it came, else None."""
    text = (value or "").strip()
    return text if text and len(text) <= _LONGEST_VALIDATOR and _VISIBLE.match(text) else None
