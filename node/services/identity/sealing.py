"""Secrets that must be read again, sealed with the node's own (AES-256-GCM): a copy of the database opens nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from node.context import Node
from schemas.errors import SharefeedError

_NONCE = 12


class SealError(SharefeedError):
    """What was sealed cannot be opened: the node has another secret now, or somebody wrote in the database."""


def seal(node: Node, purpose: str, text: str) -> str:
    """``text`` as only this node can read it, for this ``purpose`` alone."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(_key(node)).encrypt(nonce, text.encode(), purpose.encode())
    return base64.b64encode(nonce + sealed).decode()


def opened(node: Node, purpose: str, sealed: str) -> str:
    """What was sealed. Raises `SealError`."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    raw = base64.b64decode(sealed)
    try:
        return AESGCM(_key(node)).decrypt(raw[:_NONCE], raw[_NONCE:], purpose.encode()).decode()
    except InvalidTag as error:
        raise SealError("A secret was sealed by another node, or changed. Set it up anew.") from error


def _key(node: Node) -> bytes:
    return hmac.new(node.settings.secret(), b"sealing", hashlib.sha256).digest()
