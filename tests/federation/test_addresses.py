"""Which addresses may be contacted: tables of what must be refused, and properties over all addresses."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.addresses import AddressPolicy, judge_url, refusal

STRICT = AddressPolicy()
DEVELOPMENT = AddressPolicy(allow_loopback=True, allow_http=True)
CLOSED_NETWORK = AddressPolicy(allow_private=True)


def why_not(url: str, policy: AddressPolicy) -> str | None:
    found = judge_url(url, policy)
    return found.reason if found else None


UNSAFE = {
    "0.0.0.0": "unspecified",
    "0.1.2.3": "'this network'",
    "10.0.0.1": "private",
    "100.64.0.1": "carrier-grade NAT",
    "100.100.100.200": "carrier-grade NAT",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "168.63.129.16": "cloud",
    "169.254.169.254": "link-local",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.192": "protocols",
    "192.0.2.1": "documentation",
    "192.88.99.1": "6to4",
    "192.168.1.1": "private",
    "198.18.0.1": "benchmarking",
    "198.51.100.1": "documentation",
    "203.0.113.1": "documentation",
    "224.0.0.1": "multicast",
    "239.255.255.255": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "broadcast",
    "::": "unspecified",
    "::1": "loopback",
    "::7f00:1": "IPv4-compatible",
    "::ffff:127.0.0.1": "127.0.0.1 is a loopback",
    "::ffff:169.254.169.254": "169.254.169.254 is a link-local",
    "::ffff:a00:1": "10.0.0.1 is a private",
    "::ffff:0:7f00:1": "IPv4-translated",
    "64:ff9b::7f00:1": "NAT64",
    "64:ff9b::808:808": "NAT64",
    "64:ff9b:1::1": "NAT64",
    "100::1": "discard",
    "2001::1": "Teredo",
    "2001:2::1": "benchmarking",
    "2001:10::1": "protocols",
    "2001:db8::1": "documentation",
    "2002:7f00:1::1": "6to4",
    "2002:808:808::1": "6to4",
    "3fff::1": "documentation",
    "4000::1": "reserved",
    "5f00::1": "reserved",
    "fc00::1": "unique local",
    "fd00:ec2::254": "unique local",
    "fe80::1": "link-local",
    "fe80::1%eth0": "network interface",
    "2606:4700::1111%1": "network interface",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
    "ff0e::1": "multicast",
    "not an address": "not an IP address",
    "": "not an IP address",
    "127.1": "not an IP address",
    "0177.0.0.1": "not an IP address",
}
PUBLIC = ("1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "::ffff:93.184.216.34", "2606:4700::1111")


@pytest.mark.parametrize(("ip", "reason"), UNSAFE.items(), ids=[ip or "empty" for ip in UNSAFE])
def test_unsafe_address_is_refused_with_its_reason(ip: str, reason: str) -> None:
    assert reason in (refusal(ip, STRICT) or "")


@pytest.mark.parametrize("ip", PUBLIC)
def test_public_address_is_permitted(ip: str) -> None:
    assert refusal(ip, STRICT) is None
    assert refusal(ipaddress.ip_address(ip), STRICT) is None


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_development_permits_loopback_alone(ip: str) -> None:
    assert refusal(ip, DEVELOPMENT) is None
    assert refusal(ip, CLOSED_NETWORK) is not None


@pytest.mark.parametrize("ip", [ip for ip, reason in UNSAFE.items() if "loopback" not in reason])
def test_development_refuses_everything_else(ip: str) -> None:
    assert refusal(ip, DEVELOPMENT) is not None


@pytest.mark.parametrize(
    ("ip", "permitted"),
    [
        pytest.param("10.1.2.3", True, id="rfc1918"),
        pytest.param("fd12:3456::1", True, id="unique-local"),
        pytest.param("::ffff:192.168.0.1", True, id="mapped-rfc1918"),
        pytest.param("169.254.169.254", False, id="cloud-metadata"),
        pytest.param("fe80::1", False, id="link-local"),
        pytest.param("100.64.0.1", False, id="carrier-grade-nat"),
        pytest.param("127.0.0.1", False, id="loopback"),
        pytest.param("224.0.0.1", False, id="multicast"),
    ],
)
def test_closed_network_permits_private_ranges_alone(ip: str, permitted: bool) -> None:
    assert (refusal(ip, CLOSED_NETWORK) is None) is permitted


@given(st.ip_addresses())
def test_nothing_special_is_ever_permitted(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    judged = address.ipv4_mapped or address if isinstance(address, ipaddress.IPv6Address) else address
    if refusal(address, STRICT) is None:
        assert judged.is_global
        assert not any((judged.is_multicast, judged.is_private, judged.is_reserved, judged.is_link_local))


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_as_what_it_holds(address: ipaddress.IPv4Address) -> None:
    assert refusal(f"::ffff:{address}", STRICT) == refusal(address, STRICT)


BAD_URLS = {
    "plain-http": ("http://feeds.example/", "https://"),
    "file": ("file:///etc/passwd", "https://"),
    "gopher": ("gopher://feeds.example/", "https://"),
    "javascript": ("javascript:alert(1)", "https://"),
    "no-scheme": ("feeds.example/feed.json", "https://"),
    "no-slashes": ("https:feeds.example", "names no server"),
    "empty": ("", "https://"),
    "no-host": ("https:///feed.json", "names no server"),
    "only-port": ("https://:443/", "malformed"),
    "user": ("https://user@feeds.example/", "user name"),
    "user-and-password": ("https://user:secret@feeds.example/", "user name"),
    "empty-user": ("https://@feeds.example/", "user name"),
    "host-in-user": ("https://feeds.example@127.0.0.1/", "user name"),
    "backslash": ("https://feeds.example\\@127.0.0.1/", "backslash"),
    "tab": ("https://feeds\t.example/", "blank"),
    "newline": ("https://feeds.example/\r\nHost: other", "blank"),
    "leading-blank": (" https://feeds.example/", "blank"),
    "nul": ("https://feeds.example/\x00", "blank"),
    "lone-surrogate": ("https://feeds.example/\ud800", "blank"),
    "percent-in-host": ("https://%31%32%37.0.0.1/", "malformed"),
    "empty-label": ("https://feeds..example/", "malformed"),
    "leading-dot": ("https://.example/", "malformed"),
    "asterisk": ("https://*.example/", "malformed"),
    "long-label": (f"https://{'a' * 64}.example/", "malformed"),
    "long-name": (f"https://{'a.' * 130}example/", "malformed"),
    "long-url": (f"https://feeds.example/{'a' * 5000}", "longer than"),
    "bad-idna": ("https://\u2603\u200d.example/", "malformed"),
    "port-zero": ("https://feeds.example:0/", "port 0"),
    "port-too-large": ("https://feeds.example:65536/", "malformed"),
    "port-words": ("https://feeds.example:https/", "malformed"),
    "ssh": ("https://feeds.example:22/", "port 22"),
    "mail": ("https://feeds.example:25/", "port 25"),
    "database": ("https://feeds.example:5432/", "port 5432"),
    "cache": ("https://feeds.example:6379/", "port 6379"),
    "hexadecimal": ("https://0x7f.1/", "unusual spelling"),
    "hexadecimal-whole": ("https://0x7f000001/", "unusual spelling"),
    "decimal": ("https://2130706433/", "unusual spelling"),
    "octal": ("https://0177.0.0.1/", "unusual spelling"),
    "short": ("https://127.1/", "unusual spelling"),
    "one-zero": ("https://0/", "unusual spelling"),
    "five-parts": ("https://1.1.1.1.1/", "unusual spelling"),
    "full-width-decimal": ("https://\uff12\uff11\uff13\uff10\uff17\uff10\uff16\uff14\uff13\uff13/", "unusual spelling"),
    "unclosed-bracket": ("https://[::1/", "malformed"),
    "after-bracket": ("https://[::1]evil.example/", "malformed"),
    "v4-in-brackets": ("https://[127.0.0.1]/", "malformed|unusual spelling"),
    "future-in-brackets": ("https://[v1.x]/", "malformed|unusual spelling"),
}


@pytest.mark.parametrize(("url", "reason"), BAD_URLS.values(), ids=BAD_URLS)
def test_bad_url_is_refused_with_its_reason(url: str, reason: str) -> None:
    found = judge_url(url, STRICT)
    assert found is not None
    assert found.code == "bad-url"
    assert any(part in found.reason for part in reason.split("|"))


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://127.0.0.1/", id="loopback"),
        pytest.param("https://127.0.0.1./", id="loopback-final-dot"),
        pytest.param("https://\uff11\uff12\uff17.0.0.1/", id="loopback-full-width"),
        pytest.param("https://127\u30020\u30020\u30021/", id="loopback-ideographic-dots"),
        pytest.param("https://[::1]:8443/", id="loopback-v6"),
        pytest.param("https://[::ffff:7f00:1]/", id="loopback-mapped"),
        pytest.param("https://[fe80::1%25eth0]/", id="zone"),
        pytest.param("https://localhost/", id="localhost"),
        pytest.param("https://LOCALHOST./", id="localhost-shouting"),
        pytest.param("https://feeds.localhost/", id="under-localhost"),
        pytest.param("https://169.254.169.254/latest/meta-data/", id="cloud-metadata"),
        pytest.param("https://10.0.0.1/", id="private"),
    ],
)
def test_forbidden_destination_is_told_from_a_bad_url(url: str) -> None:
    found = judge_url(url, STRICT)
    assert found is not None
    assert found.code == "refused-address"


@pytest.mark.parametrize(
    "url",
    [
        "https://feeds.example",
        "https://feeds.example/feed.json?after=a%2Fb#top",
        "https://feeds.example:8443/",
        "https://feeds.example:/",
        "https://FEEDS.Example./",
        "https://under_score.example/",
        "https://bücher.example/größe",
        "https://xn--bcher-kva.example/",
        "https://93.184.216.34/",
        "https://[2606:4700::1111]:8443/feed",
        "https://1und1.example/",
        "https://feeds.example/a b".replace(" ", "%20"),
    ],
)
def test_ordinary_url_is_permitted(url: str) -> None:
    assert why_not(url, STRICT) is None


def test_development_permits_http_to_this_machine_and_nothing_else_new() -> None:
    assert why_not("http://127.0.0.1:8000/feed.json", DEVELOPMENT) is None
    assert why_not("http://localhost:8000/feed.json", DEVELOPMENT) is None
    assert why_not("http://[::1]:8000/feed.json", DEVELOPMENT) is None
    assert why_not("http://10.0.0.1/", DEVELOPMENT) is not None
    assert why_not("http://169.254.169.254/", DEVELOPMENT) is not None
    assert why_not("ftp://127.0.0.1/", DEVELOPMENT) is not None
    assert why_not("http://0x7f.1/", DEVELOPMENT) is not None


@given(st.one_of(st.text(), st.text().map("https://{}".format), st.text().map("https://feeds.example{}".format)))
def test_any_text_gets_an_answer(url: str) -> None:
    reason = why_not(url, STRICT)
    assert reason is None or reason.strip()
