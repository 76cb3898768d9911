"""Proposed sources: the list, a look at what each would show, and the answer."""

from __future__ import annotations

from collections.abc import Mapping

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.context import Node
from node.services.aggregating import proposals
from node.services.aggregating.plain_defaults import AT_FIRST, FIELDS, from_fields
from node.services.aggregating.proposals import Proposal, ProposalError, UnknownProposalError, preview_of
from node.storage.proposals import WAITING
from node.web import current_node
from node.web.control.frame import control_frame
from node.web.control.gate import guarded
from node.web.control.rows import preview, proposal_row
from node.web.form_state import form_at, sentences, typed_in
from node.web.inside import PAGE_ROWS, head, page_number, pager, say, to
from node.web.view_models.control import ProposalPage, ProposalsPage
from node.web.view_models.parts import Choice
from node.web.wording.code_words import category, word
from node.web.wording.said import plain
from schemas.errors import DocumentError, SharefeedError
from schemas.vocabulary import ACTIONS, KINDS, ORGANISATION_TYPES, categories

blueprint = guarded("proposals")

PATH = "/control/proposals"
_TYPED_AT_FIRST = {**AT_FIRST, "action": "give"}


@blueprint.get("/proposals")
def page() -> str:
    return _list({}, {})


@blueprint.post("/proposals")
def add() -> ResponseReturnValue:
    """Look at an address that the operator has typed: it becomes a proposal like any other."""
    node, typed = current_node(), typed_in("url")
    try:
        made = proposals.add(node, typed["url"])
    except ProposalError as error:
        return _list(typed, sentences(error.problems)), 422
    proposals.preview(node, made.id)
    return to(f"{PATH}/{made.id}")


def _list(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    node, number = current_node(), page_number()
    total = proposals.count_waiting(node)
    view = ProposalsPage(
        head=head(_("Proposals")),
        control=control_frame(node, "proposals"),
        waiting=tuple(proposal_row(one) for one in proposals.waiting(node, PAGE_ROWS, (number - 1) * PAGE_ROWS)),
        decided=tuple(proposal_row(one) for one in proposals.decided(node)),
        add=form_at(PATH, typed, errors),
        pager=pager(f"{request.script_root}{PATH}?", number, total),
    )
    return render_template("control/proposals.html", page=view)


@blueprint.get("/proposals/<int:number>")
def one(number: int) -> str:
    return _one(_known(number))


@blueprint.post("/proposals/<int:number>/preview")
def look(number: int) -> ResponseReturnValue:
    _known(number)
    proposals.preview(current_node(), number)
    return to(f"{PATH}/{number}")


@blueprint.post("/proposals/<int:number>/accept")
def accept(number: int) -> ResponseReturnValue:
    node, proposal = current_node(), _known(number)
    typed = typed_in("name", *FIELDS)
    try:
        name = typed["name"].strip()[:200] or None
        source = proposals.accept(node, number, lambda url: from_fields(typed, url), name=name)
    except DocumentError as error:
        return _one(proposal, typed, sentences(error.problems)), 422
    except SharefeedError as error:
        return _one(proposal, typed, {"": plain(str(error))}), 422
    say(_("%(name)s is read from now on.", name=source.name))
    return to(PATH)


@blueprint.post("/proposals/<int:number>/refuse")
def refuse(number: int) -> ResponseReturnValue:
    proposal, typed = _known(number), typed_in("reason")
    try:
        proposals.refuse(current_node(), number, typed["reason"])
    except ProposalError as error:
        return _one(proposal, refused=typed, refusal=sentences(error.problems)), 422
    except UnknownProposalError as error:
        return _one(proposal, refused=typed, refusal={"": plain(str(error))}), 409
    say(_("Refused, with your reason."))
    return to(PATH)


def _known(number: int) -> Proposal:
    try:
        return proposals.get(current_node(), number)
    except UnknownProposalError:
        abort(404)


def _one(
    proposal: Proposal,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    refused: Mapping[str, str] | None = None,
    refusal: Mapping[str, str] | None = None,
) -> str:
    node, path, seen = current_node(), f"{PATH}/{proposal.id}", preview_of(proposal)
    is_open, is_read = proposal.state == WAITING, seen is not None and seen.error is None
    name = proposal.name or (seen.name if seen else None) or ""
    at_first = {**_TYPED_AT_FIRST, "name": name, "organisation": name}
    view = ProposalPage(
        head=head(name or proposal.url),
        control=control_frame(node, "proposals"),
        proposal=proposal_row(proposal),
        preview=preview(seen, node) if seen else None,
        note=proposal.note or None,
        email=proposal.email or None,
        needs_defaults=seen is not None and seen.needs_defaults,
        accept=form_at(f"{path}/accept", typed or at_first, errors) if is_open and is_read else None,
        refuse=form_at(f"{path}/refuse", refused, refusal) if is_open else None,
        again=form_at(f"{path}/preview") if is_open else None,
        choices=_choices(node),
    )
    return render_template("control/proposal.html", page=view)


def _choices(node: Node) -> dict[str, tuple[Choice, ...]]:
    return {
        "organisation_type": tuple(Choice(code, word(code, "organisation_type")) for code in ORGANISATION_TYPES),
        "kind": tuple(Choice(code, word(code, "kind")) for code in KINDS),
        "action": tuple(Choice(code, word(code, "sign")) for code in ACTIONS),
        "category": tuple(Choice(path, category(path).label) for path in categories()),
    }
