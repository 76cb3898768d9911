"""What people paste, and which addresses it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.pasted import PastedError, addresses, origin


@pytest.mark.parametrize(
    ("pasted", "first"),
    [
        pytest.param("https://park.example/news?page=2", "https://park.example/news?page=2", id="an address"),
        pytest.param("  https://park.example/\n", "https://park.example/", id="blanks around it"),
        pytest.param("<https://park.example/a>", "https://park.example/a", id="angle brackets"),
        pytest.param("“https://park.example/a”", "https://park.example/a", id="quotes"),
        pytest.param("https://park.example/a#top", "https://park.example/a", id="a fragment"),
        pytest.param("HTTPS://Park.Example/News", "https://park.example/News", id="capitals"),
        pytest.param("https://park.example", "https://park.example/", id="no path"),
        pytest.param("feed:https://park.example/rss", "https://park.example/rss", id="feed in front"),
        pytest.param("feed://park.example/rss", "https://park.example/rss", id="feed as scheme"),
        pytest.param("park.example", "https://park.example/", id="a bare domain"),
        pytest.param("//park.example/a", "https://park.example/a", id="no scheme"),
        pytest.param("www.park.example/a/b.html", "https://www.park.example/a/b.html", id="a domain with a path"),
        pytest.param("park.example:8080/a", "https://park.example:8080/a", id="a domain with a port"),
        pytest.param("localhost:5000", "https://localhost:5000/", id="this machine"),
        pytest.param("127.0.0.1:5000/feed", "https://127.0.0.1:5000/feed", id="an IPv4 address"),
        pytest.param("http://[::1]:5000/feed", "http://[::1]:5000/feed", id="an IPv6 address"),
        pytest.param("bücher.example", "https://bücher.example/", id="letters beyond ASCII"),
    ],
)
def test_is_an_address(pasted: str, first: str) -> None:
    assert addresses(pasted)[0] == first


@pytest.mark.parametrize(
    ("pasted", "every"),
    [
        pytest.param("park.example", ("https://park.example/", "http://park.example/"), id="both schemes"),
        pytest.param("http://park.example", ("http://park.example/",), id="only the one that was said"),
    ],
)
def test_a_bare_domain_may_be_either_scheme(pasted: str, every: tuple[str, ...]) -> None:
    assert addresses(pasted) == every


@pytest.mark.parametrize(
    ("pasted", "says"),
    [
        pytest.param("", "no address", id="nothing"),
        pytest.param(" <> ", "no address", id="only brackets"),
        pytest.param("anna@park.example", "e-mail", id="an e-mail address"),
        pytest.param("mailto:anna@park.example", "e-mail", id="a mail link"),
        pytest.param("ftp://park.example/a", "ftp://", id="another scheme"),
        pytest.param("javascript:alert(1)", "not a web address", id="a script"),
        pytest.param("file:///etc/passwd", "not a web address", id="a file"),
        pytest.param("https://anna:secret@park.example/", "user name", id="a password"),
        pytest.param("https://", "names no website", id="no host"),
        pytest.param("/listings", "names no website", id="only a path"),
        pytest.param("listings", "not the whole name", id="one word"),
        pytest.param("we are at park.example", "a blank", id="a sentence"),
        pytest.param("https://park.example/\x00a", "a blank", id="a control character"),
        pytest.param("https://park.example\\@evil.example", "a blank", id="a backslash"),
        pytest.param("https://[::1", "malformed", id="half an IPv6 address"),
        pytest.param("https://park.example/" + "a" * 3000, "3021 characters", id="far too long"),
    ],
)
def test_is_refused_in_plain_words(pasted: str, says: str) -> None:
    with pytest.raises(PastedError, match=says):
        addresses(pasted)


@given(st.text(max_size=60))
def test_anything_gives_addresses_or_a_plain_refusal(pasted: str) -> None:
    try:
        found = addresses(pasted)
    except PastedError:
        return
    assert all(url.startswith(("https://", "http://")) and "#" not in url for url in found)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("https://a.example/x", "https://A.EXAMPLE:443/y", True, id="the default port said"),
        pytest.param("https://a.example/", "http://a.example/", False, id="another scheme"),
        pytest.param("https://a.example/", "https://b.a.example/", False, id="a subdomain"),
        pytest.param("https://a.example/", "https://a.example:8443/", False, id="another port"),
        pytest.param("https://a.example/", "https://a.example.", True, id="a final dot"),
        pytest.param("https://a.example/", "https://a.example:99999/", False, id="an impossible port"),
    ],
)
def test_origin(one: str, other: str, same: bool) -> None:
    assert (origin(one) == origin(other)) is same
