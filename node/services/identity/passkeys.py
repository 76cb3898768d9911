"""Passkeys (WebAuthn level 2): signing in with what unlocks a phone or a computer.

A passkey is a key pair of one account at one address; the node keeps the public half. Every use answers a challenge
that this node made a moment ago and takes once. The device itself asks for finger, face or PIN, so a passkey is two
proofs in one: it opens the door alone, and in place of a code.
"""

from __future__ import annotations

import base64
import ipaddress
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from node.context import Node
from node.services.identity import links
from node.services.identity.audit import by, record
from node.services.limits.strangers import text_problems
from node.settings import Settings
from node.storage import accounts
from node.storage import links as stored_links
from node.storage import passkeys as stored
from node.storage.accounts import Account
from node.storage.engine import Tx
from node.storage.passkeys import Passkey
from schemas.errors import SharefeedError

if TYPE_CHECKING:
    from fido2.server import Fido2Server

MINUTES = 5
MOST, LONGEST_NAME, LONGEST_ID = 20, 60, 1400
_MAKE, _SHOW = "passkey-make", "passkey-show"
_REQUIRED = "required"


class PasskeyError(SharefeedError):
    """A passkey that does not fit, or an answer that came too late or twice. Nothing was changed."""


class UnknownPasskeyError(PasskeyError):
    """A passkey that no account has, such as one that was removed here and is still on its device."""


def available(settings: Settings) -> bool:
    """Whether browsers make passkeys for this node: its address needs a name, and https unless it is this machine."""
    parts = urlsplit(settings.url)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return parts.scheme == "https" or host == "localhost"
    return False


def of_account(node: Node, account: Account) -> list[Passkey]:
    with node.database.read() as tx:
        return stored.of_account(tx, account.id)


def options_to_make(node: Node, account: Account) -> dict[str, Any]:
    """What the browser needs to make a passkey for this account (PublicKeyCredentialCreationOptions, in JSON)."""
    with node.database.write() as tx:
        token = links.make(tx, node, _MAKE, MINUTES, account.id)
        known = [_credential(one) for one in stored.of_account(tx, account.id)]
    options, _state = _server(node).register_begin(
        {"id": account.id.encode(), "name": account.email, "displayName": account.name},  # type: ignore[arg-type]
        known,
        resident_key_requirement=_REQUIRED,  # type: ignore[arg-type]
        user_verification=_REQUIRED,  # type: ignore[arg-type]
        challenge=_bytes(token),
    )
    return dict(options)


def make(node: Node, account: Account, answer: Mapping[str, Any], name: str) -> None:
    """Keep the passkey that a browser has made, under as much of the name as there is room for: the device has it by
    now, and to refuse it would leave one there that opens nothing. Raises `PasskeyError`.
    """
    name = name[:LONGEST_NAME].strip()
    with node.database.write() as tx:
        state = _state(tx, node, _MAKE, answer, account.id)
        try:
            data = _server(node).register_complete(state, answer)
        except Exception as error:
            raise _refused(error) from error
        credential = data.credential_data
        if (
            credential is None
            or len(credential.credential_id) > LONGEST_ID
            or text_problems("name", name, LONGEST_NAME)
        ):
            raise PasskeyError("This passkey cannot be kept. Nothing was changed.")
        key = _text(credential.credential_id)
        if stored.by_credential(tx, key) is not None or len(stored.of_account(tx, account.id)) >= MOST:
            raise PasskeyError("This passkey is known already, or there are too many. Nothing was changed.")
        kept = base64.b64encode(credential).decode()
        stored.add(tx, Passkey(secrets.token_hex(8), account.id, key, kept, name, data.counter, node.now))
        record(tx, node, by(account), "passkey-made", name, about=account.id)


def remove(node: Node, account: Account, passkey_id: str) -> bool:
    """Let a passkey open nothing any more; whether there was one."""
    with node.database.write() as tx:
        gone = stored.remove(tx, account.id, passkey_id)
        if gone:
            record(tx, node, by(account), "passkey-removed")
    return gone


def options_to_show(node: Node) -> dict[str, Any]:
    """What the browser needs to show a passkey, whosever it is (PublicKeyCredentialRequestOptions, in JSON)."""
    with node.database.write() as tx:
        stored_links.forget_over(tx, _SHOW, node.now)
        token = links.make(tx, node, _SHOW, MINUTES)
    options, _state = _server(node).authenticate_begin(
        user_verification=_REQUIRED,  # type: ignore[arg-type]
        challenge=_bytes(token),
    )
    return dict(options)


def shown_in(tx: Tx, node: Node, answer: Mapping[str, Any]) -> Account:
    """Whose passkey the browser has shown; the answer is used up. Raises `PasskeyError`."""
    state = _state(tx, node, _SHOW, answer, None)
    found = stored.by_credential(tx, str(answer.get("id", ""))[: LONGEST_ID * 2])
    if found is None:
        raise UnknownPasskeyError("No account has this passkey. Nobody was signed in.")
    try:
        _server(node).authenticate_complete(state, [_credential(found)], answer)
        uses = _uses(answer)
    except Exception as error:
        raise _refused(error) from error
    if uses <= found.uses and (uses or found.uses):
        # The counter went back: somebody has copied the key (WebAuthn 6.1.1).
        raise PasskeyError("This passkey may have been copied. Remove it, and make another one.")
    stored.used(tx, found.id, uses, node.now)
    account = accounts.by_id(tx, found.account_id)
    if account is None:
        raise PasskeyError("No account has this passkey. Nobody was signed in.")
    return account


def _state(tx: Tx, node: Node, purpose: str, answer: Mapping[str, Any], account_id: str | None) -> dict[str, Any]:
    """The challenge that the answer says it is to, used up. Raises `PasskeyError`."""
    from fido2.webauthn import CollectedClientData

    try:
        said = CollectedClientData(_bytes(str(answer["response"]["clientDataJSON"])))
        token = _text(said.challenge)
    except Exception as error:
        raise _refused(error) from error
    link = links.use(tx, node, purpose, token)
    if link is None or link.account_id != account_id:
        raise PasskeyError("This took too long, or was sent twice. Try once more.")
    return {"challenge": token, "user_verification": _REQUIRED}


def _refused(error: Exception) -> PasskeyError:
    """What strangers send may be anything, and the library says so in many kinds of errors."""
    return PasskeyError(f"This passkey does not fit. Nothing was changed. ({type(error).__name__})")


def _uses(answer: Mapping[str, Any]) -> int:
    from fido2.webauthn import AuthenticatorData

    return AuthenticatorData(_bytes(str(answer["response"]["authenticatorData"]))).counter


def _server(node: Node) -> Fido2Server:
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    parts = urlsplit(node.settings.url)
    origin = f"{parts.scheme}://{parts.netloc}"
    party = PublicKeyCredentialRpEntity(name=node.settings.node_name, id=parts.hostname or "")
    return Fido2Server(party, verify_origin=lambda said: said == origin)


def _credential(passkey: Passkey) -> Any:
    from fido2.webauthn import AttestedCredentialData

    return AttestedCredentialData(base64.b64decode(passkey.credential))


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
