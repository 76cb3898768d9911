"""Another e-mail address for an account: by a link to the new one, and taken back by a link to the old one.

Nothing changes before the link is pressed by who asked for it: an address with a typing mistake gives the account to
nobody. An address that somebody else has is answered like any other, and gets no mail. For a week whoever has the old
mailbox can take the change back; as somebody else may have made it, no browser, password or passkey is good after that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.context import Node
from node.languages import translations
from node.services.identity import accounts, links, resetting
from node.services.identity.audit import COMMAND_LINE, by, record
from node.services.identity.links import EXPIRED, READY, USED
from node.services.limits import throttling
from node.services.limits.strangers import FormError
from node.storage import accounts as stored
from node.storage import links as stored_links
from node.storage import passkeys as stored_passkeys
from node.storage import second_factors
from node.storage.accounts import Account
from node.storage.engine import Tx
from node.storage.links import StoredLink
from node.voices import Voice
from schemas.errors import Problem, SharefeedError, pointer

if TYPE_CHECKING:
    from node.services.mail.letters import Letter

CONFIRM, UNDO = "address", "address-undo"
HOURS, DAYS = 24, 7
CONFIRM_PATH, UNDO_PATH = "desk/account/address/", "desk/reset/address/"
TAKEN = "taken"


class AddressError(SharefeedError):
    """The address stays as it is. ``state`` is `USED`, `EXPIRED`, or `TAKEN` where somebody else has it by now."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__("This link gives no address. Nothing was changed.")


def ask(node: Node, account: Account, email: str, network: str) -> None:
    """Mail a link to the new address, unless somebody else has it. Raises `FormError` and `TooManyTriesError`."""
    from node.services.mail.letters import MailError, build, post

    email = email.strip()
    problems = accounts.email_problems(email)
    if not problems and email == account.email:
        problems = [Problem(pointer(["email"]), "same", "This is your address already.")]
    if problems:
        raise FormError(problems)
    throttling.begin_mail(node, email, network, account.id)
    with node.database.write() as tx:
        free = _is_free(tx, account, email)
        stored_links.remove(tx, CONFIRM, account.id)
        token = links.make(tx, node, CONFIRM, HOURS * 60, account.id if free else None, email)
        record(tx, node, by(account), "address-asked")
        letter = _confirming(node, account, email, token)
        try:
            post(tx, node, letter) if free else build(node, letter)  # as much work for both
        except MailError as error:
            raise FormError(
                [Problem(pointer(["email"]), "bad-email", "No mail can be sent to this address.")]
            ) from error


def state_of_link(node: Node, account: Account, token: str) -> tuple[str, str]:
    """`READY`, `USED` or `EXPIRED` (as which somebody else's counts), with the new address; asking changes nothing."""
    with node.database.read() as tx:
        link = stored_links.by_hash(tx, CONFIRM, links.hash_of(token))
    if link is None or link.account_id != account.id:
        return EXPIRED, ""
    return links.state_of(node, CONFIRM, token), link.email or ""


def confirm(node: Node, account: Account, token: str) -> str:
    """Give the account its new address, and tell the old one; the new one. Raises `AddressError`."""
    from node.services.mail.letters import post

    state, email = state_of_link(node, account, token)
    if state != READY:
        raise AddressError(state)
    with node.database.write() as tx:
        if links.use(tx, node, CONFIRM, token) is None:
            raise AddressError(USED)
        now = stored.by_id(tx, account.id)
        if now is None or not _is_free(tx, now, email):
            raise AddressError(TAKEN)
        _move(tx, now, email)
        undo = links.make(tx, node, UNDO, DAYS * 24 * 60, now.id, now.email)
        post(tx, node, _telling(node, now, undo))
        record(tx, node, by(now), "address-changed", email, about=account.id)
    return email


