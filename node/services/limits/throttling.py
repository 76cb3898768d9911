"""Slowing down those who guess, without locking anybody out.

Guesses are counted by address and network together, by network, and by address alone. Each counter has some that are
free; then every further one has to wait, twice as long each time, up to a limit that an honest person can sit out. What
comes too soon is not looked at and not counted, so nobody can make another person's wait longer from elsewhere but by
the slowest of the counters. A browser that was let in before carries a mark, and is counted by that alone: an attack
from anywhere does not touch those who have been here. Addresses that nobody has are counted alike.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from node.context import Node
from node.services.limits.allowance import network_of
from node.storage import tries as stored
from schemas.errors import SharefeedError
from schemas.records import dataclass

KNOWN_COOKIE = "sharefeed_known"
KNOWN_S = 365 * 86_400
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Counter:
    """``free`` tries, then waits of ``first_s`` seconds, twice that, four times … up to ``longest_s``."""

    name: str
    free: int
    longest_s: int
    first_s: int = 1


BOTH, NETWORK, ADDRESS = Counter("both", 5, 900), Counter("network", 40, 900), Counter("address", 100, 60)
KNOWN = Counter("known", 10, 900)
CODE = Counter("code", 5, 900)
MAILS = Counter("mails", 3, 6 * 3600, 300)


class TooManyTriesError(SharefeedError):
    """Nothing was looked at; ``retry_s`` is when it is worth trying again, in seconds."""

    def __init__(self, retry_s: int) -> None:
        self.retry_s = retry_s
        super().__init__(f"There were too many wrong tries. Try again in {retry_s} seconds.")


@dataclass(frozen=True, slots=True)
class Try:
    """A try that is being made: the key of each counter that it counts for."""

    keys: tuple[tuple[Counter, str], ...]


def wait_s(count: int, counter: Counter) -> int:
    """How long after the last of ``count`` wrong tries the next one has to wait, in seconds."""
    over = count - counter.free
    return 0 if over < 0 else min(counter.first_s << min(over, 20), counter.longest_s)


def begin(node: Node, address: str, network: str, mark: str = "") -> Try:
    """Count a try before it is looked at, so that many at once count as many. Raises `TooManyTriesError`.

    ``address`` is what was typed, ``network`` where it came from, ``mark`` the browser's cookie.
    """
    who, place = address.strip().lower()[:300], network_of(network)
    if is_known(node, who, mark):
        tried = Try(((KNOWN, _key(node, "known", mark)),))
    else:
        tried = Try(
            (
                (BOTH, _key(node, "both", f"{place} {who}")),
                (NETWORK, _key(node, "network", place)),
                (ADDRESS, _key(node, "address", who)),
            )
        )
    return _count(node, tried)


def begin_code(node: Node, account_id: str) -> Try:
    """The same for codes of six digits, of which somebody with the right password may try few."""
    return _count(node, Try(((CODE, _key(node, "code", account_id)),)))


def begin_mail(node: Node, email: str, network: str, account_id: str = "") -> Try:
    """The same for mails that anybody may have sent to an address, or that one account has sent to any address."""
    keys = (
        (MAILS, _key(node, "mails", email.strip().lower()[:300])),
        (NETWORK, _key(node, "network", network_of(network))),
    )
    own = ((MAILS, _key(node, "mails of", account_id)),) if account_id else ()
    return _count(node, Try(keys + own))


def begin_invitation(node: Node, email: str) -> Try:
    """The same for mails that members have sent to anybody's address."""
    return _count(node, Try(((MAILS, _key(node, "mails", email.strip().lower()[:300])),)))


def _count(node: Node, tried: Try) -> Try:
    keys = [key for _, key in tried.keys]
    with node.database.write() as tx:
        stored.forget(tx, node.now - _DAY_S)
        known = stored.counts(tx, keys, node.now)
        waits = [
            known[key][1] + wait_s(known[key][0], counter) - node.now for counter, key in tried.keys if key in known
        ]
        longest = max(waits, default=0)
        if longest <= 0:
            stored.add(tx, keys, node.now)
    if longest > 0:
        raise TooManyTriesError(longest)
    return tried


def was_right(node: Node, tried: Try) -> None:
    """The try was no guess: whoever made it starts afresh from here, others do not."""
    with node.database.write() as tx:
        (_, own), *others = tried.keys
        stored.clear(tx, own)
        stored.take_back(tx, [key for _, key in others])


def new_mark(node: Node, email: str) -> str:
    """What a browser keeps when somebody was let in: for this address it is known from now on."""
    number, until = secrets.token_urlsafe(12), node.now + KNOWN_S
    return f"{number}.{until}.{_signed(node, email, number, str(until))}"


def is_known(node: Node, email: str, mark: str) -> bool:
    """Whether somebody with this address was let in with this browser before."""
    parts = mark.split(".")
    if len(parts) != 3 or not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 13):
        return False
    fits = hmac.compare_digest(_signed(node, email, parts[0], parts[1]).encode(), parts[2].encode("utf-8", "replace"))
    return fits and int(parts[1]) > node.now


def _signed(node: Node, email: str, number: str, until: str) -> str:
    return _key(node, "known browser", f"{number} {until} {email.strip().lower()}")


def _key(node: Node, purpose: str, text: str) -> str:
    told = f"{purpose} {text}".encode("utf-8", "surrogatepass")
    return hmac.new(node.settings.secret(), told, hashlib.sha256).hexdigest()
