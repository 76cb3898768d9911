"""Signatures of HTTP requests (RFC 9421) with Ed25519, and digests of their bodies (RFC 9530). Pure.

A request between nodes is signed over its method, its whole address and the digest of its body, with the moment and a
nonce. Refuses more than one signature on a request, and to know which keys are believed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from schemas import signing
from schemas.errors import SharefeedError
from schemas.records import dataclass
from schemas.structured_fields import (
    Bare,
    InnerList,
    Item,
    StructuredFieldError,
    dictionary,
    written,
)

LABEL = "sharefeed"
TAG = "sharefeed-message"
COVERED = ("@method", "@target-uri", "content-digest")
"""What a signature of ours covers, and what one must cover."""
FRESH_S = 300
"""How far the moment of a signature may lie from the receiver's clock."""
INPUT, SIGNATURE, DIGEST = "signature-input", "signature", "content-digest"
_NONCE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{8,128}")
_FIELD = re.compile(r"[a-z0-9!#$%&'*+\-.^_`|~]+")


class SignatureError(SharefeedError):
    """A request whose signature is not good; ``code`` says why."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is signed: ``headers`` by their names in small letters, each with one value."""

    method: str
    target_uri: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Signed:
    """What a request says of its signature; nothing of it is believed before `Signed.is_by`.

    ``created`` in seconds since 1970; ``keyid`` names the key; ``base`` is what was signed.
    """

    keyid: str
    created: int
    nonce: str
    base: bytes
    signature: bytes

    def is_by(self, public: str) -> bool:
        """Whether the owner of this key has signed the request."""
        return signing.verify_raw(public, self.base, self.signature)


def digest_of(body: bytes) -> str:
    """The header Content-Digest of a body."""
    return "sha-256=" + written(Item(hashlib.sha256(body).digest()))


def sign(private: bytes, keyid: str, request: Request, body: bytes, created: int, nonce: str) -> dict[str, str]:
    """The headers that sign a request with this body."""
    headers = {**request.headers, DIGEST: digest_of(body)}
    parameters: dict[str, Bare] = {"created": created, "nonce": nonce, "keyid": keyid, "alg": "ed25519", "tag": TAG}
    covers = InnerList(tuple(Item(name) for name in COVERED), parameters)
    base = signature_base(Request(request.method, request.target_uri, headers), covers)
    signature = written(Item(signing.sign_raw(private, base)))
    return {
        "Content-Digest": headers[DIGEST],
        "Signature-Input": f"{LABEL}={written(covers)}",
        "Signature": f"{LABEL}={signature}",
    }


def check(request: Request, body: bytes, now: int) -> Signed:
    """The signature of a request whose body is what its digest says, and which is fresh. Raises `SignatureError`."""
    try:
        covers, signature = _one_signature(request.headers)
        _check_digest(request.headers.get(DIGEST, ""), body)
        base = signature_base(request, covers)
    except StructuredFieldError as error:
        raise SignatureError("bad-signature", str(error)) from error
    _check_covered(covers)
    parameters = covers.parameters
    keyid, nonce, created = (parameters.get(name) for name in ("keyid", "nonce", "created"))
    if not isinstance(keyid, str) or not isinstance(nonce, str) or not _NONCE.fullmatch(nonce):
        raise SignatureError("bad-signature", "The signature must have a keyid and a nonce of 8 to 128 characters.")
    if not isinstance(created, int) or isinstance(created, bool):
        raise SignatureError("bad-signature", "The signature must say when it was created.")
    _check_moments(created, parameters.get("expires"), now)
    return Signed(keyid, created, nonce, base, signature)


def signature_base(request: Request, covers: InnerList) -> bytes:
    """What is signed (RFC 9421, section 2.5). Raises `SignatureError` for what it cannot cover."""
    names = [item.value for item in covers.items]
    if len(set(names)) != len(names) or any(item.parameters for item in covers.items):
        raise SignatureError("bad-signature", "A part of the request is covered twice, or in a way not read here.")
    lines = [f'"{name!s}": {_component(request, name)}' for name in names]
    return "\n".join([*lines, f'"@signature-params": {written(covers)}']).encode("ascii", "strict")


def _component(request: Request, name: object) -> str:
    if not isinstance(name, str):
        raise SignatureError("bad-signature", "What a signature covers is named by text.")
    parts = urlsplit(request.target_uri)
    derived = {
        "@method": request.method,
        "@target-uri": request.target_uri,
        "@authority": parts.netloc.lower(),
        "@scheme": parts.scheme.lower(),
        "@path": parts.path or "/",
        "@query": f"?{parts.query}",
    }
    if name in derived:
        value = derived[name]
    elif not _FIELD.fullmatch(name) or name not in request.headers:
        raise SignatureError("bad-signature", f"The signature covers {name[:40]!r}, which the request does not have.")
    else:
        value = request.headers[name].strip()
    if "\n" in value or "\r" in value or not value.isascii():
        raise SignatureError("bad-signature", f"{name} holds what cannot be signed.")
    return value


def _one_signature(headers: Mapping[str, str]) -> tuple[InnerList, bytes]:
    inputs, signatures = (dictionary(headers.get(name, "")) for name in (INPUT, SIGNATURE))
    if not inputs or not signatures:
        raise SignatureError("no-signature", "The request is not signed (RFC 9421).")
    if len(inputs) != 1 or inputs.keys() != signatures.keys():
        raise SignatureError("bad-signature", "The request must have exactly one signature.")
    [covers], [signature] = inputs.values(), signatures.values()
    if not isinstance(covers, InnerList) or not isinstance(signature, Item) or not isinstance(signature.value, bytes):
        raise SignatureError("bad-signature", "The signature is not written as RFC 9421 has it.")
    return covers, signature.value


def _check_covered(covers: InnerList) -> None:
    names = [item.value for item in covers.items]
    missing = [name for name in COVERED if name not in names]
    if missing:
        raise SignatureError("bad-signature", f"The signature must cover {', '.join(missing)}.")
    if covers.parameters.get("alg", "ed25519") != "ed25519" or covers.parameters.get("tag", TAG) != TAG:
        raise SignatureError(
            "bad-signature", f"The signature must be by ed25519, and for {TAG} where it says for what."
        )


def _check_digest(header: str, body: bytes) -> None:
    stated = dictionary(header).get("sha-256")
    if not isinstance(stated, Item) or not isinstance(stated.value, bytes):
        raise SignatureError("bad-digest", "The request must have a Content-Digest with sha-256 (RFC 9530).")
    if not hmac.compare_digest(stated.value, hashlib.sha256(body).digest()):
        raise SignatureError("bad-digest", "The body is not what Content-Digest says.")


def _check_moments(created: int, expires: object, now: int) -> None:
    if abs(now - created) > FRESH_S:
        raise SignatureError("stale", f"The signature is not of the last {FRESH_S // 60} minutes.")
    if isinstance(expires, int) and expires < now:
        raise SignatureError("stale", "The signature has expired.")
