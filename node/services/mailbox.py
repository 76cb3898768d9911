"""Mails that are kept in place of being sent, for whoever tries the node out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_string, policy
from email.message import EmailMessage

from node.context import Node
from node.storage import outbox

SHOWN = 50
_LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Kept:
    """One mail; ``at`` in seconds since 1970, ``links`` the addresses that its text names."""

    to: str
    subject: str
    at: int
    text: str
    html: str
    links: tuple[str, ...]
    unsubscribe: str | None


def kept(node: Node) -> list[Kept]:
    """The latest mails that were kept, the newest first."""
    with node.database.read() as tx:
        return [_read(mail.message, mail.made_at) for mail in outbox.captured(tx, SHOWN)]


def _read(source: str, at: int) -> Kept:
    message = message_from_string(source, policy=policy.default)
    text, html = _part(message, "plain"), _part(message, "html")
    links = tuple(dict.fromkeys(_LINK.findall(text)))
    unsubscribe = message["List-Unsubscribe"]
    return Kept(
        str(message["To"]), str(message["Subject"]), at, text, html, links, str(unsubscribe) if unsubscribe else None
    )


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body is not None else ""
