"""Reading one's own feed as a catalogue would: can it be reached from outside, is it ours, is every listing in order.

The node asks for itself by its public name, through the client that catalogues use. Where that fails nothing is sure:
some networks do not let a machine reach itself by its own name. What is said then is what to try next.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from node.context import Node
from node.storage import heartbeats
from schemas.errors import SharefeedError
from schemas.records import dataclass

if TYPE_CHECKING:
    from federation.ports import Fetching

FINE, FAULTY, UNREACHED, INSIDE, OPEN, ANOTHER = "fine", "faulty", "unreached", "inside", "open", "another"
MOST_NAMED = 10
CHECK = "self-check"
"""Name of the heartbeat of what an owner asked for last."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of reading oneself.

    ``fine``; ``faulty`` (``wrong`` says what, each with the title of a listing or empty); ``unreached``; ``inside`` for
    an address that only this network or machine knows; ``open`` for one without https; ``another`` where some other
    node answers at our address. ``listings`` is how many a catalogue would show.
    """

    state: str
    listings: int = 0
    wrong: tuple[tuple[str, str], ...] = ()


def check(node: Node, fetcher: Fetching | None = None) -> Checked:
    """Read this node's feed by its public address, now. Never raises for what it finds."""
    if fetcher is None and (state := _hopeless(node)):
        return Checked(state)
    from node.services.aggregating.polling import make_fetcher
    from node.services.validation.examining import examine_address
    from node.services.validation.judging import judge

    with nullcontext(fetcher) if fetcher is not None else make_fetcher(node) as client:
        try:
            report = judge(examine_address(client, node.settings.url, node.now))
        except SharefeedError as error:
            return Checked(ANOTHER if getattr(error, "code", "") == "other-node" else UNREACHED)
    if report.node_id != node.settings.url:
        return Checked(ANOTHER)
    wrong = [("", found.problem.message) for found in report.problems]
    wrong += [(one.title, reason.message) for one in report.listings for reason in one.reasons[:1]]
    shown = report.count("shown")
    return Checked(FINE, shown) if report.fine else Checked(FAULTY, shown, tuple(wrong[:MOST_NAMED]))


def check_and_note(node: Node, fetcher: Fetching | None = None) -> Checked:
    """Check, and keep what came of it for the first steps of whoever asked."""
    found = check(node, fetcher)
    with node.database.write() as tx:
        heartbeats.beat(tx, CHECK, node.now, "" if found.state == FINE else found.state)
    return found


def was_fine(node: Node) -> bool:
    """Whether nothing was wrong when it was checked last."""
    with node.database.read() as tx:
        last = heartbeats.by_name(tx, CHECK)
    return last is not None and not last.problem


def _hopeless(node: Node) -> str:
    """Why no catalogue can read this address, whatever answers there; empty where it may be read."""
    from federation.addresses import AddressPolicy, judge_url

    settings = node.settings
    if settings.allow_loopback:
        return ""
    if judge_url(settings.url, AddressPolicy(allow_http=True)) is not None:
        return INSIDE
    return OPEN if urlsplit(settings.url).scheme != "https" else ""
