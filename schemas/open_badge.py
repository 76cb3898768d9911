"""Badges as Open Badges 3.0 (1EdTech): a credential in JSON, and signed as a JSON Web Token (section 8.2). Pure.

The members of the token's payload are those of the credential, with the claims that repeat five of them. Refuses to
know how to sign, and whether anything was earned: it is given a function for the one and the fact of the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from schemas.fields import rfc3339
from schemas.recognition import Badge
from schemas.records import dataclass
from schemas.signing import encoded

CONTEXT = ("https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json")
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
ALGORITHM = "RS256"
"""The one that every reader of Open Badges 3.0 has to know."""
LASTING_MONTHS, PASSING_MONTHS = 12, 3
"""For how many months after that of its signing a credential is good: one that stays, and one that may pass."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who says so: a node. ``url`` ends in a slash, and all addresses here begin with it."""

    url: str
    name: str
    email: str = ""

    @property
    def id(self) -> str:
        return f"{self.url}badges/issuer.json"

    def key(self, key_id: str) -> str:
        """Where a public key is, alone; also its name in what it signed."""
        return f"{self.url}badges/keys/{key_id}.json"

    def achievement(self, badge: Badge) -> str:
        return f"{self.url}badges/{badge.id}.json"


@dataclass(frozen=True, slots=True)
class Award:
    """That an organisation has earned a badge. ``page`` is the address of its page here, ``since`` a day (ISO 8601).

    ``made_of`` says in a sentence what it was counted from.
    """

    badge: Badge
    organisation_id: str
    organisation_name: str
    page: str
    since: str
    made_of: str

    @property
    def id(self) -> str:
        return f"{self.page}/badges/{self.badge.id}.json"


def profile(issuer: Issuer) -> dict[str, Any]:
    """The issuer as a document of its own."""
    return {"@context": list(CONTEXT), **_issuer(issuer)}


def _issuer(issuer: Issuer) -> dict[str, Any]:
    told = {"id": issuer.id, "type": ["Profile"], "name": issuer.name, "url": issuer.url}
    return {**told, "email": issuer.email} if issuer.email else told


def achievement(issuer: Issuer, badge: Badge) -> dict[str, Any]:
    """What a badge stands for, whoever has it."""
    return {
        "id": issuer.achievement(badge),
        "type": ["Achievement"],
        "achievementType": "Badge",
        "name": badge.name,
        "description": badge.meaning,
        "criteria": {"id": f"{issuer.url}recognition", "narrative": badge.meaning},
        "inLanguage": "en",
    }


def credential(issuer: Issuer, award: Award, today: date) -> dict[str, Any]:
    """The credential as JSON, not signed. It is the same all through a month."""
    since = rfc3339(_midnight(date.fromisoformat(award.since)))
    return {
        "@context": list(CONTEXT),
        "id": award.id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": award.badge.name,
        "description": award.badge.meaning,
        "image": {"id": f"{award.page}/badges/{award.badge.id}.svg", "type": "Image"},
        "issuer": _issuer(issuer),
        "validFrom": since,
        "validUntil": rfc3339(_midnight(_until(award.badge, today))),
        "awardedDate": since,
        "credentialSubject": {
            "id": award.organisation_id,
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": award.organisation_name,
                    "identityType": "ext:name",
                }
            ],
            "achievement": achievement(issuer, award.badge),
        },
        "evidence": [{"id": f"{award.page}/recognition.json", "type": ["Evidence"], "narrative": award.made_of}],
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }


def _until(badge: Badge, today: date) -> date:
    """The first day of a month: what changes with each day would be new to caches each time."""
    passes = badge.within or badge.whole
    months = today.year * 12 + today.month + (PASSING_MONTHS if passes else LASTING_MONTHS)
    return date(months // 12, months % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def claims(said: Mapping[str, Any]) -> dict[str, Any]:
    """The payload of the token: the credential with the claims that a reader compares with it."""
    return {
        **said,
        "iss": said["issuer"]["id"],
        "jti": said["id"],
        "sub": said["credentialSubject"]["id"],
        "nbf": _seconds(said["validFrom"]),
        "exp": _seconds(said["validUntil"]),
    }


def _seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())


def token(said: Mapping[str, Any], key: str, sign: Callable[[bytes], bytes]) -> str:
    """The credential as a compact JWS (RFC 7515). ``key`` is the address of the public key of whoever signs."""
    header = {"alg": ALGORITHM, "kid": key, "typ": "JWT"}
    signed = f"{_part(header)}.{_part(claims(said))}"
    return f"{signed}.{encoded(sign(signed.encode('ascii')))}"


def _part(document: Mapping[str, Any]) -> str:
    return encoded(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())
