"""Accounts of an organisation's staff: made, let in by a password or a one-time link, and let out again.

There is no default password, and nobody has to have one. What is answered to a wrong password is the same, and takes as
long, as for an address that is not known.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from node.context import Node
from node.languages import offered
from node.services.identity import links, passkeys, passwords, second_factor, sessions
from node.services.identity.audit import COMMAND_LINE, Who, adopt, erase, record
from node.services.identity.audit import by as by_account
from node.services.identity.links import EXPIRED, USED
from node.services.identity.members import keep_an_owner
from node.services.identity.sessions import Kind
from node.services.limits import throttling
from node.services.limits.strangers import FormError, mail_problems, text_problems
from node.storage import accounts as stored
from node.storage import api_tokens, memberships
from node.storage import sessions as stored_sessions
from node.storage.accounts import Account
from node.storage.engine import Tx
from node.storage.sessions import StoredSession
from schemas.errors import Problem, SharefeedError, pointer
from schemas.records import dataclass

COOKIE = "sharefeed_account"
ROLE = "account"
IDLE_S, LONGEST_S = 30 * 86_400, 90 * 86_400
KIND = Kind(ROLE, IDLE_S, LONGEST_S)
HALF = Kind("half", 600, 600)
"""A browser that has shown the password and is to show a code: it may do nothing else."""
LINK = "sign-in"
LINK_MINUTES = 24 * 60
SIGN_IN_PATH = "desk/sign-in/"
LONGEST_NAME, LONGEST_EMAIL, LONGEST_DEVICE = 100, 254, 80


class AccountError(SharefeedError):
    """There is no such account. Nothing was changed."""


class DoorError(SharefeedError):
    """Nobody was signed in. ``state`` is ``wrong`` for a password, else what is wrong with a link."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(_CLOSED[state])


