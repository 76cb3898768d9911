"""A second proof beside the password: codes of an app (TOTP, RFC 6238), and recovery codes for when it is lost.

The app's secret is sealed with the node's, recovery codes are kept as keyed hashes. Each code is good once. Wrong ones
are counted, so that six digits cannot be guessed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from node.context import Node
from node.services.identity.audit import by, record
from node.services.identity.sealing import opened, seal
from node.services.limits import throttling
from node.storage import second_factors as stored
from node.storage.accounts import Account
from node.storage.engine import Tx
from schemas.errors import SharefeedError

STEP_S = 30
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_NOT_IN_CODE = re.compile(r"[^a-z0-9]")


class CodeError(SharefeedError):
    """A code that does not fit. Nothing was changed."""


def is_on(tx: Tx, account_id: str) -> bool:
    """Whether signing in asks for a code."""
    found = stored.of_account(tx, account_id)
    return found is not None and found.confirmed_at is not None


def state(node: Node, account: Account) -> tuple[bool, int]:
    """Whether signing in asks for a code, and how many recovery codes are left."""
    with node.database.read() as tx:
        return is_on(tx, account.id), stored.recovery_left(tx, account.id)


def begin(node: Node, account: Account) -> None:
    """Make a secret for an app. It counts for nothing until `confirm`."""
    import pyotp

    sealed = seal(node, _purpose(account), pyotp.random_base32())
    with node.database.write() as tx:
        if not is_on(tx, account.id):
            stored.begin(tx, account.id, sealed)


def pending(node: Node, account: Account) -> str | None:
    """The secret that was made and is not confirmed, as the app takes it; None where there is none."""
    with node.database.read() as tx:
        found = stored.of_account(tx, account.id)
    return None if found is None or found.confirmed_at is not None else opened(node, _purpose(account), found.secret)


def address(node: Node, account: Account, secret: str) -> str:
    """What the app reads from a QR code (the key URI format of Google Authenticator)."""
    import pyotp

    return pyotp.TOTP(secret, name=account.email, issuer=node.settings.node_name).provisioning_uri()


def confirm(node: Node, account: Account, code: str) -> list[str]:
    """Ask for codes from now on, once the app has shown a right one; the recovery codes, to be shown this once.

    Raises `CodeError` and `TooManyTriesError`.
    """
    tried = throttling.begin_code(node, account.id)
    with node.database.write() as tx:
        if is_on(tx, account.id) or not _fits_app(tx, node, account, code):
            raise CodeError("This code does not fit. Nothing was changed.")
        stored.confirm(tx, account.id, node.now)
        codes = _new_recovery(tx, node, account)
        record(tx, node, by(account), "codes-on")
    throttling.was_right(node, tried)
    return codes


def check(node: Node, account: Account, code: str) -> bool:
    """Whether this is the app's code of the moment, or a recovery code; it is used up. Raises `TooManyTriesError`."""
    tried = throttling.begin_code(node, account.id)
    with node.database.write() as tx:
        fits = is_on(tx, account.id) and _fits_app(tx, node, account, code)
        if not fits and stored.use_recovery(tx, account.id, _hash(node, account, code)):
            record(tx, node, by(account), "recovery-used", str(stored.recovery_left(tx, account.id)))
            fits = True
    if fits:
        throttling.was_right(node, tried)
    return fits


def new_recovery_codes(node: Node, account: Account) -> list[str]:
    """Other recovery codes in place of those there are; none where signing in asks for no code."""
    with node.database.write() as tx:
        if not is_on(tx, account.id):
            return []
        record(tx, node, by(account), "recovery-made")
        return _new_recovery(tx, node, account)


def turn_off(node: Node, account: Account) -> None:
    """Ask for no codes any more."""
    with node.database.write() as tx:
        stored.remove(tx, account.id)
        record(tx, node, by(account), "codes-off")


def _fits_app(tx: Tx, node: Node, account: Account, code: str) -> bool:
    """A code of half a minute ago still fits: clocks differ, and people type slowly."""
    import pyotp

    found, typed = stored.of_account(tx, account.id), _plain(code)
    if found is None:
        return False
    app, now = pyotp.TOTP(opened(node, _purpose(account), found.secret)), node.now // STEP_S
    for step in (now - 1, now, now + 1):
        if hmac.compare_digest(app.at(step * STEP_S), typed):
            return stored.use_step(tx, account.id, step)
    return False


def _new_recovery(tx: Tx, node: Node, account: Account) -> list[str]:
    codes = [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3)) for _ in range(RECOVERY_CODES)
    ]
    stored.set_recovery(tx, account.id, [_hash(node, account, code) for code in codes])
    return codes


def _plain(code: str) -> str:
    return _NOT_IN_CODE.sub("", code.lower()[:100])


def _hash(node: Node, account: Account, code: str) -> str:
    told = f"recovery code of {account.id}: {_plain(code)}"
    return hmac.new(node.settings.secret(), told.encode(), hashlib.sha256).hexdigest()


def _purpose(account: Account) -> str:
    return f"codes of {account.id}"
