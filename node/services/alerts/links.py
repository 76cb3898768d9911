"""The links in mails about alerts: signed with the node's secret, so that nobody can guess or alter one.

Only what somebody does with a link changes anything: each leads to a page with a button, for programs that check mails
open every link in them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from node.context import Node
from schemas.errors import SharefeedError

CONFIRM_PATH, STOP_PATH, MANAGE_PATH = "alerts/confirm/", "alerts/stop/", "alerts/manage/"
ALERT_TOPIC = "alert:"
_SIGNATURE = 32
_CONFIRM = re.compile(r"([A-Za-z0-9_-]{16})\.([0-9]{1,12})\.([A-Za-z0-9_-]{32})")
_STOP = re.compile(r"([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{32})")
_MANAGE = re.compile(r"([0-9a-f]{64})\.([A-Za-z0-9_-]{32})")


class AlertLinkError(SharefeedError):
    """A link that this node has not made, or whose time is over. Nothing was changed."""


def person_of(node: Node, email: str) -> str:
    """A keyed hash of an e-mail address, the same however it is written."""
    return _digest(node, "alert person", email.strip().lower()).hexdigest()


def confirm_token(node: Node, alert_id: str, until: int) -> str:
    return f"{alert_id}.{until}.{_signed(node, 'confirm', f'{alert_id} {until}')}"


def read_confirm(node: Node, token: str) -> str:
    """The alert that a link of ours confirms. Raises `AlertLinkError`, also when its time is over."""
    alert_id, until, signature = _parts(_CONFIRM, token)
    _verify(node, "confirm", f"{alert_id} {until}", signature)
    if int(until) <= node.now:
        raise AlertLinkError("This link is too old. Nothing was changed; ask for the mails again.")
    return alert_id


def stop_token(node: Node, alert_id: str) -> str:
    return f"{alert_id}.{_signed(node, 'stop', alert_id)}"


def read_stop(node: Node, token: str) -> str:
    """The alert that a link of ours ends, whether or not it is there still. Raises `AlertLinkError`."""
    alert_id, signature = _parts(_STOP, token)
    _verify(node, "stop", alert_id, signature)
    return alert_id


def manage_token(node: Node, person: str) -> str:
    return f"{person}.{_signed(node, 'manage', person)}"


def read_manage(node: Node, token: str) -> str:
    """The hash of the address whose alerts the link shows. Raises `AlertLinkError`."""
    person, signature = _parts(_MANAGE, token)
    _verify(node, "manage", person, signature)
    return person


def confirm_url(node: Node, alert_id: str, until: int) -> str:
    """The page that asks whether mails are wanted; it works before ``until`` (seconds since 1970)."""
    return f"{node.settings.url}{CONFIRM_PATH}{confirm_token(node, alert_id, until)}"


def stop_url(node: Node, alert_id: str) -> str:
    """The page that ends one alert; a POST there ends it at once."""
    return f"{node.settings.url}{STOP_PATH}{stop_token(node, alert_id)}"


def manage_url(node: Node, person: str) -> str:
    """The page of all alerts of one address."""
    return f"{node.settings.url}{MANAGE_PATH}{manage_token(node, person)}"


def topic_of(alert_id: str) -> str:
    """What mails of one alert are about, by which they can be called back."""
    return f"{ALERT_TOPIC}{alert_id}"


def person_topic(person: str) -> str:
    """What mails about all alerts of one address are about."""
    return f"person:{person}"


def _parts(form: re.Pattern[str], token: str) -> tuple[str, ...]:
    found = form.fullmatch(token)
    if found is None:
        raise AlertLinkError("This link is none of ours, or a part of it is missing. Nothing was changed.")
    return found.groups()


def _verify(node: Node, purpose: str, value: str, signature: str) -> None:
    if not hmac.compare_digest(_signed(node, purpose, value), signature):
        raise AlertLinkError("This link is none of ours, or a part of it is missing. Nothing was changed.")


def _signed(node: Node, purpose: str, value: str) -> str:
    return base64.urlsafe_b64encode(_digest(node, f"alert {purpose}", value).digest()).decode()[:_SIGNATURE]


def _digest(node: Node, purpose: str, value: str) -> hmac.HMAC:
    return hmac.new(node.settings.secret(), f"{purpose} of {value}".encode(), hashlib.sha256)
