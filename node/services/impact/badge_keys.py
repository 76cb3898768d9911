"""The key with which this node signs badges: RSA, because that is what every reader of Open Badges has to know.

It stands in a file beside the node's own key, never in the database and never in a backup, and is made when the first
badge is signed. One that is lost is replaced by another: badges that it signed are then signed anew by whoever wants
them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from node.services.configuration.keys import KeyFileError, path_of
from node.settings import Settings
from schemas.records import dataclass
from schemas.signing import encoded

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

VARIABLE = "SHAREFEED_BADGE_KEY"
BITS, EXPONENT = 2048, 65537
_OTHERS_MAY_READ = 0o077


@dataclass(frozen=True, slots=True)
class BadgeKey:
    """A key that signs badges. ``id`` is its thumbprint (RFC 7638), ``n`` and ``e`` are its public half (RFC 7518)."""

    id: str
    n: str
    e: str
    private: RSAPrivateKey

    def sign(self, data: bytes) -> bytes:
        """The signature RS256: RSASSA-PKCS1-v1_5 with SHA-256."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        return self.private.sign(data, PKCS1v15(), SHA256())

    def as_jwk(self, name: str) -> dict[str, str]:
        """The public half as a JSON Web Key (RFC 7517), under the name that tokens call it by."""
        return {"kty": "RSA", "n": self.n, "e": self.e, "kid": name, "alg": "RS256", "use": "sig"}


def own(settings: Settings) -> BadgeKey:
    """The key of this node, made now where there is none. Raises `KeyFileError`."""
    given = os.environ.get(VARIABLE)
    if given:
        return _read(given.encode(), f"the variable {VARIABLE}")
    path = file_of(settings)
    if not path.exists():
        _write_new(path)
    try:
        if path.stat().st_mode & _OTHERS_MAY_READ:
            raise KeyFileError(f"Others on this machine may read {path}. Run `chmod 600` on it")
        return _read(path.read_bytes(), str(path))
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error.strerror}") from error


def file_of(settings: Settings) -> Path:
    """The file of the key: beside that of the node's own, with an ending."""
    own_file = path_of(settings)
    return own_file.with_name(f"{own_file.name}.badges")


def _read(content: bytes, where: str) -> BadgeKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        found = load_pem_private_key(content, None)
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"What stands in {where} is no private key (PEM)") from error
    if not isinstance(found, RSAPrivateKey) or found.key_size < BITS:
        raise KeyFileError(f"What stands in {where} is no RSA key of {BITS} bits or more")
    numbers = found.public_key().public_numbers()
    n, e = _number(numbers.n), _number(numbers.e)
    thumbprint = hashlib.sha256(f'{{"e":"{e}","kty":"RSA","n":"{n}"}}'.encode()).digest()
    return BadgeKey(encoded(thumbprint), n, e, found)


def _number(number: int) -> str:
    return encoded(number.to_bytes((number.bit_length() + 7) // 8))


def _write_new(path: Path) -> None:
    """Make a key. Of several processes that do so at once, one is the first for all of them."""
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=".key-") as file:
            file.write(_new())
            file.flush()
            os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    except OSError as error:
        raise KeyFileError(f"{path} cannot be written: {error.strerror}. Nothing was changed") from error


def _new() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    made = generate_private_key(public_exponent=EXPONENT, key_size=BITS)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
