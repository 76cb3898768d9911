"""What a person pasted, as the web addresses to try. Pure: whether they may be contacted is judged when they are."""

from __future__ import annotations

import re
from urllib.parse import urldefrag, urlsplit, urlunsplit

from schemas.errors import SharefeedError

MAX_CHARACTERS = 2048
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?=//)")
_OTHER_SCHEME = re.compile(r"(mailto|tel|javascript|data|file|about|urn|tag|blob):", re.IGNORECASE)
_FEED_SCHEME = re.compile(r"feed:(?://(?=[^/])|(?=https?://))", re.IGNORECASE)
_MAIL = re.compile(r"[^\s/@:?#]+@[^\s/@:?#]+\Z")
_HOST = re.compile(r"(?:[^\s/?#@:\[\]\\<>\"{}|^`]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?\Z")
_INSIDE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\\<>\"{}|^`\ud800-\udfff]")


class PastedError(SharefeedError):
    """What was pasted is no web address; the message says so to the person."""


def addresses(pasted: str) -> tuple[str, ...]:
    """The addresses that ``pasted`` can mean, the likeliest first: one where it names a scheme, else https and http.

    Takes what comes with copying: blanks around it, angle brackets, quotes, ``feed:``, a fragment.
    Raises `PastedError`.
    """
    text = _unwrapped(pasted)
    scheme = _SCHEME.match(text)
    if scheme is None:
        return tuple(_checked(f"{guess}://{text.removeprefix('//')}") for guess in ("https", "http"))
    if scheme.group(1).lower() not in ("http", "https"):
        raise PastedError(f"This begins with {scheme.group(1)[:20]}://; a web address begins with https://.")
    return (_checked(text),)


def _unwrapped(pasted: str) -> str:
    text = pasted.strip().strip("<>\"'“”‘’").strip()
    if not text:
        raise PastedError("There is no address here.")
    if len(text) > MAX_CHARACTERS:
        raise PastedError(f"This has {len(text)} characters; a web address has at most {MAX_CHARACTERS}.")
    text = _FEED_SCHEME.sub(lambda found: "https://" if found.group().endswith("//") else "", text, count=1)
    if _MAIL.match(text) or text.lower().startswith("mailto:"):
        raise PastedError("This is an e-mail address; the address of a website or feed is needed.")
    if _OTHER_SCHEME.match(text):
        raise PastedError("This is not a web address; one begins with https://.")
    if _INSIDE.search(text):
        raise PastedError("There is a blank or a character in this that no web address has.")
    return text


def _checked(url: str) -> str:
    try:
        parts = urlsplit(urldefrag(url).url)
    except ValueError as error:
        raise PastedError("The name of the server in this address is malformed.") from error
    if "@" in parts.netloc:
        raise PastedError("There is a user name in this address; only feeds that anyone may read can be taken.")
    if not _HOST.match(parts.netloc):
        raise PastedError("This names no website, such as example.org or https://example.org/feed.")
    host = parts.netloc.rsplit(":", 1)[0] if not parts.netloc.endswith("]") else parts.netloc
    if "." not in host.strip(".") and host.lower() != "localhost" and not host.startswith("["):
        raise PastedError(f"“{host[:60]}” is not the whole name of a website, such as example.org.")
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", parts.query, ""))


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of a web address (RFC 6454); equal for two addresses of one site."""
    parts = urlsplit(url)
    default = {"https": 443, "http": 80}.get(parts.scheme.lower())
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme.lower(), (parts.hostname or "").rstrip("."), default if port is None else port
