"""Ed25519 keys and what they sign (RFC 8032), each signature for one purpose alone. Pure.

What is signed begins with its purpose, so that a signature that was given for one thing never stands for another.
Refuses to know where keys are kept, and whose they are.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from schemas.canonical import canonical_bytes
from schemas.fields import rfc3339

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PRIVATE_BYTES, PUBLIC_BYTES, SIGNATURE_BYTES = 32, 32, 64
KEY = "key"
"""The purpose of the signature by which an old key names the one that follows it."""
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_PURPOSE = re.compile(r"[a-z][a-z-]{0,19}")


def new_private() -> bytes:
    """A new private key, 32 random bytes."""
    return secrets.token_bytes(PRIVATE_BYTES)


def public_of(private: bytes) -> str:
    """The public key that belongs to a private one, in base64url without padding (43 characters)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return encoded(Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw())


def key_id(public: str) -> str:
    """What a key is called everywhere: its thumbprint as a JWK (RFC 7638), so that no key can take another's name."""
    told = f'{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}'
    return encoded(hashlib.sha256(told.encode()).digest())


def is_public(public: str) -> bool:
    """Whether this is a public key as we write them."""
    raw = decoded(public)
    return raw is not None and len(raw) == PUBLIC_BYTES


def sign(private: bytes, purpose: str, payload: bytes) -> str:
    """The signature of ``payload`` for ``purpose``, in base64url without padding. Raises `ValueError` for a purpose
    that is no short word.
    """
    return encoded(sign_raw(private, _signed(purpose, payload)))


def verify(public: str, purpose: str, payload: bytes, sig: str) -> bool:
    """Whether ``sig`` is the signature of ``payload`` for ``purpose`` by the owner of ``public``."""
    raw = decoded(sig)
    return raw is not None and verify_raw(public, _signed(purpose, payload), raw)


def sign_raw(private: bytes, data: bytes) -> bytes:
    """The signature of ``data`` as it stands: for formats that keep purposes apart in their own way (RFC 9421, JWS)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(private).sign(data)


def verify_raw(public: str, data: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is that of ``data`` as it stands."""
    from cryptography.exceptions import InvalidSignature

    if len(signature) != SIGNATURE_BYTES:
        return False
    try:
        key = _public_key(public)
        if key is None:
            return False
        key.verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=256)
def _public_key(public: str) -> Ed25519PublicKey | None:
    """The key that is written so; None for anything else. Many halves of receipts are signed with one key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    raw = decoded(public)
    return None if raw is None or len(raw) != PUBLIC_BYTES else Ed25519PublicKey.from_public_bytes(raw)


def statement(node_id: str, public: str, since: datetime) -> bytes:
    """What an old key signs (purpose `KEY`) to name the node's next one: canonical JSON of node, key and moment."""
    return canonical_bytes({"node": node_id, "id": key_id(public), "public": public, "from": rfc3339(since)})


def _signed(purpose: str, payload: bytes) -> bytes:
    if not _PURPOSE.fullmatch(purpose):
        raise ValueError(f"a purpose is a short word in small letters, not {purpose!r}")
    return b"sharefeed " + purpose.encode() + b"\0" + payload


def encoded(raw: bytes) -> str:
    """Base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes | None:
    """What `encoded` wrote; None for anything else, also for another spelling of the same bytes."""
    if not _BASE64URL.fullmatch(text):
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    return raw if encoded(raw) == text else None
