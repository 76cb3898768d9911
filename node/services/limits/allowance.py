"""How much one network may ask for in a minute: a bucket for each, filled evenly, held in the memory of this process.

A bucket is one number, the moment at which it will be full again (the generic cell rate algorithm), so asking costs a
look into a dictionary. Buckets are not shared between processes and not kept: this is against somebody who asks too
fast, and no account of what anyone did.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import lru_cache
from threading import Lock

from node.settings import SettingError
from schemas.errors import SharefeedError
from schemas.records import dataclass

WINDOW_S = 60
LARGEST_QUOTA = 1_000_000
MOST_BUCKETS = 10_000
"""Some 2 MB. Whoever has not asked for longest is forgotten, which gives them a full bucket."""
_SECOND = 1_000_000  # in whole microseconds: sums of fractions would refuse the last request


class TooFastError(SharefeedError):
    """A network has used up what it may ask for; ``retry_s`` is when there is more, in seconds."""

    def __init__(self, policy: str, retry_s: int) -> None:
        self.retry_s = retry_s
        self.members = {"violated-policies": [policy]}
        super().__init__(f"This connection has asked for too much at once. Ask again in {retry_s} s.")


@dataclass(frozen=True, slots=True)
class Told:
    """Whether a request may be answered, and how many more; ``window_s`` is the time over which those last.

    When none is left, ``window_s`` is the wait until the next. Both are whole numbers.
    """

    allowed: bool
    left: int
    window_s: int


class Allowance:
    """``quota`` requests (one at least) in `WINDOW_S` seconds for each network; threads share it."""

    def __init__(self, name: str, quota: int, most: int = MOST_BUCKETS) -> None:
        self.name = name
        self.quota = quota
        self._each = WINDOW_S * _SECOND // quota
        self._whole = self._each * quota
        self._most = most
        self._full_at: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def take(self, network: str, now: float) -> Told:
        """Take one request out of the bucket of ``network``, if it holds one, at ``now`` (seconds since 1970)."""
        moment = int(now * _SECOND)
        with self._lock:
            missing = self._full_at.pop(network, moment) - moment
            if not 0 <= missing <= self._whole:
                missing = 0  # full by now; or the clock was set back, and nobody shall wait for it to catch up
            allowed = missing + self._each <= self._whole
            missing += self._each if allowed else 0
            self._full_at[network] = moment + missing
            if len(self._full_at) > self._most:
                self._full_at.popitem(last=False)
        return self._told(allowed, missing)

    def untouched(self) -> Told:
        """What somebody is told whose requests are not counted."""
        return self._told(True, 0)

    def _told(self, allowed: bool, missing: int) -> Told:
        left = (self._whole - missing) // self._each
        if left:
            # Spread over this time they are never refused: what is left and its time stay in proportion.
            return Told(allowed, left, _seconds(left * self._each))
        return Told(allowed, 0, _seconds(missing + self._each - self._whole))


def _seconds(span: int) -> int:
    return max(1, -(-span // _SECOND))


def network_of(address: str) -> str:
    """The network that one connection has: an IPv4 address, or the first half of an IPv6 address.

    What is no address stands for itself, shortened.
    """
    text = address.strip().lower()
    try:
        ip = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text[:100]
    if ip.version == 6 and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped  # a socket for both families names IPv4 callers so: they are not one network
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else str(ip)


def uncounted(networks: str) -> Callable[[str], bool]:
    """Whether a network, as `network_of` names it, lies in one of ``networks`` (CIDR, with commas between).

    Raises `SettingError` for what names no network.
    """
    known = [_parsed(text) for text in networks.split(",") if text.strip()]
    return lru_cache(maxsize=4096)(lambda network: _lies_in(network, known))


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _parsed(text: str) -> _Network:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise SettingError("rate_uncounted", f"is no network such as 192.0.2.0/24: {text.strip()}") from error


def _lies_in(network: str, known: Iterable[_Network]) -> bool:
    try:
        found = ipaddress.ip_network(network)
    except ValueError:
        return False
    return any(_holds(one, found) for one in known)


def _holds(one: _Network, other: _Network) -> bool:
    """A single IPv6 address named in the settings stands for its half of 64 bits, as everybody's does."""
    if one.version != other.version:
        return False
    wide = one if one.version == 4 or one.prefixlen <= 64 else one.supernet(new_prefix=64)
    return wide.supernet_of(other)  # type: ignore[arg-type]
