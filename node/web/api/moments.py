"""Moments as programs write them."""

from __future__ import annotations

from datetime import datetime

EXAMPLE = "2026-12-05T09:00:00Z"


def seconds_of(said: object) -> int | None:
    """A moment with its zone (RFC 3339) in whole seconds since 1970; None for all else."""
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
        is_one = at is not None and at.tzinfo is not None and 2000 <= at.year <= 2999
        return int(at.timestamp()) if at is not None and is_one else None
    except (ValueError, OverflowError):
        return None
