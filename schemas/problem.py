"""Problem documents (RFC 9457): how a node says to a machine what went wrong."""

from __future__ import annotations

from schemas.errors import DocumentError
from schemas.strict_json import loads

MEDIA_TYPE = "application/problem+json"
RESYNC = "https://w3id.org/sharefeed/problems/resync"
BAD_CURSOR = "https://w3id.org/sharefeed/problems/bad-cursor"


def problem_type(body: bytes) -> str | None:
    """The ``type`` of a problem document; None for anything else. ``resync`` alone is understood as `RESYNC`."""
    try:
        document = loads(body)
    except DocumentError:
        return None
    stated = document.get("type") if isinstance(document, dict) else None
    if not isinstance(stated, str):
        return None
    return RESYNC if stated == "resync" else stated
