"""Setting up a node: its folder, its settings, its secret and its database. Refuses to touch a node that is there."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson

from node.context import Node
from node.languages import check_languages
from node.services.configuration import keys
from node.services.configuration.appearance_form import UNITS
from node.services.configuration.setting_checks import check_each
from node.services.limits.allowance import LARGEST_QUOTA, uncounted
from node.services.mail.mail_settings import check_mail
from node.services.syndication.node_document import area_bbox, described
from node.settings import SECRET_FILE, SETTINGS, SETTINGS_FILE, SettingError, Settings, load
from node.storage import catalogue, copying, migrate
from schemas.errors import DocumentError, SharefeedError
from schemas.node_document import dump_node_document, load_node_document

if TYPE_CHECKING:
    from node.services.backup.backups import Backup

_SETTING_AT = {
    "/id": "node_url",
    "/name": "node_name",
    "/description": "node_description",
    "/languages": "language",
    "/licence": "licence",
    "/attribution": "attribution",
    "/contact/email": "contact_email",
    "/area/name": "area_name",
    "/area/country": "country",
    "/ttl": "ttl",
    "/moved_to": "moved_to",
    "/moved_from": "moved_from",
}
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|::1")


class SetupError(SharefeedError):
    """The node was not set up. Nothing that was there has been changed."""


def init(home: Path, values: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> Node:
    """Make a node in ``home`` with these settings; its database is ready and its publication begun.

    A database that the environment names is the one that the node will use, so it is the one that is prepared. Raises
    `SetupError` where there is a node already or the folder cannot be written, and `SettingError`.
    """
    settings = Settings(home.absolute(), values)
    check_url(settings)
    check_settings(settings)
    check_described(settings)
    _refuse_existing(home)
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / "media").mkdir(exist_ok=True)
        named = load(home, environment).database_url
        node = Node.open(settings.changed(database_url=named) if named else settings)
        # First what may fail, last what says that there is a node here: init can then be run again.
        prepare_database(node)
        write_private(home / SECRET_FILE, secrets.token_hex(32))
        try:
            keys.own(node)
            write_private(home / SETTINGS_FILE, settings_text(settings, values))
        except (OSError, SharefeedError):
            # Nothing has been signed with it yet, and with it the folder would pass for a node.
            (home / SECRET_FILE).unlink(missing_ok=True)
            raise
    except OSError as error:
        message = f"{home} cannot be written to: {error.strerror}. No node was made. Choose another folder with --home."
        raise SetupError(message) from error
    return node


def _refuse_existing(home: Path) -> None:
    for name in (SETTINGS_FILE, SECRET_FILE):
        if (home / name).exists():
            raise SetupError(
                f"There is a node in {home} already ({name}). It was left as it is. "
                f"Choose another folder with --home, or change the settings in {home / SETTINGS_FILE}."
            )


def check_url(settings: Settings) -> None:
    """Raises `SettingError` for a public address that cannot be an identity: it must be https, or on this machine."""
    try:
        parts = urlsplit(settings.url)
        host = parts.hostname or "" if parts.port != 0 else ""
    except ValueError as error:
        raise SettingError("node_url", f"is not an address: {settings.url}") from error
    if parts.query or parts.fragment or "@" in parts.netloc or not host:
        raise SettingError(
            "node_url", f"must be a plain address such as https://share.example.org/, not {settings.url}"
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and _LOOPBACK.fullmatch(host)):
        raise SettingError(
            "node_url", "must begin with https:// (to try it out on this machine: http://127.0.0.1:8080/)"
        )


def check_settings(settings: Settings) -> None:
    """Raises `SettingError` for what would otherwise fail only once a page or a feed is asked for."""
    check_each(settings)
    area_bbox(settings)
    check_mail(settings)
    if settings.units not in UNITS:
        raise SettingError("units", f"must be miles, km or empty, not {settings.units}")
    _check_rates(settings)
    check_languages(settings)
    try:
        ZoneInfo(settings.timezone)
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise SettingError("timezone", f"there is no time zone called {settings.timezone}") from error


def _check_rates(settings: Settings) -> None:
    if not 0 <= settings.api_rate_per_minute <= LARGEST_QUOTA:
        raise SettingError("api_rate_per_minute", f"must be a number from 0 to {LARGEST_QUOTA}")
    uncounted(settings.rate_uncounted)


def check_described(settings: Settings) -> None:
    """Raises `SettingError` for what would make a node document that no reader takes, such as a licence in words."""
    try:
        load_node_document(dump_node_document(described(settings)))
    except DocumentError as error:
        problem = error.problems[0]
        name = _SETTING_AT.get(re.sub(r"/\d+$", "", problem.pointer), problem.pointer)
        raise SettingError(name, problem.message) from error


def write_private(path: Path, text: str) -> None:
    """A new file that only its owner may read from its first moment on: secrets, and perhaps a database's password.

    Raises `OSError`, and leaves nothing then: half a secret would be taken for one.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


def settings_text(settings: Settings, names: Collection[str]) -> str:
    """A settings.toml with the settings of these names, each under what it is for."""
    lines = ["# The settings of this node. Every one there is: docs/settings.md, or `sharefeed settings`.", ""]
    for setting in SETTINGS:
        if setting.name in names:
            lines += [f"# {setting.help}", f"{setting.name} = {_toml(getattr(settings, setting.name))}", ""]
    return "\n".join(lines)


def _toml(value: Any) -> str:
    """Text, numbers and flags are written in TOML as in JSON, but for DEL, which no setting needs."""
    return orjson.dumps(value).decode()


def prepare_database(node: Node) -> None:
    """Migrate the database and begin the publication, where either is still to be done.

    A file that is not there yet is made such that only its owner may read it: it will hold names and addresses.
    """
    if node.database.is_sqlite:
        copying.begin_private(node.database.url)
    if migrate.needs_upgrade(node.database):
        migrate.upgrade(node.database)
    with node.database.write() as tx:
        catalogue.begin(tx, node.now)


def upgrade_database(node: Node, with_backup: bool = True) -> Backup | None:
    """Bring the database to this version's form, and back the node up before; what was backed up.

    Nothing is backed up where nothing has to be changed, or where there is no database yet. Raises `StorageError`, and
    `BackupError` where the backup cannot be made: then nothing was changed.
    """
    made = None
    if with_backup and migrate.needs_upgrade(node.database) and migrate.revision(node.database) is not None:
        from node.services.backup.backups import make

        made = make(node)
    prepare_database(node)
    keys.own(node)
    return made


def new_epoch(node: Node) -> str:
    """Tell every reader that history was lost: to be done after restoring a backup."""
    with node.database.write() as tx:
        catalogue.state(tx, lock=True)
        return catalogue.new_epoch(tx)
