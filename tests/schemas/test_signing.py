from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas import signing

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
# RFC 8032, section 7.1, test 2; RFC 8037, appendix A.3 has the thumbprint of test 1's key.
PRIVATE = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
    "387b2eaeb4302aeeb00d291612bb0c00"
)


def test_keys_and_signatures_are_those_of_the_standard() -> None:
    assert signing.public_of(PRIVATE) == signing.encoded(PUBLIC)
    assert signing.sign_raw(PRIVATE, b"\x72") == SIGNATURE
    assert signing.verify_raw(signing.encoded(PUBLIC), b"\x72", SIGNATURE)
    told = signing.key_id("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    assert told == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_signature_is_good_for_one_purpose_one_text_and_one_key() -> None:
    private, public = PRIVATE, signing.public_of(PRIVATE)
    sig = signing.sign(private, "receipt", b"one desk")
    assert signing.verify(public, "receipt", b"one desk", sig)
    assert not signing.verify(public, "badge", b"one desk", sig)
    assert not signing.verify(public, "receipt", b"two desks", sig)
    assert not signing.verify(signing.public_of(signing.new_private()), "receipt", b"one desk", sig)
    # Neither can the end of a purpose be taken for the beginning of a text.
    assert not signing.verify(public, "receip", b"t\0one desk", sig)


@pytest.mark.parametrize("position", range(64))
def test_each_byte_of_a_signature_counts(position: int) -> None:
    altered = bytearray(SIGNATURE)
    altered[position] ^= 1
    assert not signing.verify_raw(signing.encoded(PUBLIC), b"\x72", bytes(altered))


@pytest.mark.parametrize(
    "sig",
    [
        pytest.param("", id="nothing"),
        pytest.param("A" * 85, id="too short"),
        pytest.param("é" * 86, id="other letters"),
        pytest.param(signing.encoded(SIGNATURE) + "==", id="padded"),
        pytest.param(signing.encoded(SIGNATURE)[:-1] + "B", id="another spelling of the same bytes"),
        pytest.param(signing.encoded(SIGNATURE) + "\n", id="a line end"),
    ],
)
def test_what_is_no_signature_verifies_nothing(sig: str) -> None:
    assert signing.decoded(sig) is None or not signing.verify(signing.encoded(PUBLIC), "key", b"", sig)
    assert not signing.verify(signing.encoded(PUBLIC), "key", b"", sig)


@pytest.mark.parametrize("public", ["", "AAAA", "!" * 43, signing.encoded(b"\xff" * 33)])
def test_what_is_no_key_verifies_nothing(public: str) -> None:
    assert not signing.is_public(public)
    assert not signing.verify_raw(public, b"\x72", SIGNATURE)


@pytest.mark.parametrize("purpose", ["", "Key", "a\0b", "x" * 21])
def test_a_purpose_is_a_short_word(purpose: str) -> None:
    with pytest.raises(ValueError, match="purpose"):
        signing.sign(PRIVATE, purpose, b"")


def test_a_statement_names_node_key_and_moment() -> None:
    public = signing.public_of(PRIVATE)
    said = signing.statement("https://a.example/", public, NOW)
    assert said != signing.statement("https://b.example/", public, NOW)
    assert said != signing.statement("https://a.example/", public, NOW.replace(hour=10))
    assert said == (
        b'{"from":"2026-12-01T09:00:00Z","id":"' + signing.key_id(public).encode() + b'","node":"https://a.example/",'
        b'"public":"' + public.encode() + b'"}'
    )
