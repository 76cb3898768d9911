"""What lets other programs work at the desk. Only hashes of the secrets are kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, select, update

from node.storage.account_tables import api_tokens
from node.storage.engine import Tx
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token of one organisation; ``scopes`` with spaces between, moments in whole seconds since 1970 in UTC."""

    id: str
    organisation_id: str
    name: str
    token_hash: str
    scopes: str
    made_by: str
    made_at: int
    used_at: int | None = None
    account_id: str | None = None


_NAMES = tuple(ApiToken.__slots__)


def add(tx: Tx, token: ApiToken) -> None:
    tx.execute(api_tokens.insert().values({name: getattr(token, name) for name in _NAMES}))


def by_hash(tx: Tx, token_hash: str) -> ApiToken | None:
    row = tx.execute(select(api_tokens).where(api_tokens.c.token_hash == token_hash)).first()
    return _token(row) if row else None


def of_organisation(tx: Tx, organisation_id: str) -> list[ApiToken]:
    """The tokens of an organisation, by name."""
    c = api_tokens.c
    query = select(api_tokens).where(c.organisation_id == organisation_id).order_by(c.name, c.id)
    return [_token(row) for row in tx.execute(query)]


def remove_of(tx: Tx, account_id: str, organisation_id: str | None = None) -> None:
    """Let the tokens that somebody made stop working, of one organisation or of all."""
    c = api_tokens.c
    where = () if organisation_id is None else (c.organisation_id == organisation_id,)
    tx.execute(delete(api_tokens).where(c.account_id == account_id, *where))


def used(tx: Tx, token_id: str, now: int) -> None:
    tx.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(used_at=now))


def remove(tx: Tx, organisation_id: str, token_id: str) -> str | None:
    """Take a token away; its name, or None where there is none."""
    c = api_tokens.c
    one = (c.organisation_id == organisation_id, c.id == token_id)
    name: str | None = tx.execute(select(c.name).where(*one)).scalar()
    tx.execute(delete(api_tokens).where(*one))
    return name


def _token(row: Row[Any]) -> ApiToken:
    return ApiToken(*(getattr(row, name) for name in _NAMES))
