"""Passwords: which are good enough, and how they are kept (Argon2id, RFC 9106). None is ever stored or logged.

The rules are those of NIST SP 800-63B: long enough, none that everybody tries first, nothing about kinds of characters.
"""

from __future__ import annotations

from functools import lru_cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 10, 200
_FEWEST_LETTERS = 5
_AT_ONCE = BoundedSemaphore(2)
"""Each hash takes 19 MB for a moment: of many who sign in at once some wait, instead of filling a small machine."""
_COMMON = (
    *("password", "passwort", "qwerty", "qwertz", "azerty", "letmein", "welcome", "iloveyou", "sharefeed", "football"),
    *(
        "1234567890",
        "0987654321",
        "abcdefghij",
        "changeme",
        "administrator",
        "dragon",
        "monkey",
        "sunshine",
        "princess",
    ),
)


def weakness(password: str, *known: str) -> str | None:
    """What is wrong with a new password in a sentence; None for a good one.

    ``known`` is what everybody knows of its owner: name, address, organisation.
    """
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters. Three or four words in a row are easy to remember."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    text = password.casefold()
    rest = text
    for word in (*_COMMON, *_words(known)):
        rest = rest.replace(word, "")
    if len(set(text)) < _FEWEST_LETTERS or len(rest) < _FEWEST_LETTERS or len(set(rest.strip("0123456789!.?-_ "))) < 3:
        return "This is one that others would try first. Three or four words that do not belong together are better."
    return None


def _words(known: tuple[str, ...]) -> list[str]:
    parts = [part for text in known for part in text.casefold().replace("@", " ").replace(".", " ").split()]
    return sorted((part for part in parts if len(part) > 3), key=len, reverse=True)


def kept(password: str) -> str:
    """What is stored of a password, as a PHC string."""
    with _AT_ONCE:
        return _hasher().hash(password.encode("utf-8", "surrogatepass"))


def fits(kept_hash: str | None, password: str) -> bool:
    """Whether this is the password; takes as long where there is none, so that nobody learns that from the time."""
    from argon2.exceptions import InvalidHashError, VerifyMismatchError

    given = password[: LONGEST + 1].encode("utf-8", "surrogatepass")
    with _AT_ONCE:
        try:
            good = _hasher().verify(kept_hash or _nobodys(), given)
        except (VerifyMismatchError, InvalidHashError):
            return False
    return good and kept_hash is not None


@lru_cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    # 19 MiB, two passes, one lane: what OWASP asks for; some 20 ms.
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@lru_cache
def _nobodys() -> str:
    return _hasher().hash("the password of an account that is not there")
