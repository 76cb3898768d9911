"""Sources that anyone may propose: a few an hour from one address, looked at by an operator before anything is shown.

A proposal fetches nothing: only the operator's look does.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from federation.pasted import PastedError, addresses
from node.context import Node
from node.services.aggregating.previewing import Preview, from_json, look
from node.services.limits.strangers import FormError, FormLimitError, mail_problems, sender_of, text_problems
from node.storage import proposals as stored
from node.storage.proposals import ACCEPTED, REFUSED, WAITING, Proposal
from schemas.errors import Problem, SharefeedError

if TYPE_CHECKING:
    from federation.fetch import Fetcher
    from federation.plain import Defaults
    from federation.records import Source

__all__ = [
    "Proposal",
    "ProposalError",
    "ProposalLimitError",
    "UnknownProposalError",
    "accept",
    "add",
    "decided",
    "preview",
    "propose",
    "refuse",
    "waiting",
]

AN_HOUR = 5
MOST_WAITING = 200
HOUR_S, DAY_S = 3600, 86_400
FORGET_PEOPLE_S = 30 * DAY_S
LIMITS = {"name": 200, "email": 254, "note": 2000}


class ProposalError(FormError):
    """A proposal that cannot be kept."""


class ProposalLimitError(FormLimitError, ProposalError):
    """Too many proposals, from one address or in all."""


class UnknownProposalError(SharefeedError):
    """There is no proposal with this number, or it was answered already."""


def propose(node: Node, url: str, name: str, email: str, note: str, from_address: str) -> Proposal:
    """Keep a proposal; one of the same address that waits already is that one.

    ``url`` is whatever the person pasted, ``from_address`` the network address that the request came from, which is
    kept as a keyed hash for a day. Raises `ProposalError`, and `ProposalLimitError` where there are too many.
    """
    if not node.settings.proposals:
        raise ProposalError([Problem("", "closed", "This board takes no proposals.")])
    proposal = _checked(url, name, email, note)
    sender = sender_of(node, "proposal", from_address)
    with node.database.write() as tx:
        there = stored.waiting_for(tx, proposal.url)
        if there is not None:
            return there
        if stored.count_from(tx, sender, node.now - HOUR_S) >= AN_HOUR:
            message = f"There were {AN_HOUR} proposals from this connection within an hour. Please try again later."
            raise ProposalLimitError(Problem("", "too-many-from-here", message), HOUR_S)
        if stored.count_waiting(tx) >= MOST_WAITING:
            message = "So many proposals wait at the moment that no more are taken. Please try again in some days."
            raise ProposalLimitError(Problem("", "too-many-waiting", message), DAY_S)
        return stored.add(tx, replace(proposal, sender=sender, proposed_at=node.now))


def add(node: Node, url: str) -> Proposal:
    """Keep what an operator wants to look at; limits are for strangers. Raises `ProposalError`."""
    proposal = _checked(url, "", "", "")
    with node.database.write() as tx:
        return stored.waiting_for(tx, proposal.url) or stored.add(tx, replace(proposal, proposed_at=node.now))


def _checked(url: str, name: str, email: str, note: str) -> Proposal:
    problems: list[Problem] = []
    texts = {"name": name.strip(), "email": email.strip(), "note": note.strip()}
    address = _address(url, problems)
    for field, text in texts.items():
        problems += text_problems(field, text, LIMITS[field])
    if problems := problems or mail_problems("email", texts["email"]):
        raise ProposalError(problems)
    words = {"reason": "", "preview": "", "sender": ""}
    return Proposal(0, address, **texts, **words, state=WAITING, source_id=None, proposed_at=0, decided_at=None)


def _address(url: str, problems: list[Problem]) -> str:
    if not url.strip():
        problems.append(Problem("/url", "missing", "Give the address of a website or a feed."))
        return ""
    try:
        return addresses(url)[0]
    except PastedError as error:
        problems.append(Problem("/url", "bad-url", str(error)))
        return ""


def get(node: Node, proposal_id: int) -> Proposal:
    """One proposal. Raises `UnknownProposalError`."""
    with node.database.read() as tx:
        found = stored.by_id(tx, proposal_id)
    if found is None:
        raise UnknownProposalError(f"There is no proposal {proposal_id}.")
    return found


def waiting(node: Node, limit: int = 50, offset: int = 0) -> list[Proposal]:
    """Proposals that wait for an answer, the oldest first."""
    with node.database.read() as tx:
        return stored.waiting(tx, limit, offset)


def decided(node: Node, limit: int = 20) -> list[Proposal]:
    """Proposals that were answered, the latest first."""
    with node.database.read() as tx:
        return stored.decided(tx, limit)


def count_waiting(node: Node) -> int:
    with node.database.read() as tx:
        return stored.count_waiting(tx)


def preview_of(proposal: Proposal) -> Preview | None:
    """The preview that was made last; None where there is none yet."""
    return from_json(proposal.preview)


def preview(
    node: Node, proposal_id: int, *, defaults: Defaults | None = None, fetcher: Fetcher | None = None
) -> Preview:
    """Look at what is proposed, now, and keep what was seen. Raises `UnknownProposalError`."""
    proposal = get(node, proposal_id)
    with _fetcher(node, fetcher) as client:
        seen = look(client, proposal.url, node.now, defaults)
    with node.database.write() as tx:
        stored.set_preview(tx, proposal_id, seen.to_json())
    return seen


def accept(
    node: Node,
    proposal_id: int,
    describe: Callable[[str], Defaults | None] = lambda feed_url: None,
    hold_new: bool = False,
    *,
    name: str | None = None,
    fetcher: Fetcher | None = None,
) -> Source:
    """Make a source of a proposal; it is read soon.

    ``describe`` says of the plain feed at an address what that does not; it is not asked about others. What it raises
    comes through. Raises `UnknownProposalError`, `DiscoveryError` where nothing can be read any more, and `SourceError`
    where it is a source already or lacks defaults. Then the proposal waits as before.
    """
    from federation.discovery import discover
    from federation.records import PLAIN
    from node.services.aggregating import sources

    proposal = _open_one(node, proposal_id)
    with _fetcher(node, fetcher) as client:
        found = discover(client, proposal.url, node.now)
    defaults = describe(found.feed_url) if found.level == PLAIN else None
    source = sources.add(node, found, name=name or None, defaults=defaults, hold_new=hold_new)
    with node.database.write() as tx:
        stored.decide(tx, proposal_id, ACCEPTED, "", source.id, node.now)
    return source


def refuse(node: Node, proposal_id: int, reason: str) -> None:
    """Refuse a proposal. Raises `UnknownProposalError`, and `ProposalError` without a reason that can be read."""
    text = reason.strip()
    if not text:
        raise ProposalError([Problem("/reason", "missing", "Give a reason: whoever proposed it may ask for it.")])
    if problems := text_problems("note", text, LIMITS["note"]):
        raise ProposalError([replace(problem, pointer="/reason") for problem in problems])
    with node.database.write() as tx:
        if not stored.decide(tx, proposal_id, REFUSED, text, None, node.now):
            raise UnknownProposalError(f"There is no proposal {proposal_id} that waits for an answer.")


def forget_people(node: Node) -> None:
    """Blank hashes of network addresses after a day, e-mail addresses and notes 30 days after the answer."""
    with node.database.write() as tx:
        stored.forget_people(tx, node.now - DAY_S, node.now - FORGET_PEOPLE_S)


def _open_one(node: Node, proposal_id: int) -> Proposal:
    proposal = get(node, proposal_id)
    if proposal.state != WAITING:
        raise UnknownProposalError("This proposal has been answered already.")
    return proposal


def _fetcher(node: Node, given: Fetcher | None) -> AbstractContextManager[Fetcher]:
    """The client to use: one that was given is not ours to close."""
    if given is not None:
        return nullcontext(given)
    from node.services.aggregating.polling import make_fetcher

    return make_fetcher(node)
