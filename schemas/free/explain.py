"""What words were read as signs of selling, said kindly: one sentence a sign, with its words, as problems.

Sentences are in English here, as all that is stored and sent; pages translate them.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from schemas.errors import Problem
from schemas.free.judge import BUSINESS, NOT_FREE, TONE, Part, Verdict, judge
from schemas.free.texts import words_of

NOT_FREE_WORDS = "not-free-words"
"""A listing whose words say that it is not free: the code of a clear case."""
DOUBTFUL_WORDS = "doubtful-words"
"""A listing whose words leave it in doubt, so that a person decides."""
OF_WORDS = frozenset([NOT_FREE_WORDS, DOUBTFUL_WORDS])

_MOST_QUOTES = 4
_LONGEST_QUOTE = 60
_LEAST_SHARE = 0.05
"""Signs that added less than a twentieth of the score are not told: they decided nothing."""

_SENTENCES: Mapping[str, str] = {
    "price": "This names a price to pay: {words}.",
    "discount": "This reads like a discount: {words}.",
    "tied": "This is free only for those who buy or sign up: {words}.",
    "trial": "This is free at first and paid for afterwards: {words}.",
    "extra": "This has costs besides: {words}.",
    "lead": "This invites people to become customers: {words}.",
    "job": "This reads like a job advert: {words}.",
    "earning": "This promises an income: {words}.",
    "buying": "This offers money for things: {words}.",
    "hire": "This reads like something for hire or for rent: {words}.",
    "tickets": "This reads like tickets, tables or gifts to buy: {words}.",
    "club": "This reads like a membership or a subscription: {words}.",
    "contest": "This asks people to follow, share or sign up: {words}.",
    "urgency": "This hurries people, as adverts do: {words}.",
    "call": "This calls on people as adverts do: {words}.",
    "voice": "These are words of brochures: {words}.",
    "gift": "A donation is hoped for: {words}.",
    "favour": "Something is asked in return: {words}.",
    "tiers": "This is not free for everyone: {words}.",
    "deposit": "A deposit is asked for: {words}.",
    "running": "Something is charged besides: {words}.",
    "nudge": "This also invites people to buy: {words}.",
    "later": "This may cost something later: {words}.",
    TONE: "Adverts use these words more often than gifts do: {words}.",
    BUSINESS: "This comes from a business, and so do most adverts.",
}
"""Kind of sign -> what it is read as."""


def word_problems(item: Mapping[str, Any]) -> tuple[Problem, ...]:
    """What the words of a JSON Feed item leave in doubt: nothing, or a problem for each sign, what weighs most first.

    All have the code `NOT_FREE_WORDS` in a clear case and `DOUBTFUL_WORDS` otherwise. Never raises.
    """
    return problems_of(judge(item))


def problems_of(verdict: Verdict) -> tuple[Problem, ...]:
    """A problem for each sign that moved the verdict."""
    code = NOT_FREE_WORDS if verdict.kind == NOT_FREE else DOUBTFUL_WORDS
    told = (part for part in verdict.reasons if part.points >= _LEAST_SHARE * verdict.score)
    return tuple(_problem(verdict, part, code) for part in told)


def _problem(verdict: Verdict, part: Part, code: str) -> Problem:
    words = ", ".join(f"“{quote}”" for quote in _quotes(verdict, part))
    message = _SENTENCES[part.kind].format(words=words)
    pointer = part.marks[0].pointer if part.marks else ""
    return Problem(pointer, code, message, sign=part.kind, marks=part.marks)


def _quotes(verdict: Verdict, part: Part) -> Iterator[str]:
    for quote in verdict.quoted(part)[:_MOST_QUOTES]:
        yield quote if len(quote) <= _LONGEST_QUOTE else quote[: _LONGEST_QUOTE - 1] + "…"


def fingerprint(item: Mapping[str, Any]) -> str:
    """The words that are judged, as a short text (base64url): while it is the same, what a person said counts."""
    words = words_of(item).text.encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(hashlib.sha256(words).digest()).decode("ascii").rstrip("=")
