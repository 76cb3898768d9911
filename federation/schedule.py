"""When to poll next. Pure; chance is an argument."""

from __future__ import annotations

from dataclasses import replace

from federation.records import SUSPENDED, PollResult, Source
from schemas.records import dataclass

LONGEST_WAIT_S = 86_400
FULL_READ_EVERY_S = 86_400
FIRST_BACKOFF_S = 60
FIRST_REREAD_S = 3600
LONGEST_REREAD_S = 7 * 86_400
GONE_WITHIN_S = 86_400
GONE_LIMIT = 3
SUSPENDED_FOR_S = 30 * 86_400
DOCUMENT_EVERY_S = 86_400
DOCUMENT_AGAIN_S = 3600
JITTER = 0.1


@dataclass(frozen=True, slots=True)
class Pace:
    """The operator's wishes, in seconds: the usual time between readings, and the shortest."""

    usual_s: int = 3600
    shortest_s: int = 60


def next_due(source: Source, result: PollResult, pace: Pace, chance: float, now: int) -> int:
    """The moment, in seconds, of the next reading of ``source`` after ``result``.

    A whole reading that mends a mirror comes when it is planned, but never before a failing node wants to be asked. A
    source that was suspended because its node said that it is gone is asked again when the suspension is over.
    """
    if source.state == SUSPENDED and result.code == "gone":
        return now + SUSPENDED_FOR_S
    due = now + next_wait(source, result, pace, chance)
    if source.reread_at is None or not result.fine:
        return due
    return min(due, max(source.reread_at, now))


def next_wait(source: Source, result: PollResult, pace: Pace, chance: float) -> int:
    """Seconds until the next reading of ``source`` after ``result``; ``chance`` from 0 to 1 spreads the load.

    What the node asks for (``ttl``, Cache-Control's max-age, Retry-After) is obeyed within a day; failures back off
    exponentially, with jitter, so that a node that comes back is not met by everyone at once.
    """
    if result.retry_after_s is not None:
        wait = max(result.retry_after_s, pace.shortest_s)
    elif result.code == "more":
        return 0
    elif result.fine:
        wait = max(source.ttl_s or pace.usual_s, result.max_age_s or 0, pace.shortest_s)
    else:
        backoff = min(FIRST_BACKOFF_S * 2 ** min(max(source.failures - 1, 0), 12), LONGEST_WAIT_S)
        return int(backoff * (1 - JITTER * chance))
    return int(min(wait * (1 + JITTER * chance), LONGEST_WAIT_S))


def wants_whole_reading(source: Source, now: int) -> bool:
    """Whether the next reading must begin at the start: the first one, or one to mend a mirror that differs."""
    return source.reading_open is False and (
        source.last_full_at is None or (source.reread_at is not None and source.reread_at <= now)
    )


def wants_unconditional(source: Source, now: int) -> bool:
    """Whether validators are left out this time: once a day, to catch a node whose ETags lie."""
    return source.last_full_at is None or now - source.last_full_at >= FULL_READ_EVERY_S


def wants_document(source: Source, result: PollResult, now: int) -> bool:
    """Whether the node document is to be read now: once a day, and sooner where the feed seems to be elsewhere now."""
    elsewhere = result.permanent_url is not None or result.code in ("http-404", "gone")
    if source.document_asked_at is None:
        return True
    return now - source.document_asked_at >= (DOCUMENT_AGAIN_S if elsewhere else DOCUMENT_EVERY_S)


def after_mismatch(source: Source, now: int) -> Source:
    """The source with its next whole reading planned: at once, after an hour, then doubling to a week.

    While one is planned, what is read in between neither puts it off nor counts: a source that is read every minute
    would never be mended.
    """
    if source.reread_at is not None and source.reread_at > now:
        return source
    backoff = source.mismatch_backoff_s
    following = FIRST_REREAD_S if backoff == 0 else min(backoff * 2, LONGEST_REREAD_S)
    return replace(source, reread_at=now + backoff, mismatch_backoff_s=following)


def after_match(source: Source, verified_at: int) -> Source:
    """The source once its mirror was found identical."""
    return replace(source, verified_at=verified_at, reread_at=None, mismatch_backoff_s=0)


def after_silence(source: Source) -> Source:
    """The source once its node stated nothing to compare with: no whole reading could mend anything."""
    return replace(source, reread_at=None, mismatch_backoff_s=0)


def after_gone(source: Source, now: int) -> tuple[Source, bool]:
    """The source after a 410 that is no resync, and whether that was the third within a day."""
    fresh = source.gone_since is None or now - source.gone_since > GONE_WITHIN_S
    count = 1 if fresh else source.gone_answers + 1
    since = now if fresh else source.gone_since
    return replace(source, gone_answers=count, gone_since=since), count >= GONE_LIMIT
