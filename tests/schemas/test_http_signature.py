from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from schemas import http_signature, signing
from schemas.http_signature import Request, SignatureError, check, sign, signature_base
from schemas.structured_fields import InnerList, dictionary

NOW = 1_800_000_000
TARGET = "https://share.example.org/inbox"
BODY = b'{"type":"request"}'
KEYID = "https://other.example.org/#key"
PRIVATE = bytes(range(32))
PUBLIC = signing.public_of(PRIVATE)
# RFC 9421, B.1.4 and B.2.6: the key and the example that signs with it.
EXAMPLE_PUBLIC = signing.encoded(base64.b64decode("MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")[-32:])
EXAMPLE_PRIVATE = base64.b64decode("MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF")[-32:]
EXAMPLE = Request(
    "POST",
    "https://example.com/foo?param=Value&Pet=dog",
    {
        "host": "example.com",
        "date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "content-type": "application/json",
        "content-length": "18",
    },
)
EXAMPLE_INPUT = (
    'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
    ';created=1618884473;keyid="test-key-ed25519"'
)
EXAMPLE_SIGNATURE = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="


def signed(
    request: Request | None = None, body: bytes = BODY, created: int = NOW, nonce: str = "0123456789"
) -> Request:
    plain = request or Request("POST", TARGET, {})
    headers = sign(PRIVATE, KEYID, plain, body, created, nonce)
    return replace(plain, headers={**plain.headers, **{name.lower(): value for name, value in headers.items()}})


def with_header(name: str, change: tuple[str, str]) -> Request:
    request = signed()
    assert change[0] in request.headers[name]
    return replace(request, headers={**request.headers, name: request.headers[name].replace(*change)})


def test_the_standards_own_example_verifies() -> None:
    covers = dictionary(EXAMPLE_INPUT)["sig-b26"]
    assert isinstance(covers, InnerList)
    base = signature_base(EXAMPLE, covers)
    assert base.decode() == (
        '"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@method": POST\n"@path": /foo\n"@authority": example.com\n'
        '"content-type": application/json\n"content-length": 18\n"@signature-params": ("date" "@method" "@path" '
        '"@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"'
    )
    assert signing.verify_raw(EXAMPLE_PUBLIC, base, base64.b64decode(EXAMPLE_SIGNATURE))
    assert base64.b64encode(signing.sign_raw(EXAMPLE_PRIVATE, base)).decode() == EXAMPLE_SIGNATURE


def test_the_standards_example_of_a_digest() -> None:
    told = http_signature.digest_of(b'{"hello": "world"}')
    assert told == "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"


def test_what_is_signed_is_taken_and_names_its_key() -> None:
    found = check(signed(), BODY, NOW)
    assert (found.keyid, found.created, found.nonce) == (KEYID, NOW, "0123456789")
    assert found.is_by(PUBLIC)
    assert not found.is_by(EXAMPLE_PUBLIC)


def test_each_bit_of_each_covered_byte_counts() -> None:
    """Whatever is flipped in what is covered or in the signature: refused, or not by that key."""
    request = signed()
    survived = []
    for name in ("signature-input", "signature", "content-digest"):
        text = request.headers[name]
        for index in range(len(text)):
            for bit in range(7):
                altered = text[:index] + chr(ord(text[index]) ^ (1 << bit)) + text[index + 1 :]
                other = replace(request, headers={**request.headers, name: altered})
                if _is_taken(other, BODY):
                    survived.append((name, index, altered))
    # A label is no part of what is signed, but both headers must have the same one.
    assert survived == []
    for index in range(len(BODY)):
        for bit in range(8):
            body = BODY[:index] + bytes([BODY[index] ^ (1 << bit)]) + BODY[index + 1 :]
            assert not _is_taken(request, body)
    for index in range(len(TARGET)):
        other = TARGET[:index] + chr(ord(TARGET[index]) ^ 1) + TARGET[index + 1 :]
        assert not _is_taken(replace(request, target_uri=other), BODY)
    assert not _is_taken(replace(request, method="PUT"), BODY)
    assert _is_taken(request, BODY)


def _is_taken(request: Request, body: bytes) -> bool:
    try:
        return check(request, body, NOW).is_by(PUBLIC)
    except SignatureError:
        return False


@pytest.mark.parametrize("away", [-301, 301])
def test_what_is_not_of_the_last_five_minutes_is_refused(away: int) -> None:
    with pytest.raises(SignatureError) as refused:
        check(signed(created=NOW + away), BODY, NOW)
    assert refused.value.code == "stale"
    check(signed(created=NOW - 300), BODY, NOW)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        pytest.param("signature-input", ('"@method" ', ""), id="the method is not covered"),
        pytest.param("signature-input", (' "content-digest"', ""), id="the digest is not covered"),
        pytest.param("signature-input", ('"@target-uri"', '"@path"'), id="the address is not covered"),
        pytest.param("signature-input", ('"@method"', '"@method";req'), id="a parameter of a component"),
        pytest.param("signature-input", ('"@method"', '"@method" "@method"'), id="covered twice"),
        pytest.param("signature-input", ('"@method"', '"@status" "@method"'), id="an unknown component"),
        pytest.param("signature-input", ('"@method"', '"@method" "x-missing"'), id="a missing header"),
        pytest.param("signature-input", (";nonce=", ";other="), id="no nonce"),
        pytest.param("signature-input", ('nonce="0123456789"', 'nonce="1"'), id="a short nonce"),
        pytest.param("signature-input", (";created=", ";other="), id="no moment"),
        pytest.param("signature-input", ("created=1800000000", "created=?1"), id="a moment that is none"),
        pytest.param("signature-input", (";keyid=", ";other="), id="no key"),
        pytest.param("signature-input", ("ed25519", "hmac-sha256"), id="another algorithm"),
        pytest.param("signature-input", ("sharefeed-message", "other"), id="for something else"),
        pytest.param("signature-input", ("sharefeed=(", "x=(), sharefeed=("), id="two signatures"),
        pytest.param("signature-input", ("sharefeed=(", "other=("), id="another label"),
        pytest.param("signature", ("sharefeed=:", "sharefeed=("), id="a signature that is none"),
        pytest.param("content-digest", ("sha-256", "sha-512"), id="another digest"),
    ],
)
def test_what_is_not_signed_as_it_must_be_is_refused(name: str, change: tuple[str, str]) -> None:
    assert not _is_taken(with_header(name, change), BODY)
    with pytest.raises(SignatureError):
        check(with_header(name, change), BODY, NOW)


def test_what_is_not_signed_at_all_is_refused() -> None:
    with pytest.raises(SignatureError) as refused:
        check(Request("POST", TARGET, {}), BODY, NOW)
    assert refused.value.code == "no-signature"


def test_a_signature_that_has_expired_is_refused() -> None:
    with pytest.raises(SignatureError) as refused:
        check(with_header("signature-input", (";nonce=", f";expires={NOW - 1};nonce=")), BODY, NOW)
    assert refused.value.code == "stale"
