"""Which addresses may be contacted: pure decisions about one IP address and about one URL.

Refuses to trust ``ipaddress.is_global``, which passes multicast, NAT64, 6to4 and mapped addresses, and to
resolve names: what a name stands for is judged by the connection, on the address that it is about to use.
Sources: the IANA special-purpose address registries (RFC 6890 and its updates), the Fetch standard's ports.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Literal
from urllib.parse import SplitResult, urlsplit

import idna

from schemas.records import dataclass

MAX_URL_CHARACTERS = 4096

Allowance = Literal["loopback", "private"]
RefusalCode = Literal["bad-url", "refused-address"]


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """What may be contacted beside public addresses over https: for development and closed networks.

    ``allow_private`` opens RFC 1918 and unique local (RFC 4193) ranges; link-local addresses, where cloud
    machines keep their secrets, stay closed under every policy.
    """

    allow_loopback: bool = False
    allow_private: bool = False
    allow_http: bool = False

    def admits(self, allowance: Allowance | None) -> bool:
        if allowance == "loopback":
            return self.allow_loopback
        return allowance == "private" and self.allow_private


@dataclass(frozen=True, slots=True)
class UrlRefusal:
    """Why a URL is not fetched: ``refused-address`` for a forbidden destination, ``bad-url`` for the rest."""

    code: RefusalCode
    reason: str


@dataclass(frozen=True, slots=True)
class _Block:
    network: IPv4Network | IPv6Network
    what: str
    allowance: Allowance | None = None


def _blocks(rows: Iterable[tuple[str, str, Allowance | None]]) -> tuple[_Block, ...]:
    return tuple(_Block(ipaddress.ip_network(network), what, allowance) for network, what, allowance in rows)


# The first block that holds the address decides, so narrow blocks stand before the wide ones around them.
_V4 = _blocks(
    (
        ("0.0.0.0/32", "an unspecified address", None),
        ("0.0.0.0/8", "a 'this network' address", None),
        ("10.0.0.0/8", "a private network address", "private"),
        ("100.64.0.0/10", "a carrier-grade NAT address", None),
        ("127.0.0.0/8", "a loopback address", "loopback"),
        ("168.63.129.16/32", "a cloud platform's service address", None),
        ("169.254.0.0/16", "a link-local address", None),
        ("172.16.0.0/12", "a private network address", "private"),
        ("192.0.0.0/24", "an address reserved for protocols", None),
        ("192.0.2.0/24", "a documentation address", None),
        ("192.88.99.0/24", "a 6to4 relay address", None),
        ("192.168.0.0/16", "a private network address", "private"),
        ("198.18.0.0/15", "a benchmarking address", None),
        ("198.51.100.0/24", "a documentation address", None),
        ("203.0.113.0/24", "a documentation address", None),
        ("224.0.0.0/4", "a multicast address", None),
        ("255.255.255.255/32", "the broadcast address", None),
        ("240.0.0.0/4", "a reserved address", None),
    )
)
_V6 = _blocks(
    (
        ("::/128", "an unspecified address", None),
        ("::1/128", "a loopback address", "loopback"),
        ("::/96", "an IPv4-compatible address", None),
        ("::ffff:0:0:0/96", "an IPv4-translated address", None),
        ("64:ff9b::/96", "a NAT64 address", None),
        ("64:ff9b:1::/48", "a local-use NAT64 address", None),
        ("100::/64", "a discard address", None),
        ("2001::/32", "a Teredo address", None),
        ("2001:2::/48", "a benchmarking address", None),
        ("2001:db8::/32", "a documentation address", None),
        ("2001::/23", "an address reserved for protocols", None),
        ("2002::/16", "a 6to4 address", None),
        ("3fff::/20", "a documentation address", None),
        ("fc00::/7", "a unique local address", "private"),
        ("fe80::/10", "a link-local address", None),
        ("fec0::/10", "a site-local address", None),
        ("ff00::/8", "a multicast address", None),
    )
)
_GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")

# Services that could be made to act on the text of an HTTP request: from the Fetch standard, and databases.
_SMALL_SERVICES = (0, 1, 7, 9, 11, 13, 15, 17, 19, 37, 42, 43, 53, 79, 111, 113, 123, 161, 179, 389, 427, 636)
_SHELLS_AND_FILES = (20, 21, 22, 23, 69, 115, 135, 137, 139, 445, 512, 513, 514, 548, 873, 989, 990, 2049, 3389)
_MAIL_AND_CHAT = (25, 110, 119, 143, 465, 563, 587, 993, 995, 5060, 5061, 6667, 6697)
_PRINT_AND_SCREEN = (515, 540, 554, 631, 1723, 6000, 9100)
_DATABASES_AND_CONTROL = (1433, 1521, 2375, 3306, 5432, 6379, 11211, 27017)
_REFUSED_PORTS = frozenset(
    (*_SMALL_SERVICES, *_SHELLS_AND_FILES, *_MAIL_AND_CHAT, *_PRINT_AND_SCREEN, *_DATABASES_AND_CONTROL)
)

_UNWANTED = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_AUTHORITY = re.compile(r"(\[[^\[\]]*\]|[^\[\]:@]+)(:[0-9]*)?\Z")
_LABEL = re.compile(r"[a-z0-9_-]{1,63}\Z")
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)\Z")


def refusal(ip: str | IPv4Address | IPv6Address, policy: AddressPolicy) -> str | None:
    """Why ``ip`` must not be contacted ("127.0.0.1 is a loopback address"), or None if it may be.

    A zone id ("%eth0") is always refused. An IPv4-mapped address is judged as the IPv4 address inside it.
    """
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return f"{ip} is not an IP address"
    if isinstance(address, IPv4Address):
        return _block_refusal(address, _V4, policy)
    if address.scope_id is not None:
        return f"{address} names a network interface"
    if address.ipv4_mapped is not None:
        return refusal(address.ipv4_mapped, policy)
    return _block_refusal(address, _V6, policy)


def _block_refusal(address: IPv4Address | IPv6Address, blocks: tuple[_Block, ...], policy: AddressPolicy) -> str | None:
    for block in blocks:
        if address in block.network:
            return None if policy.admits(block.allowance) else f"{address} is {block.what}"
    if address.version == 6 and address not in _GLOBAL_UNICAST_V6:
        return f"{address} is a reserved address"
    return None if address.is_global else f"{address} is not a public address"


def judge_url(url: str, policy: AddressPolicy) -> UrlRefusal | None:
    """Judge scheme, user information, port and host of an absolute URL, without looking any name up.

    Anything that two URL parsers might read differently is refused: backslashes, blanks, control characters,
    percent-escapes in the host, and numbers that are not a dotted quad (``http://0x7f.1/``, ``http://2130706433/``).
    """
    if problem := _text_problem(url):
        return UrlRefusal("bad-url", problem)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return UrlRefusal("bad-url", "the address of the server is malformed")
    if problem := _scheme_problem(parts, policy) or _authority_problem(parts) or _port_problem(port):
        return UrlRefusal("bad-url", problem)
    return _judge_host(parts.netloc, policy)


def _text_problem(url: str) -> str | None:
    if len(url) > MAX_URL_CHARACTERS:
        return f"it is longer than {MAX_URL_CHARACTERS} characters"
    if _UNWANTED.search(url) or any("\ud800" <= character <= "\udfff" for character in url):
        return "it contains a blank, a backslash or a control character"
    return None


def _scheme_problem(parts: SplitResult, policy: AddressPolicy) -> str | None:
    if parts.scheme == "https" or (parts.scheme == "http" and policy.allow_http):
        return None
    return "it does not start with https:// or http://" if policy.allow_http else "it does not start with https://"


def _authority_problem(parts: SplitResult) -> str | None:
    if not parts.netloc:
        return "it names no server"
    if "@" in parts.netloc:
        return "it carries a user name or a password"
    return None if _AUTHORITY.match(parts.netloc) else "the address of the server is malformed"


def _port_problem(port: int | None) -> str | None:
    return f"port {port} belongs to another kind of service" if port in _REFUSED_PORTS else None


def _judge_host(netloc: str, policy: AddressPolicy) -> UrlRefusal | None:
    if netloc.startswith("["):
        return _judge_ip(netloc[1 : netloc.index("]")], 6, policy)
    host = _ascii_host(netloc.split(":")[0])
    if host is None:
        return UrlRefusal("bad-url", "the name of the server is malformed")
    if _NUMBER.match(host.rsplit(".", 1)[-1]):
        return _judge_ip(host, 4, policy)
    if (host == "localhost" or host.endswith(".localhost")) and not policy.allow_loopback:
        return UrlRefusal("refused-address", f"{host} is this machine itself")
    return None


def _judge_ip(text: str, version: int, policy: AddressPolicy) -> UrlRefusal | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return UrlRefusal("bad-url", f"{text} is an unusual spelling of an IP address")
    if address.version != version:
        return UrlRefusal("bad-url", f"{text} is an unusual spelling of an IP address")
    reason = refusal(address, policy)
    return UrlRefusal("refused-address", reason) if reason else None


def _ascii_host(host: str) -> str | None:
    """The lower-case ASCII form of a host name (UTS 46), without a final dot; None if there is none."""
    try:
        name = host.lower() if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except UnicodeError:
        return None
    name = name.removesuffix(".")
    well_formed = len(name) <= 253 and all(_LABEL.match(label) for label in name.split("."))
    return name if well_formed else None
