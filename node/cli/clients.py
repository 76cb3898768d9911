"""The guarded client for commands that need no node: who only wants to look at what others publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.settings import Settings

if TYPE_CHECKING:
    from federation.fetch import Fetcher

_ABOUT = "https://w3id.org/sharefeed"


def client_of(settings: Settings, allow_loopback: bool) -> Fetcher:
    """The client as the settings want it; with ``allow_loopback`` also for what is on this machine."""
    from federation.addresses import AddressPolicy
    from federation.fetch import Fetcher, FetchPolicy, user_agent
    from node import __version__

    loopback = allow_loopback or bool(settings.allow_loopback)
    return Fetcher(
        FetchPolicy(
            AddressPolicy(allow_loopback=loopback, allow_http=loopback),
            deadline_s=settings.fetch_deadline,
            max_bytes=settings.fetch_bytes,
            user_agent=user_agent("sharefeed", __version__, settings.node_url or _ABOUT),
        )
    )
