"""Who looks after an organisation: its members, what they may do, and who was invited."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.identity import invitations, members
from node.services.identity.audit import by
from node.services.identity.invitations import InvitationError, Sent
from node.services.identity.members import EDITOR, OWNER, ROLES, MembersError, OnlyOwnerError
from node.services.limits.strangers import FormError
from node.storage.accounts import Account
from node.storage.invitations import Invitation
from node.storage.memberships import MemberRow
from node.web import current_node
from node.web.desk.frame import desk_frame
from node.web.desk.gate import guarded, proved
from node.web.form_state import form_at, sentences, typed_in
from node.web.inside import head, say, to
from node.web.portal.cards import moment
from node.web.view_models.desk_people import DeskInvitationRow, DeskMemberRow, DeskMembersPage
from node.web.view_models.parts import Choice
from node.web.wording.code_words import word

blueprint = guarded("members", OWNER)

PAGE = "/desk/{slug}/members"


@blueprint.get("/<slug>/members")
def page(slug: str) -> str:
    return _page({"role": EDITOR})


@blueprint.post("/<slug>/members/role")
@proved(PAGE)
def change_role(slug: str) -> ResponseReturnValue:
    role = request.form.get("role", "")
    return _carried_out(lambda account: members.join(current_node(), account, slug, role, by(g.account)))


@blueprint.post("/<slug>/members/remove")
@proved(PAGE)
def remove(slug: str) -> ResponseReturnValue:
    if request.form.get("sure") != "yes":
        say(_("Nobody was removed. Tick the box beside the button if you are sure."), ok=False)
        return to(PAGE.format(slug=slug))
    return _carried_out(lambda account: members.leave(current_node(), account, slug, by(g.account)))


def _carried_out(change: Callable[[Account], None]) -> ResponseReturnValue:
    try:
        change(members.account_of(current_node(), g.member.organisation_id, request.form.get("account", "")))
        say(_("Saved."))
    except OnlyOwnerError:
        say(_("An organisation needs an owner. Make somebody else an owner first."), ok=False)
    except MembersError:
        say(_("That was not possible any more. Look at the list once again."), ok=False)
    return to(PAGE.format(slug=g.member.slug))


@blueprint.post("/<slug>/members/invite")
@proved(PAGE)
def invite(slug: str) -> ResponseReturnValue:
    typed = typed_in("email", "role")
    try:
        sent = invitations.invite(current_node(), g.member, typed["email"], typed["role"])
    except FormError as error:
        return _page(typed, sentences(error.problems)), 422
    return _sent(sent)


@blueprint.post("/<slug>/members/resend")
@proved(PAGE)
def resend(slug: str) -> ResponseReturnValue:
    try:
        return _sent(invitations.resend(current_node(), g.member, request.form.get("invitation", "")))
    except InvitationError as error:
        if error.too_soon:
            say(_("It was sent a few minutes ago. Give it a moment to arrive."), ok=False)
        else:
            _say_it_is_over()
        return to(PAGE.format(slug=slug))


def _say_it_is_over() -> None:
    say(_("This invitation was answered or withdrawn already."), ok=False)


def _sent(sent: Sent) -> ResponseReturnValue:
    if sent.mailed:
        say(_("An invitation is on its way to %(email)s.", email=sent.email))
        return to(PAGE.format(slug=g.member.slug))
    # The link is nowhere but in this answer.
    return _page({"role": EDITOR}, sent=sent)


@blueprint.post("/<slug>/members/withdraw")
def withdraw(slug: str) -> ResponseReturnValue:
    try:
        invitations.withdraw(current_node(), g.member, request.form.get("invitation", ""))
        say(_("The invitation is withdrawn. Its link does not work any more."))
    except InvitationError:
        _say_it_is_over()
    return to(PAGE.format(slug=slug))


def _page(typed: Mapping[str, str], errors: Mapping[str, str] | None = None, sent: Sent | None = None) -> str:
    node, member = current_node(), g.member
    owner, path = member.may(OWNER), PAGE.format(slug=member.slug)
    view = DeskMembersPage(
        head=head(_("Members")),
        desk=desk_frame("members"),
        members=tuple(_member(row, path, owner) for row in members.roster(node, member.organisation_id)),
        invitations=tuple(
            _invitation(one, path, node.now) for one in invitations.of_organisation(node, member.organisation_id)
        )
        if owner
        else (),
        invite=form_at(f"{path}/invite", typed, errors) if owner else None,
        roles=_choices(typed.get("role", "")),
        link=sent.link if sent else None,
        link_for=sent.email if sent else "",
        days=invitations.DAYS,
    )
    return render_template("desk/members.html", page=view)


def _choices(chosen: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(role, word(role, "role"), role == chosen, hint=word(role, "role_hint")) for role in reversed(ROLES)
    )


def _member(row: MemberRow, path: str, owner: bool) -> DeskMemberRow:
    about = {"account": row.account_id}
    return DeskMemberRow(
        name=row.name,
        email=row.email,
        role=row.role,
        since=moment(row.since),
        key=row.account_id,
        me=row.account_id == g.account.id,
        change=form_at(f"{path}/role", about) if owner else None,
        remove=form_at(f"{path}/remove", about) if owner else None,
        roles=_choices(row.role) if owner else (),
    )


def _invitation(one: Invitation, path: str, now: int) -> DeskInvitationRow:
    about = {"invitation": one.id}
    return DeskInvitationRow(
        email=one.email,
        role=one.role,
        by=one.invited_by,
        sent=moment(one.sent_at),
        ends=moment(one.expires_at),
        over=one.expires_at <= now,
        resend=form_at(f"{path}/resend", about),
        withdraw=form_at(f"{path}/withdraw", about),
    )
