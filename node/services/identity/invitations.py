"""Inviting people to an organisation by a link: by mail where mail is set up, else handed on by whoever invites.

Whoever opens the link may join, once, within a week: with the account that they are signed in with, or with a new one
under the address that was invited. Opening the link changes nothing.
"""

from __future__ import annotations

import secrets

from node.context import Node
from node.languages import translations
from node.services.identity import accounts, passwords
from node.services.identity.audit import adopt, by, forget, named, record
from node.services.identity.links import hash_of, new_secret
from node.services.identity.members import ROLES, Member, join_in
from node.services.limits import throttling
from node.services.limits.strangers import FormError
from node.services.limits.throttling import TooManyTriesError
from node.services.mail.mail_settings import can_mail
from node.storage import accounts as stored_accounts
from node.storage import audit as log
from node.storage import invitations as stored
from node.storage import memberships, organisations
from node.storage.accounts import Account
from node.storage.engine import Tx
from node.storage.invitations import Invitation
from node.voices import Voice
from schemas.errors import Problem, SharefeedError, pointer
from schemas.records import dataclass

DAYS = 7
KEPT_DAYS = 30
"""How long it is known who was invited and never came, once nobody waits for them any more."""
MOST_OPEN, A_DAY = 50, 60
INVITED = "member-invited"
AGAIN_S = 600
"""The same address is mailed again after this long at the soonest."""
PATH = "desk/invitation/"
_DAY_S = 86_400


