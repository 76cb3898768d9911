"""What each setting may say, beyond its type and bounds: a sentence for what may not stand there. Pure.

Refuses to look at the network, the database or another machine: whether a mail server answers is for `health` to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from node.services.impact import factors
from node.services.limits.strangers import mail_problems
from node.services.listings.expiry import MIN_TOMBSTONE_DAYS
from node.settings import SETTINGS, SettingError, Settings

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_HOST = re.compile(r"[A-Za-z0-9.:_-]{1,253}|\[[0-9a-fA-F:.]+\]")
_PATH = re.compile(r"/?[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*")
_SPACED = re.compile(r"[\s\x00-\x1f\x7f\"'<>;,\\]")
_LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_IN_MEMORY = re.compile(r"sqlite(?:\+\w+)?:/*(?::memory:.*)?", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_AXES = ("{z}", "{x}", "{y}")
_BY_THEMSELVES = ("node_url", "rate_uncounted", "languages", "area_bbox", "moved_from")
"""Settings whose own checks say what is wrong with them, whatever signs they hold."""


def check_each(settings: Settings) -> None:
    """Raises `SettingError` for the first setting that says what cannot be meant."""
    for setting in SETTINGS:
        value = getattr(settings, setting.name)
        if setting.type is str and value and setting.name not in _BY_THEMSELVES and _CONTROL.search(value):
            raise SettingError(setting.name, "holds a sign that cannot be written, such as a NUL")
        check = _CHECKS.get(setting.name)
        if check is not None and value:
            wrong = check(value)
            if wrong:
                raise SettingError(setting.name, wrong if setting.name == "database_url" else f"{wrong}, not {value}")
    if not settings.host:
        raise SettingError("host", "must name an address of this machine; 127.0.0.1 is this machine alone")
    if settings.tombstone_days < MIN_TOMBSTONE_DAYS:
        raise SettingError("tombstone_days", f"must be {MIN_TOMBSTONE_DAYS} at least, or readers would miss removals")
    _check_language(settings)
    _check_places(settings)


def _is_web_address(text: str) -> bool:
    """Whether ``text`` is the address of something on the web, with a host and nothing that would end it early."""
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and "@" not in parts.netloc and not _SPACED.search(text)


def _mail(text: str) -> str:
    return "must be an e-mail address such as share@example.org" if mail_problems("", text) else ""


def _colour(text: str) -> str:
    return "" if _COLOUR.fullmatch(text) else "must be a # and six digits or letters from a to f, such as #1f5c4d"


def _logo(text: str) -> str:
    if _is_web_address(text) or (_PATH.fullmatch(text) and ".." not in text.split("/")):
        return ""
    return "must be the https:// address of a picture, or a path on this node such as media/logo.png"


def _tiles(text: str) -> str:
    whole = all(axis in text for axis in _AXES)
    there = text.startswith("/") and not text.startswith("//") and not _SPACED.search(text)
    if whole and (there or _is_web_address(text.replace("{s}", "a"))):
        return ""
    return "must be an address with {z}, {x} and {y} in it, such as https://tiles.example.org/{z}/{x}/{y}.png"


def _web(text: str) -> str:
    return "" if _is_web_address(text) else "must be a web address such as https://board.example.org/"


def _host(text: str) -> str:
    return "" if _HOST.fullmatch(text) else "must be the name or address of a machine, without https:// or a path"


def _licence(text: str) -> str:
    return "" if _LICENCE.fullmatch(text) else "must be the short name of a licence on spdx.org, such as CC0-1.0"


def _database(text: str) -> str:
    return "names no file, so that everything would be lost with the program" if _IN_MEMORY.fullmatch(text) else ""


_CHECKS: dict[str, Callable[[str], str]] = {
    "contact_email": _mail,
    "brand_colour": _colour,
    "logo": _logo,
    "map_tiles": _tiles,
    "board_url": _web,
    "moved_to": _web,
    "licence": _licence,
    "database_url": _database,
    "host": _host,
    "smtp_host": _host,
}


def _check_language(settings: Settings) -> None:
    from babel import UnknownLocaleError

    from node.languages import locale_of

    try:
        locale_of(settings.language)
    except (ValueError, UnknownLocaleError) as error:
        raise SettingError("language", f"must be a language such as en or pl, not {settings.language}") from error


def _check_places(settings: Settings) -> None:
    """Folders and files that are named must be able to be what they are named for."""
    if settings.translations and not (settings.home / settings.translations).is_dir():
        raise SettingError("translations", f"names no folder: {settings.home / settings.translations} is not there")
    backups = settings.home / settings.backup_folder
    taken = next((one for one in (backups, *backups.parents) if one.exists()), Path("/"))
    if settings.backup_folder and not taken.is_dir():
        raise SettingError("backup_folder", f"names no folder: {taken} is a file")
    if settings.impact_factors:
        factors.of(settings)
    if settings.moved_to and settings.moved_to.rstrip("/") == str(settings.node_url).rstrip("/"):
        raise SettingError("moved_to", "names this node itself; leave it empty until there is another in its place")
