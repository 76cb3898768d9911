"""From a host name to a connected socket: resolved once, every address judged, connected to a judged address.

Refuses to hand a name to anything that would look it up again: between a check and a second look-up the answer can
change to 127.0.0.1 (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread
from typing import Any

from federation.addresses import AddressPolicy, refusal
from federation.exchange import Exchange
from federation.fetch_error import GuardError
from schemas.records import dataclass

# As `socket.getaddrinfo`: (host, port) -> (family, type, protocol, canonical name, socket address) each.
Resolver = Callable[[str, int], Sequence[tuple[Any, Any, Any, Any, Any]]]

_MOST_TRIED = 6
# A look-up cannot be cancelled, only abandoned; this many may be abandoned at once before new ones must wait.
_LOOKUPS = BoundedSemaphore(32)


@dataclass(frozen=True, slots=True)
class Guard:
    """What a connection needs to open itself safely."""

    policy: AddressPolicy
    resolve: Resolver
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class _Place:
    family: int
    ip: str
    port: int


def dial(host: str, port: int, guard: Guard) -> socket.socket:
    """A TCP connection to a permitted address of ``host``, whose timeout is what is left of the exchange.

    Raises `GuardError` ``dns``, ``refused-address``, ``connect`` or ``deadline``.
    """
    guard.exchange.opened += 1
    places = _permitted(_places(host, port, guard), guard.policy)[:_MOST_TRIED]
    failure: OSError | None = None
    for index, place in enumerate(places):
        # A share of the time for each, so that one address that swallows packets leaves time for the next.
        share = guard.exchange.remaining() / (len(places) - index)
        try:
            return _connected(place, share, guard.exchange)
        except OSError as error:
            failure = error
    guard.exchange.remaining()
    reason = (failure.strerror or str(failure)) if failure else "no address"
    raise GuardError("connect", f"no connection to {host} port {port} ({reason})") from failure


def _permitted(places: list[_Place], policy: AddressPolicy) -> list[_Place]:
    refusals = {place: refusal(place.ip, policy) for place in places}
    permitted = [place for place in places if refusals[place] is None]
    if not permitted:
        raise GuardError("refused-address", next(iter(refusals.values())) or "")
    return permitted


def _connected(place: _Place, seconds: float, exchange: Exchange) -> socket.socket:
    connection = socket.socket(place.family, socket.SOCK_STREAM)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(seconds)
        connection.connect((place.ip, place.port))
        connection.settimeout(exchange.remaining())
    except BaseException:
        connection.close()
        raise
    return connection


def _places(host: str, port: int, guard: Guard) -> list[_Place]:
    literal = _literal(host.strip("[]"), port)
    if literal is not None:
        return [literal]
    found = _looked_up(host, port, guard)
    places = dict.fromkeys(
        _Place(int(family), str(address[0]), port)
        for family, _, _, _, address in found
        if family in (socket.AF_INET, socket.AF_INET6)
    )
    if not places:
        raise GuardError("dns", f"{host} has no address")
    return list(places)


def _literal(host: str, port: int) -> _Place | None:
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        return None
    return _Place(socket.AF_INET if version == 4 else socket.AF_INET6, host, port)


def _looked_up(host: str, port: int, guard: Guard) -> Sequence[tuple[Any, Any, Any, Any, Any]]:
    """Resolve in a thread of its own, because ``getaddrinfo`` takes no timeout."""
    outcome: SimpleQueue[Sequence[tuple[Any, Any, Any, Any, Any]] | Exception] = SimpleQueue()
    if not _LOOKUPS.acquire(timeout=guard.exchange.remaining()):
        raise guard.exchange.overdue()
    Thread(target=_look_up, args=(host, port, guard.resolve, outcome), name="look-up", daemon=True).start()
    try:
        found = outcome.get(timeout=guard.exchange.remaining())
    except Empty:
        raise guard.exchange.overdue() from None
    if isinstance(found, OSError | UnicodeError):
        raise GuardError("dns", f"the name {host} could not be looked up") from found
    if isinstance(found, Exception):
        raise found
    return found


def _look_up(host: str, port: int, resolve: Resolver, outcome: SimpleQueue[Any]) -> None:
    try:
        outcome.put(resolve(host, port))
    except Exception as error:
        outcome.put(error)
    finally:
        _LOOKUPS.release()
