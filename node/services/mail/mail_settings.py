"""Whether this node can send mails, and how: the settings for it, checked. Loads no mail library."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from node.services.limits.strangers import mail_problems
from node.settings import SettingError, Settings

SECURITY = ("starttls", "tls", "none")
_VARIABLE = "SHAREFEED_SMTP_PASSWORD"
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|::1")
_PRIVATE_MODE = 0o077


def can_mail(settings: Settings) -> bool:
    """Whether a mail that is written now will reach someone, if only the page of kept mails."""
    return bool(settings.smtp_host or settings.mail_capture)


def open_mailbox(settings: Settings) -> bool:
    """Whether anyone at this machine may read kept mails: only on a node that no other machine could call its own."""
    return bool(settings.mail_capture and _LOOPBACK.fullmatch(urlsplit(settings.url).hostname or ""))


def sender_address(settings: Settings) -> str:
    """The address that mails come from."""
    return str(settings.mail_from) or f"sharefeed@{urlsplit(settings.url).hostname or 'localhost'}"


def check_mail(settings: Settings) -> None:
    """Raises `SettingError` for settings with which no mail could be sent."""
    if settings.smtp_security not in SECURITY:
        raise SettingError("smtp_security", f"must be one of {', '.join(SECURITY)}, not {settings.smtp_security}")
    if not 0 < settings.smtp_port < 65_536:
        raise SettingError("smtp_port", f"must be a port from 1 to 65535, not {settings.smtp_port}")
    if settings.smtp_host and not settings.mail_from:
        raise SettingError("mail_from", "is not set; with smtp_host it must be the address that mails come from")
    if not settings.mail_from.isascii() or mail_problems("mail_from", settings.mail_from):
        raise SettingError(
            "mail_from", f"must be an e-mail address such as share@example.org, not {settings.mail_from}"
        )


def smtp_password(settings: Settings, environment: Mapping[str, str] | None = None) -> str:
    """The password for ``smtp_user``, from the environment or its file.

    Raises `SettingError` where there is none, or where others on this machine may read the file.
    """
    given = (os.environ if environment is None else environment).get(_VARIABLE)
    if given:
        return given
    if not settings.smtp_password_file:
        raise SettingError("smtp_password_file", f"is not set, nor is {_VARIABLE}; smtp_user needs one of them")
    path = settings.home / Path(settings.smtp_password_file)
    try:
        if path.stat().st_mode & _PRIVATE_MODE:
            raise SettingError("smtp_password_file", f"others may read {path}; run `chmod 600` on it")
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError("smtp_password_file", f"{path} cannot be read: {error}") from error
