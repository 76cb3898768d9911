"""What could not be read, told to a person: what was tried, and what to do where the guard kept this machine out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from node.settings import SETTINGS_FILE, Settings
from schemas.errors import SharefeedError


def in_words(error: SharefeedError, address: str, allowed: bool, how: str) -> Iterator[str]:
    """The error, each address that was tried, and ``how`` to allow this machine where that was the reason.

    ``allowed`` says whether this machine may be read as it is.
    """
    yield str(error)
    tried = getattr(error, "tried", ())
    if [f"{url} could not be read: {happened}." for url, happened in tried] != [str(error)]:
        yield from (f"  {url}: {happened}" for url, happened in tried)
    if not allowed and is_here(address):
        yield f"This is an address on this machine, which is read for development only. To allow it, {how}."


@contextmanager
def explained(settings: Settings, address: str) -> Iterator[None]:
    """Tell of an address that leads to no feed as `in_words` does. Raises `click.ClickException` for it."""
    from federation.discovery import DiscoveryError

    try:
        yield
    except DiscoveryError as error:
        how = f"set allow_loopback = true in {settings.home / SETTINGS_FILE} and start the node again"
        told = "\n".join(in_words(error, address, bool(settings.allow_loopback), how))
        raise click.ClickException(f"{told}\nNothing was changed.") from error


def is_here(address: str) -> bool:
    """Whether the guard refuses an address, as a person types it, for nothing but being on this machine."""
    from federation.addresses import AddressPolicy, judge_url
    from federation.pasted import PastedError, addresses

    try:
        urls = addresses(address)
    except PastedError:
        return False
    closed, opened = AddressPolicy(allow_http=True), AddressPolicy(allow_http=True, allow_loopback=True)
    return any(judge_url(url, closed) is not None and judge_url(url, opened) is None for url in urls)