class InvitationError(SharefeedError):
    """There is no such invitation any more, or, ``too_soon``, it cannot be sent again yet. Nothing was changed."""

    def __init__(self, too_soon: bool = False) -> None:
        self.too_soon = too_soon
        words = "was sent a few minutes ago" if too_soon else "is not open any more"
        super().__init__(f"This invitation {words}. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Sent:
    """An invitation that was made: its ``link``, and whether it was ``mailed``; else somebody must hand it on."""

    email: str
    link: str
    mailed: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What an invitation says to who opens it. ``known`` is whether there is an account with its address."""

    invitation: Invitation
    organisation: str
    slug: str
    known: bool


def invite(node: Node, member: Member, email: str, role: str) -> Sent:
    """Ask somebody to join the organisation of ``member``. Raises `FormError`.

    Asking the same address again lets the former link stop working. Nobody gets many of these mails, whoever asks, and
    one organisation sends no more than `A_DAY` within a day.
    """
    email, token = email.strip(), new_secret()
    if can_mail(node.settings) and not accounts.email_problems(email):
        _refuse_floods(node, member, email)
    with node.database.write() as tx:
        _check(tx, member, email, role)
        stored.remove_address(tx, member.organisation_id, email)
        made = Invitation(
            secrets.token_hex(8),
            member.organisation_id,
            email,
            role,
            hash_of(token),
            member.name,
            node.now,
            node.now + DAYS * _DAY_S,
        )
        stored.add(tx, made)
        _note(tx, node, member, INVITED, email, f"{email}: {role}")
        return _send(tx, node, made, member, token)


def _refuse_floods(node: Node, member: Member, email: str) -> None:
    with node.database.read() as tx:
        sent = log.count(tx, member.organisation_id, INVITED, node.now - _DAY_S)
    if sent >= A_DAY:
        raise FormError([Problem(pointer(["email"]), "too-many", "This is a lot for one day. Please go on tomorrow.")])
    try:
        throttling.begin_invitation(node, email)
    except TooManyTriesError as error:
        message = "Several mails have gone to this address today. Please wait some hours before the next."
        raise FormError([Problem(pointer(["email"]), "too-often", message)]) from error


def _check(tx: Tx, member: Member, email: str, role: str) -> None:
    problems = accounts.email_problems(email)
    known = None if problems else stored_accounts.by_email(tx, email)
    if known is not None and memberships.role_of(tx, known.id, member.organisation_id) is not None:
        problems = [Problem(pointer(["email"]), "member", "This person is a member already.")]
    if role not in ROLES:
        problems.append(Problem(pointer(["role"]), "unknown", "Choose what they may do."))
    if not problems and len(stored.of_organisation(tx, member.organisation_id)) >= MOST_OPEN:
        problems = [Problem(pointer(["email"]), "too-many", "Withdraw some of the open invitations first.")]
    if problems:
        raise FormError(problems)


def resend(node: Node, member: Member, invitation_id: str) -> Sent:
    """Send an invitation once more, with a link that is good for another week. Raises `InvitationError`."""
    token = new_secret()
    _refuse_too_soon(node, member, invitation_id)
    with node.database.write() as tx:
        found = stored.by_id(tx, member.organisation_id, invitation_id)
        if found is None:
            raise InvitationError
        stored.renew(tx, found.id, hash_of(token), node.now, node.now + DAYS * _DAY_S)
        _note(tx, node, member, INVITED, found.email, f"{found.email}: {found.role}")
        return _send(tx, node, found, member, token)


def _refuse_too_soon(node: Node, member: Member, invitation_id: str) -> None:
    with node.database.read() as tx:
        found = stored.by_id(tx, member.organisation_id, invitation_id)
    if found is None or not can_mail(node.settings):
        return
    if node.now - found.sent_at < AGAIN_S:
        raise InvitationError(too_soon=True)
    try:
        throttling.begin_invitation(node, found.email)
    except TooManyTriesError as error:
        raise InvitationError(too_soon=True) from error


def withdraw(node: Node, member: Member, invitation_id: str) -> None:
    """Take an invitation back: its link stops working. Raises `InvitationError`."""
    with node.database.write() as tx:
        found = stored.by_id(tx, member.organisation_id, invitation_id)
        if found is None or not stored.remove(tx, found.id):
            raise InvitationError
        _note(tx, node, member, "invitation-withdrawn", found.email, found.email)


def _note(tx: Tx, node: Node, member: Member, action: str, email: str, subject: str) -> None:
    record(tx, node, by(member), action, subject, member.organisation_id, about=named(tx, email))


def of_organisation(node: Node, organisation_id: str) -> list[Invitation]:
    """The invitations that nobody has answered, the latest first; some may be too old."""
    with node.database.read() as tx:
        return stored.of_organisation(tx, organisation_id)


def tidy(node: Node) -> None:
    """Forget who was invited and never came: what invited them, and their address in the log."""
    before = node.now - KEPT_DAYS * _DAY_S
    with node.database.write() as tx:
        log.end(tx, lock=True)
        stored.forget(tx, before)
        forget(tx, node, before, stored.emails(tx))


def look(node: Node, token: str) -> Seen | None:
    """What the link with this token leads to; None for one that is too old, answered, withdrawn or none of ours."""
    with node.database.read() as tx:
        return _seen(tx, node, token)


def _seen(tx: Tx, node: Node, token: str) -> Seen | None:
    found = stored.by_hash(tx, hash_of(token))
    if found is None or found.expires_at <= node.now:
        return None
    own = organisations.by_ids(tx, [found.organisation_id])[found.organisation_id]
    return Seen(found, own.organisation.name, own.slug, stored_accounts.by_email(tx, found.email) is not None)


def accept(node: Node, token: str, account: Account) -> str:
    """Join with an account that is there; the organisation's slug. Raises `InvitationError`.

    Who is a member already keeps a role that allows more.
    """
    with node.database.write() as tx:
        seen = _take(tx, node, token)
        return _join(tx, node, seen, account)


def accept_anew(
    node: Node, token: str, name: str, password: str, device: str = "", language: str = ""
) -> tuple[str, str]:
    """Join with a new account under the invited address; the slug, and the secret of its session.

    ``language`` is that of their browser, in which we write to them then.

    Raises `FormError` (nothing is used up) and `InvitationError`.
    """
    seen = look(node, token)
    if seen is None or seen.known:
        raise InvitationError
    problems = accounts.name_problems(name.strip())
    weak = passwords.weakness(password, name, seen.invitation.email, seen.organisation, node.settings.node_name)
    if weak:
        problems.append(Problem(pointer(["password"]), "weak", weak))
    if problems:
        raise FormError(problems)
    kept = passwords.kept(password)
    with node.database.write() as tx:
        seen = _take(tx, node, token)
        account = accounts.add_in(tx, node, name, seen.invitation.email, language=language)
        stored_accounts.change(tx, account.id, password_hash=kept)
        record(tx, node, by(account), "account-made", account.email, about=account.id)
        slug = _join(tx, node, seen, account)
        return slug, accounts.let_in(tx, node, account, device)


def _take(tx: Tx, node: Node, token: str) -> Seen:
    seen = _seen(tx, node, token)
    if seen is None or not stored.remove(tx, seen.invitation.id):
        raise InvitationError
    return seen


def _join(tx: Tx, node: Node, seen: Seen, account: Account) -> str:
    invitation = seen.invitation
    adopt(tx, invitation.email, account.id)
    role = memberships.role_of(tx, account.id, invitation.organisation_id)
    if role is None or ROLES.index(role) < ROLES.index(invitation.role):
        join_in(tx, node, account, invitation.organisation_id, invitation.role, by(account))
    return seen.slug


def _send(tx: Tx, node: Node, invitation: Invitation, member: Member, token: str) -> Sent:
    link = f"{node.settings.url}{PATH}{token}"
    if not can_mail(node.settings):
        return Sent(invitation.email, link, False)
    from node.services.mail.letters import Letter, post, render

    settings, site, language = node.settings, node.settings.node_name, member.language
    own = organisations.by_ids(tx, [invitation.organisation_id])[invitation.organisation_id].organisation
    text, html = render(
        settings,
        "invitation",
        language,
        site=site,
        home_url=settings.url,
        who=member.name,
        organisation=own.name,
        link=link,
        days=DAYS,
    )
    subject = Voice(translations(language, settings), language.replace("-", "_")).say(
        "%(organisation)s invites you to its desk at %(site)s", organisation=own.name, site=site
    )
    key, topic = f"invitation:{hash_of(token)[:32]}", f"invitation:{invitation.id}"
    post(tx, node, Letter(invitation.email, subject, text, html, key, topic, useless_at=node.now + DAYS * _DAY_S))
    return Sent(invitation.email, link, True)
