"""Proving once more who one is, before dangerous things: a phone that lies about shall not give an account away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from node.context import Node
from node.services.identity import passkeys, passwords
from node.services.identity.passkeys import PasskeyError
from node.services.limits import throttling
from node.storage import sessions as stored
from node.storage.accounts import Account
from node.storage.sessions import StoredSession


def by_password(node: Node, account: Account, session: StoredSession, password: str) -> bool:
    """Whether this is the account's password; if so the session counts as proved from now on.

    Raises `TooManyTriesError`.
    """
    tried = throttling.begin_code(node, f"password {account.id}")
    if not passwords.fits(account.password_hash, password):
        return False
    throttling.was_right(node, tried)
    note(node, session)
    return True


def by_passkey(node: Node, account: Account, session: StoredSession, answer: Mapping[str, Any]) -> None:
    """The same by a passkey of this account. Raises `PasskeyError`."""
    with node.database.write() as tx:
        if passkeys.shown_in(tx, node, answer).id != account.id:
            raise PasskeyError("This passkey is somebody else's. Nothing was changed.")
        stored.proved(tx, session.token_hash, node.now)


def note(node: Node, session: StoredSession) -> None:
    """Who uses this session has just proved who they are."""
    with node.database.write() as tx:
        stored.proved(tx, session.token_hash, node.now)
