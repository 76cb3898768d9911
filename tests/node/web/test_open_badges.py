"""Badges as Open Badges 3.0: what the specification asks for, and a signature checked with nothing of ours."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask.testing import FlaskClient
from lxml import etree

from node.app import create_app
from node.context import Node
from node.services.configuration.keys import KeyFileError
from node.services.impact import badge_keys
from node.storage import handovers
from tests.fakes.handed import give, handed
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, clock_of, publisher, school

PAGE = "/organisations/riverside-school"
SCHOOL = f"{URL}organisations/riverside-school"
GIVER = f"{PAGE}/badges/giver"
DAY = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"

_URI = {"type": "string", "pattern": "^https://"}


def _exactly(**members: Any) -> dict[str, Any]:
    """An object that has all of these and nothing else."""
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


def _types(*names: str) -> dict[str, Any]:
    return {"type": "array", "allOf": [{"contains": {"const": name}} for name in names]}


SHAPE = _exactly(
    **{
        "@context": {"type": "array", "prefixItems": [{"const": "https://www.w3.org/ns/credentials/v2"}], "minItems": 2}
    },
    id=_URI,
    type=_types("VerifiableCredential", "OpenBadgeCredential"),
    name={"type": "string"},
    description={"type": "string"},
    image=_exactly(id=_URI, type={"const": "Image"}),
    issuer=_exactly(id=_URI, type=_types("Profile"), name={"type": "string"}, url=_URI, email={"type": "string"}),
    validFrom={"type": "string", "pattern": DAY},
    validUntil={"type": "string", "pattern": DAY},
    awardedDate={"type": "string", "pattern": DAY},
    credentialSubject=_exactly(
        id=_URI,
        type=_types("AchievementSubject"),
        identifier={
            "type": "array",
            "items": _exactly(
                type={"const": "IdentityObject"},
                hashed={"const": False},
                identityHash={"type": "string"},
                identityType={"pattern": "^ext:[a-zA-Z0-9._-]+$"},
            ),
        },
        achievement=_exactly(
            id=_URI,
            type=_types("Achievement"),
            achievementType={"const": "Badge"},
            name={"type": "string"},
            description={"type": "string"},
            criteria=_exactly(id=_URI, narrative={"type": "string"}),
            inLanguage={"const": "en"},
        ),
    ),
    evidence={"type": "array", "items": _exactly(id=_URI, type=_types("Evidence"), narrative={"type": "string"})},
    credentialSchema={"type": "array", "items": _exactly(id=_URI, type={"const": "1EdTechJsonSchemaValidator2019"})},
)
"""What sections B.1 and following of the specification ask for, of the members that we use, and no others."""


@pytest.fixture
def node(tmp_path: Path) -> Node:
    made = publisher(tmp_path / "home", contact_email="share@school.example")
    give(made, school(made).id, 12, apart=4)
    return made


@pytest.fixture
def client(node: Node) -> FlaskClient:
    return client_of(create_app(node))


def raw(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def is_signed(token: str, jwk: dict[str, str]) -> bool:
    """RSASSA-PKCS1-v1_5 with SHA-256, as RFC 8017 section 8.2.2 has it, in whole numbers."""
    signed, _, signature = token.rpartition(".")
    n, e = (int.from_bytes(raw(jwk[name])) for name in ("n", "e"))
    size = (n.bit_length() + 7) // 8
    found = pow(int.from_bytes(raw(signature)), e, n).to_bytes(size)
    digest = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(signed.encode()).digest()
    return found == b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest


def token_of(client: FlaskClient) -> str:
    answer = client.get(f"{GIVER}.jwt")
    assert (answer.status_code, answer.mimetype) == (200, "application/jwt")
    return answer.get_data(as_text=True)


def here(client: FlaskClient, address: str) -> dict[str, Any]:
    """What is at an address of this node."""
    assert address.startswith(URL)
    found = client.get(address.removeprefix(URL.rstrip("/"))).get_json()
    assert isinstance(found, dict)
    return found


def test_a_credential_is_what_the_specification_asks_for(client: FlaskClient) -> None:
    said = client.get(f"{GIVER}.json").get_json()
    assert [str(error) for error in jsonschema_rs.Draft202012Validator(SHAPE).iter_errors(said)] == []
    assert said["id"] == f"{SCHOOL}/badges/giver.json"
    assert said["issuer"]["name"] == "Share"
    assert said["validFrom"] == said["awardedDate"] == "2026-11-23T00:00:00Z"
    assert said["credentialSubject"]["id"] == SCHOOL
    assert said["credentialSubject"]["achievement"]["name"] == "Ten gifts"
    assert said["evidence"][0]["narrative"].startswith("Counted: 12. Made of receipts")


def test_a_token_is_signed_by_the_key_at_the_address_that_it_names(client: FlaskClient) -> None:
    token = token_of(client)
    header, payload, _ = (raw(part) for part in token.split("."))
    told = json.loads(header)
    assert told == {"alg": "RS256", "kid": told["kid"], "typ": "JWT"}
    # Whoever looks the key up in the set does so by its name in the token.
    jwk = next(one for one in here(client, f"{URL}.well-known/jwks.json")["keys"] if one["kid"] == told["kid"])
    assert is_signed(token, jwk)
    assert here(client, told["kid"]) == jwk
    assert "d" not in jwk
    thumbprint = hashlib.sha256(json.dumps({n: jwk[n] for n in ("e", "kty", "n")}, separators=(",", ":")).encode())
    assert told["kid"] == f"{URL}badges/keys/{base64.urlsafe_b64encode(thumbprint.digest()).rstrip(b'=').decode()}.json"
    said = json.loads(payload)
    credential = client.get(f"{GIVER}.json").get_json()
    assert {name: said[name] for name in credential} == credential
    assert said.keys() - credential.keys() == {"iss", "jti", "sub", "nbf", "exp"}
    assert (said["iss"], said["jti"], said["sub"]) == (said["issuer"]["id"], said["id"], SCHOOL)
    moments = (datetime.fromtimestamp(said[name], UTC).isoformat() for name in ("nbf", "exp"))
    assert [one.replace("+00:00", "Z") for one in moments] == [said["validFrom"], said["validUntil"]]


def test_a_token_of_which_anything_was_changed_is_not_signed(client: FlaskClient) -> None:
    token = token_of(client)
    jwk = here(client, f"{URL}.well-known/jwks.json")["keys"][0]
    for at in range(0, len(token), 97):
        other = token[:at] + ("A" if token[at] not in "A." else "B") + token[at + 1 :]
        assert not is_signed(other, jwk), at


def test_whoever_gives_badges_and_what_they_stand_for_can_be_read(client: FlaskClient) -> None:
    said = client.get(f"{GIVER}.json").get_json()
    issuer = here(client, said["issuer"]["id"])
    assert {name: issuer[name] for name in said["issuer"]} == said["issuer"]
    stated = said["credentialSubject"]["achievement"]
    achievement = here(client, stated["id"])
    assert {name: achievement[name] for name in stated} == stated
    assert client.get("/badges/pioneer.json").status_code == 404


def test_a_picture_carries_its_credential(client: FlaskClient) -> None:
    drawn = etree.fromstring(client.get(f"{GIVER}.svg").data)
    assert drawn[0].tag == "{https://purl.imsglobal.org/ob/v3p0}credential"
    assert drawn[0].get("verify") == token_of(client)
    level = etree.fromstring(client.get(f"{PAGE}/badges/level.svg").data)
    assert "openbadges" not in etree.tostring(level).decode()


@pytest.mark.parametrize("ending", ["json", "jwt", "svg"])
def test_what_is_not_earned_any_more_is_not_found(node: Node, client: FlaskClient, ending: str) -> None:
    assert client.get(f"{GIVER}.{ending}").status_code == 200
    assert client.get(f"{PAGE}/badges/lender.{ending}").status_code == 404
    with node.database.write() as tx:
        handovers.put(tx, [handed(n, "2026-11-01", giver_id=SCHOOL, state="differs", counted=False) for n in range(3)])
    assert client.get(f"{GIVER}.{ending}").status_code == 404


def test_a_level_that_nothing_stands_behind_any_more_has_no_picture(node: Node, client: FlaskClient) -> None:
    """A receipt may turn out to differ: then nobody can go on showing what was made of it."""
    assert client.get(f"{PAGE}/badges/level.svg").status_code == 200
    with node.database.write() as tx:
        every = [one._replace(state="differs", counted=False) for one in handovers.every(tx)]
        handovers.put(tx, every)
    assert client.get(f"{PAGE}/badges/level.svg").status_code == 404


def test_a_credential_ends_and_is_the_same_until_the_next_month(node: Node, client: FlaskClient) -> None:
    first = token_of(client)
    clock_of(node).pass_by(days=29)
    assert token_of(client) == first
    clock_of(node).pass_by(days=2)
    later = json.loads(raw(token_of(client).split(".")[1]))
    assert later["validUntil"] == "2028-02-01T00:00:00Z"
    assert json.loads(raw(first.split(".")[1]))["validUntil"] == "2028-01-01T00:00:00Z"


def test_what_may_pass_is_said_for_a_season(node: Node, client: FlaskClient) -> None:
    give(node, SCHOOL, 10, asked_on="2026-12-01", accepted_on="2026-12-01")
    assert client.get(f"{PAGE}/badges/quick.json").get_json()["validUntil"] == "2027-04-01T00:00:00Z"


def test_the_key_is_a_file_of_its_own_that_nobody_else_reads(node: Node, client: FlaskClient) -> None:
    path = badge_keys.file_of(node.settings)
    assert not path.exists()
    token_of(client)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert badge_keys.own(node.settings).id == badge_keys.own(node.settings).id
    path.chmod(0o644)
    with pytest.raises(KeyFileError, match="Others on this machine"):
        badge_keys.own(node.settings)
    assert client.get(f"{GIVER}.jwt").status_code == 503
    answer = client.get(f"{GIVER}.svg")
    assert answer.status_code == 200
    assert b"openbadges" not in answer.data


def test_a_key_may_come_from_a_secret(node: Node, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    badge_keys.own(node.settings)
    path = badge_keys.file_of(node.settings)
    monkeypatch.setenv(badge_keys.VARIABLE, path.read_text())
    path.unlink()
    assert is_signed(token_of(client), here(client, f"{URL}.well-known/jwks.json")["keys"][0])
    assert not path.exists()
    monkeypatch.setenv(badge_keys.VARIABLE, "no key")
    with pytest.raises(KeyFileError, match=badge_keys.VARIABLE):
        badge_keys.own(node.settings)


def test_a_key_that_is_lost_is_replaced_and_the_old_one_says_so(node: Node, client: FlaskClient) -> None:
    old = json.loads(raw(token_of(client).partition(".")[0]))["kid"]
    badge_keys.file_of(node.settings).unlink()
    assert json.loads(raw(token_of(client).partition(".")[0]))["kid"] != old
    assert client.get(old.removeprefix(URL.rstrip("/"))).status_code == 404


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_file_that_holds_no_key_is_left_alone(node: Node, content: bytes) -> None:
    path = badge_keys.file_of(node.settings)
    path.write_bytes(content)
    os.chmod(path, 0o600)
    with pytest.raises(KeyFileError):
        badge_keys.own(node.settings)
    assert path.read_bytes() == content