_CLOSED = {
    "wrong": "That address and that password do not fit together. Nobody was signed in.",
    USED: "This link was used already. Nobody was signed in.",
    EXPIRED: "This link is too old, or none that this node has made. Nobody was signed in.",
}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who uses a browser, and its session."""

    account: Account
    session: StoredSession


def add(
    node: Node, name: str, email: str, operator: bool = False, language: str = "", by: Who = COMMAND_LINE
) -> Account:
    """Make an account. Raises `FormError` for what cannot be kept, or an address that has an account already."""
    with node.database.write() as tx:
        made = add_in(tx, node, name, email, operator, language)
        record(tx, node, by, "account-made", made.email, about=made.id)
        return made


def add_in(tx: Tx, node: Node, name: str, email: str, operator: bool = False, language: str = "") -> Account:
    """The same within a transaction."""
    name, email = name.strip(), email.strip()
    problems = name_problems(name) + email_problems(email)
    if not problems and stored.by_email(tx, email) is not None:
        problems = [Problem(pointer(["email"]), "taken", "This address has an account already.")]
    if problems:
        raise FormError(problems)
    made = Account(secrets.token_hex(8), name, email, language or node.settings.language, operator, None, node.now)
    stored.add(tx, made)
    adopt(tx, made.email, made.id)
    return made


def name_problems(name: str) -> list[Problem]:
    if not name:
        return [Problem(pointer(["name"]), "missing", "Say what people call you.")]
    return text_problems("name", name, LONGEST_NAME)


def email_problems(email: str) -> list[Problem]:
    if not email or len(email) > LONGEST_EMAIL:
        return [Problem(pointer(["email"]), "bad-email", "This must be an e-mail address, such as name@example.org.")]
    return mail_problems("email", email)


def remove(node: Node, account: Account, by: Who = COMMAND_LINE) -> None:
    """Take an account away, with its memberships, sessions, links, tokens. Raises `MembersError` for a sole owner."""
    with node.database.write() as tx:
        for place in memberships.places_of(tx, account.id):
            keep_an_owner(tx, place.organisation_id, account.id)
        api_tokens.remove_of(tx, account.id)
        stored.remove(tx, account.id)
        record(tx, node, by, "account-removed", account.email, about=account.id)
        erase(tx, node, account, by)


def by_email(node: Node, email: str) -> Account:
    """The account with this address. Raises `AccountError`."""
    with node.database.read() as tx:
        found = stored.by_email(tx, email)
    if found is None:
        raise AccountError(f"There is no account with the address {email}. `sharefeed account list` names them.")
    return found


def every(node: Node) -> list[Account]:
    """All accounts, by address."""
    with node.database.read() as tx:
        return stored.every(tx)


def set_password(node: Node, account: Account, password: str, keep_session: str = "") -> None:
    """Give an account a password, and end its sessions but the one with the hash ``keep_session``.

    Raises `FormError` for a password that is too weak.
    """
    wrong = passwords.weakness(password, account.name, account.email, node.settings.node_name)
    if wrong:
        raise FormError([Problem(pointer(["password"]), "weak", wrong)])
    kept = passwords.kept(password)
    with node.database.write() as tx:
        stored.change(tx, account.id, password_hash=kept)
        end_sessions(tx, account.id, keep_session)
        record(tx, node, by_account(account), "password-set")


def rename(node: Node, account: Account, name: str, language: str) -> None:
    """Call somebody another name, and write to them in another language. Raises `FormError`."""
    name = name.strip()
    problems = name_problems(name)
    if language != account.language and language not in offered(node.settings):
        problems.append(Problem(pointer(["language"]), "unknown", "Choose one of the languages."))
    if problems:
        raise FormError(problems)
    with node.database.write() as tx:
        stored.change(tx, account.id, name=name, language=language)
        if name != account.name:
            record(tx, node, by_account(account), "account-renamed", name, about=account.id)
        if language != account.language:
            record(tx, node, by_account(account), "account-language", language)


def new_link(node: Node, account: Account, by: Who = COMMAND_LINE) -> str:
    """The address of a one-time link that signs this account in, good for `LINK_MINUTES`."""
    with node.database.write() as tx:
        record(tx, node, by, "link-made", account.email, about=account.id)
        token = links.make(tx, node, LINK, LINK_MINUTES, account.id)
    return f"{node.settings.url}{SIGN_IN_PATH}{token}"


def state_of_link(node: Node, token: str) -> str:
    """`READY`, `USED` or `EXPIRED`; asking changes nothing."""
    return links.state_of(node, LINK, token)


def sign_in_by_link(node: Node, token: str, device: str = "", language: str = "") -> str:
    """Use a link up; the secret of the new session, for the browser's cookie. Raises `DoorError`.

    Who comes in for the first time is written to in their browser's ``language`` from then on.
    """
    with node.database.write() as tx:
        link = links.use(tx, node, LINK, token)
        account = stored.by_id(tx, link.account_id) if link and link.account_id else None
        if account is not None:
            if account.signed_in_at is None and language in offered(node.settings):
                stored.change(tx, account.id, language=language)
            return let_in(tx, node, account, device)
    raise DoorError(USED if state_of_link(node, token) == USED else EXPIRED)


def sign_in_by_password(
    node: Node, email: str, password: str, device: str = "", network: str = "", mark: str = ""
) -> str:
    """The secret of a new session, for the browser's cookie. Raises `DoorError` and `TooManyTriesError`.

    Where the account asks for a code as well, the session is good for `sign_in_by_code` alone (`half_in`).
    ``network`` is where it came from, ``mark`` what the browser keeps from when it was let in before (`throttling`).
    """
    tried = throttling.begin(node, email, network, mark)
    with node.database.read() as tx:
        account = stored.by_email(tx, email)
    if not passwords.fits(account.password_hash if account else None, password) or account is None:
        raise DoorError("wrong")
    throttling.was_right(node, tried)
    with node.database.write() as tx:
        if second_factor.is_on(tx, account.id):
            return sessions.begin(tx, node, HALF, account.id, device[:LONGEST_DEVICE])
        return let_in(tx, node, account, device)


def half_in(node: Node, secret: str | None) -> Account | None:
    """Whose password the browser with this cookie has shown, and who is to show a code; None for any other."""
    session = sessions.found(node, HALF, secret)
    if session is None or session.account_id is None:
        return None
    with node.database.read() as tx:
        return stored.by_id(tx, session.account_id)


def sign_in_by_code(node: Node, secret: str, code: str, device: str = "") -> str:
    """The secret of a whole session for a half one. Raises `DoorError` and `TooManyTriesError`."""
    account = half_in(node, secret)
    if account is None or not second_factor.check(node, account, code):
        raise DoorError("wrong")
    with node.database.write() as tx:
        if not stored_sessions.remove(tx, [links.hash_of(secret)]):
            raise DoorError("wrong")
        return let_in(tx, node, account, device)


def sign_in_by_passkey(node: Node, answer: Mapping[str, Any], device: str = "") -> str:
    """The secret of a new session. A passkey is two proofs in one, so no code is asked. Raises `PasskeyError`."""
    with node.database.write() as tx:
        return let_in(tx, node, passkeys.shown_in(tx, node, answer), device)


def let_in(tx: Tx, node: Node, account: Account, device: str) -> str:
    """Open a session for somebody who has proved who they are; its secret."""
    stored.change(tx, account.id, signed_in_at=node.now)
    record(tx, node, by_account(account), "signed-in", device, about=account.id)
    return sessions.begin(tx, node, KIND, account.id, device[:LONGEST_DEVICE])


def signed_in(node: Node, secret: str | None) -> SignedIn | None:
    """Who the browser with this cookie belongs to; None where nobody is signed in."""
    session = sessions.found(node, KIND, secret)
    if session is None or session.account_id is None:
        return None
    with node.database.read() as tx:
        account = stored.by_id(tx, session.account_id)
    return None if account is None else SignedIn(account, session)


def is_open(node: Node, secret: str) -> bool:
    """Whether this cookie is of an open session. Only reads, so that it waits for nobody."""
    with node.database.read() as tx:
        session = stored_sessions.by_hash(tx, links.hash_of(secret))
    return session is not None and session.role == ROLE and session.expires_at > node.now


def sign_out(node: Node, secret: str) -> None:
    """End the session of this cookie, if there is one."""
    sessions.end(node, secret)


def open_sessions(node: Node, account: Account) -> list[StoredSession]:
    """The browsers in which somebody is signed in, the latest used first."""
    with node.database.read() as tx:
        return sessions.still_open(tx, node, ROLE, account.id)


def revoke(node: Node, account: Account, name: str) -> bool:
    """End the session of this account whose hash begins with ``name`` (`sessions.name_of`); whether there was one."""
    with node.database.write() as tx:
        found = [one.token_hash for one in stored_sessions.every(tx, ROLE, account.id) if sessions.name_of(one) == name]
        if found:
            record(tx, node, by_account(account), "session-ended")
        return stored_sessions.remove(tx, found) > 0


def revoke_others(node: Node, account: Account, keep_session: str) -> int:
    """End every session of an account except the one with this hash; how many there were."""
    with node.database.write() as tx:
        ended = end_sessions(tx, account.id, keep_session)
        record(tx, node, by_account(account), "sessions-ended", str(ended))
        return ended


def end_sessions(tx: Tx, account_id: str, but: str = "") -> int:
    """End every session of an account except the one with this hash; how many there were."""
    every_one = stored_sessions.every(tx, ROLE, account_id) + stored_sessions.every(tx, HALF.role, account_id)
    return stored_sessions.remove(tx, [one.token_hash for one in every_one if one.token_hash != but])