def give(node: Node, account: Account, email: str) -> None:
    """The same by the command line, without asking either address. Raises `FormError`."""
    email = email.strip()
    problems = accounts.email_problems(email)
    with node.database.write() as tx:
        if not problems and not _is_free(tx, account, email):
            problems = [Problem(pointer(["email"]), "taken", "This address has an account already.")]
        if problems:
            raise FormError(problems)
        _move(tx, account, email)
        stored_links.remove(tx, CONFIRM, account.id)
        record(tx, node, COMMAND_LINE, "address-changed", f"{account.email}: {email}", about=account.id)


def state_of_undo(node: Node, token: str) -> str:
    """`READY`, `USED` or `EXPIRED`; asking changes nothing."""
    return links.state_of(node, UNDO, token)


def undo(node: Node, token: str) -> str:
    """Give the account its old address again, let nobody in by what was good until now; a token of `resetting`.

    Takes back later changes too, and no earlier one. Raises `AddressError`.
    """
    with node.database.write() as tx:
        link = links.use(tx, node, UNDO, token)
        account = stored.by_id(tx, link.account_id) if link and link.account_id else None
        if link is not None and account is not None:
            return _undone(tx, node, account, link)
    raise AddressError(USED if state_of_undo(node, token) == USED else EXPIRED)


def _undone(tx: Tx, node: Node, account: Account, link: StoredLink) -> str:
    email = link.email or ""
    if not _is_free(tx, account, email):
        raise AddressError(TAKEN)
    _move(tx, account, email)
    stored.change(tx, account.id, password_hash=None)
    accounts.end_sessions(tx, account.id)
    for one in stored_passkeys.of_account(tx, account.id):
        stored_passkeys.remove(tx, account.id, one.id)
    factor = second_factors.of_account(tx, account.id)
    if factor and (factor.confirmed_at is None or factor.confirmed_at >= link.expires_at - DAYS * 24 * 3600):
        # An app from before the change is its owner's; a later one is that of whoever made the change.
        second_factors.remove(tx, account.id)
    stored_links.remove(tx, CONFIRM, account.id)
    stored_links.remove_since(tx, UNDO, account.id, link.expires_at + 1)
    record(tx, node, by(account), "address-undone", email, about=account.id)
    return links.make(tx, node, resetting.PURPOSE, resetting.MINUTES, account.id)


def _move(tx: Tx, account: Account, email: str) -> None:
    """The address, and no link any more that went to another one."""
    stored.change(tx, account.id, email=email)
    for purpose in (accounts.LINK, resetting.PURPOSE):
        stored_links.remove(tx, purpose, account.id)


def _is_free(tx: Tx, account: Account, email: str) -> bool:
    holder = stored.by_email(tx, email)
    return holder is None or holder.id == account.id


def _confirming(node: Node, account: Account, email: str, token: str) -> Letter:
    voice = _voice(node, account)
    subject = voice.say("Your new address at %(site)s", site=node.settings.node_name)
    values = {"link": f"{node.settings.url}{CONFIRM_PATH}{token}", "hours": HOURS}
    return _letter(node, account, email, "address", subject, values, token, HOURS * 3600)


def _telling(node: Node, account: Account, token: str) -> Letter:
    voice = _voice(node, account)
    subject = voice.say("Your address at %(site)s was changed", site=node.settings.node_name)
    values = {"link": f"{node.settings.url}{UNDO_PATH}{token}", "days": DAYS}
    return _letter(node, account, account.email, "address_changed", subject, values, token, DAYS * 86_400)


def _voice(node: Node, account: Account) -> Voice:
    return Voice(translations(account.language, node.settings), account.language.replace("-", "_"))


def _letter(
    node: Node, account: Account, to: str, name: str, subject: str, values: dict[str, object], token: str, seconds: int
) -> Letter:
    from node.services.mail.letters import Letter, render

    settings = node.settings
    text, html = render(settings, name, account.language, site=settings.node_name, home_url=settings.url, **values)
    key = f"{name}:{links.hash_of(token)[:32]}"
    return Letter(to, subject, text, html, key, key, useless_at=node.now + seconds)
