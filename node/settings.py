"""Every setting, in one typed table. ``docs/settings.md`` is held against it by a test.

A setting is read from the environment (``SHAREFEED_`` and its name in capitals; ``DATABASE_URL`` also by that name),
then from ``settings.toml`` in the node's home folder, then from the default here. What an operator published on the
pages of control comes before all three, for the settings in `APPEARANCE` alone. Secrets have no default: they are made
by ``sharefeed init`` and kept in a file that only the node's user may read.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from schemas.errors import SharefeedError
from schemas.records import dataclass

SETTINGS_FILE = "settings.toml"
RESTORING = ".restoring"
"""The folder in which a backup is brought back; where it is still there, that was cut off."""
SECRET_FILE = "secret.key"  # noqa: S105 - the name of the file, not its content
LEAST_SECRET = 32
"""Bytes. One that was cut off, as on a full disk, could be guessed."""
_WITHOUT_IT = (
    "Nothing was changed. Put your copy of it back. Only if there is none, make a new one with `openssl rand -hex 32`,"
    " in a file that only the node's user may read: everybody signs in again then, and the log of who did what no"
    " longer checks"
)
KEY_FILE = "key"
DATABASE_FILE = "sharefeed.sqlite"
DEFAULT_HOME = "sharefeed-data"


class SettingError(SharefeedError):
    """A setting that cannot be used; ``name`` says which."""

    def __init__(self, name: str, message: str) -> None:
        self.name = name
        super().__init__(f"setting {name}: {message}")


@dataclass(frozen=True, slots=True)
class Setting:
    """``type`` is str, int, float or bool; ``default`` None means that there is none.

    With ``appearance``, an operator may publish another value, which then comes before file and environment.
    """

    name: str
    type: type
    default: Any
    help: str
    appearance: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting("node_url", str, None, "Public address of this node, with a slash at the end; also its identity."),
    Setting("node_name", str, "A Sharefeed node", "What this node is called, in titles and feeds.", True),
    Setting("node_description", str, "", "One or two sentences about this node.", True),
    Setting("tagline", str, "", "The line under the name at the foot of each page.", True),
    Setting(
        "headline", str, "", "The question at the top of the catalogue's home page; empty asks the built-in one.", True
    ),
    Setting("lead", str, "", "The sentence beneath it; empty shows the tagline, or else the built-in one.", True),
    Setting("about_text", str, "", "What the home page says about this board, in paragraphs of plain text.", True),
    Setting(
        "contact_line", str, "", "Whom to ask and how, in a line of plain text, on the home page and at the foot.", True
    ),
    Setting("footer_note", str, "", "A sentence of your own at the foot of each page.", True),
    Setting("language", str, "en", "Language of the interface, and of imported listings that name none."),
    Setting(
        "languages",
        str,
        "",
        "Languages that readers may choose from, with commas between; empty offers all that there are.",
    ),
    Setting(
        "translations", str, "", "Folder with words of your own, in the node's home; they come before the built-in."
    ),
    Setting("timezone", str, "Europe/London", "Time zone in which people read dates."),
    Setting("country", str, "GB", "Country of places that name none (ISO 3166-1, two letters)."),
    Setting("units", str, "", "Distances in miles or km; empty takes what is usual in the country.", True),
    Setting("licence", str, "CC0-1.0", "Licence of the listings published here (SPDX identifier)."),
    Setting("attribution", str, "", "Whom to name when the listings are used elsewhere."),
    Setting("contact_email", str, "", "Address of the node's operator, in the node document."),
    Setting("area_name", str, "", "Name of the area this node is for."),
    Setting("area_bbox", str, "", "The area's west, south, east, north in degrees, with commas between."),
    Setting(
        "database_url",
        str,
        "",
        "Database; empty is an SQLite file in the home folder. Also read from DATABASE_URL.",
    ),
    Setting(
        "key_file",
        str,
        "",
        "File with the key that this node signs with, readable by the node's user alone; empty is the file `key` in the"
        " home folder. SHAREFEED_KEY may hold the key instead.",
    ),
    Setting("host", str, "127.0.0.1", "Address on which `sharefeed serve` listens."),
    Setting("port", int, 8080, "Port on which `sharefeed serve` listens."),
    Setting("threads", int, 8, "Requests answered at the same time."),
    Setting("trusted_proxies", int, 0, "How many reverse proxies stand in front and set X-Forwarded-* headers."),
    Setting(
        "api_rate_per_minute",
        int,
        600,
        "Requests a minute that one network may make to the API, as many again to the search page, and as many again to"
        " feeds of searches; 0 sets no limit.",
    ),
    Setting(
        "rate_uncounted",
        str,
        "127.0.0.0/8,::1",
        "Networks whose requests are not counted for that, with commas between; empty counts all.",
    ),
    Setting("aggregate", bool, False, "Whether this node reads other nodes into a catalogue with a portal."),
    Setting("moved_to", str, "", "Address of the node that has taken this one's place, once it has moved."),
    Setting("moved_from", str, "", "Addresses that this node had before it moved here, with commas between."),
    Setting("ttl", int, 3600, "Seconds that readers may wait between readings of this node."),
    Setting("tombstone_days", int, 90, "Days for which the record of a removed listing is kept; 90 at least."),
    Setting("page_entries", int, 500, "Most listings and removals on one page of the change feed; 500 at most."),
    Setting("poll_interval", int, 3600, "Seconds between readings of a source that names no other time."),
    Setting("poll_minimum", int, 60, "Shortest time between two readings of a source, in seconds."),
    Setting(
        "decoders",
        int,
        0,
        "Processes that decode and check listings; 0 is one less than the processors, 1 at least.",
    ),
    Setting("source_listings_limit", int, 100_000, "Most listings taken from one source."),
    Setting("fetch_deadline", float, 20.0, "Seconds after which fetching a page is given up."),
    Setting("fetch_bytes", int, 8_388_608, "Most bytes of a page, after decompression."),
    Setting("allow_loopback", bool, False, "Development only: sources may be on this machine, over plain http."),
    Setting("map_tiles", str, "", "Address template of map tiles; empty draws the map without."),
    Setting("map_attribution", str, "", "Credit that the tiles' owner asks for."),
    Setting("map_lat", float, 52.5733, "Latitude at which the map starts.", True),
    Setting("map_lon", float, -0.2441, "Longitude at which the map starts.", True),
    Setting("map_zoom", int, 11, "Zoom at which the map starts.", True),
    Setting("brand_colour", str, "", "The city's own colour as #RRGGBB; empty uses the built-in green.", True),
    Setting("logo", str, "", "Address or path of the logo; empty shows the name alone.", True),
    Setting("photo_cache_mb", int, 2048, "Most megabytes kept as copies of remote photographs."),
    Setting(
        "offline_reading",
        bool,
        True,
        "Whether browsers may keep pages that were looked at, for reading without a connection.",
    ),
    Setting(
        "backup_folder",
        str,
        "backups",
        "Folder for the daily backups, in the node's home where it is no whole path; empty makes none.",
    ),
    Setting("backup_days", int, 14, "Days for which daily backups are kept; 0 makes none."),
    Setting(
        "impact_factors",
        str,
        "",
        "File with factors of your own for the effects of sharing, in the node's home; they come before the built-in.",
    ),
    Setting("board_url", str, "", "Address of the city's catalogue to which organisations here propose themselves."),
    Setting("proposals", bool, True, "Whether anyone may propose a source."),
    Setting("smtp_host", str, "", "Mail server that takes this node's mails; empty sends none."),
    Setting("smtp_port", int, 587, "Port of the mail server."),
    Setting(
        "smtp_security",
        str,
        "starttls",
        "How the way to the mail server is kept private: starttls, tls (from the first byte) or none.",
    ),
    Setting("smtp_user", str, "", "Name to sign in to the mail server with; empty does not sign in."),
    Setting(
        "smtp_password_file",
        str,
        "",
        "File with that password, readable by the node's user alone; SHAREFEED_SMTP_PASSWORD may hold it instead.",
    ),
    Setting("mail_from", str, "", "Address that mails come from, such as share@example.org."),
    Setting(
        "health_mails", bool, True, "Whether who runs the node gets a mail when something breaks, and when it is well."
    ),
    Setting("mail_capture", bool, False, "Development only: mails are kept and shown here, and none is sent."),
)

APPEARANCE = tuple(setting.name for setting in SETTINGS if setting.appearance)
"""How the node looks and what it says of itself: what an operator may change without touching file or environment."""

BOUNDS: Mapping[str, tuple[float, float]] = {
    "port": (0, 65_535),
    "threads": (1, 256),
    "trusted_proxies": (0, 16),
    "ttl": (0, 31_536_000),
    "tombstone_days": (0, 36_500),
    "page_entries": (1, 500),
    "poll_interval": (1, 31_536_000),
    "poll_minimum": (0, 31_536_000),
    "decoders": (0, 256),
    "source_listings_limit": (1, 100_000_000),
    "fetch_deadline": (0.01, 3600),
    "fetch_bytes": (1, 2**31),
    "map_lat": (-90, 90),
    "map_lon": (-180, 180),
    "map_zoom": (0, 18),
    "photo_cache_mb": (0, 100_000_000),
    "backup_days": (0, 30),
}
"""Between which numbers a setting lies, where any other would only be seen to be wrong once the node runs."""

_BY_NAME = {setting.name: setting for setting in SETTINGS}
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


class Published(Protocol):
    """What was published over the settings of a node."""

    def values(self) -> Mapping[str, Any]:
        """The values by the names of their settings, all of them in `APPEARANCE`."""

    def look_again(self) -> None:
        """Forget what is known of it: something was published just now."""


class Settings:
    """The settings of one node; each is an attribute of its name, and ``home`` is its folder."""

    def __init__(self, home: Path, values: Mapping[str, Any] | None = None, published: Published | None = None) -> None:
        self.home = home
        self.published = published
        self._values = {setting.name: setting.default for setting in SETTINGS}
        for name, value in (values or {}).items():
            self._values[name] = _typed(_known(name), value)

    def __getattr__(self, name: str) -> Any:
        try:
            value = self.__dict__["_values"][name]
        except KeyError as error:
            raise AttributeError(name) from error
        if self.published is None or name not in APPEARANCE:
            return value
        return self.published.values().get(name, value)

    def changed(self, **values: Any) -> Settings:
        """The same settings with some other values, below what is published."""
        return Settings(self.home, {**self._values, **values}, self.published)

    def under(self, published: Published | None) -> Settings:
        """The same settings with this published over them; with None, as file and environment have them."""
        return Settings(self.home, self._values, published)

    def look_again(self) -> None:
        """Take up at once what was published just now."""
        if self.published is not None:
            self.published.look_again()

    @property
    def url(self) -> str:
        """The node's public address, ending in a slash. Raises `SettingError` where none is set."""
        if not self.node_url:
            raise SettingError("node_url", "is not set; `sharefeed init --url https://…` sets it")
        return str(self.node_url).rstrip("/") + "/"

    @property
    def database(self) -> str:
        return str(self.database_url) or f"sqlite:///{self.home / DATABASE_FILE}"

    def secret(self) -> bytes:
        """The node's secret, from its file. Raises `SettingError` where that is not there, or too short to be one."""
        path = self.home / SECRET_FILE
        try:
            found = path.read_bytes()
        except OSError as error:
            raise SettingError("secret", f"{path} cannot be read: {error.strerror}. {_WITHOUT_IT}") from error
        if len(found) < LEAST_SECRET:
            raise SettingError("secret", f"what stands in {path} is no secret, or not the whole of it. {_WITHOUT_IT}")
        return found


def load(home: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in force. Raises `SettingError` for a value of the wrong type or an unknown name in the file."""
    environment = os.environ if environment is None else environment
    folder = home_folder(home, environment)
    return Settings(folder, {**_from_file(folder / SETTINGS_FILE), **_from_environment(environment)})


def home_folder(home: Path | None = None, environment: Mapping[str, str] | None = None) -> Path:
    """The folder of the node: the one that is named, else that of the environment, else the default."""
    environment = os.environ if environment is None else environment
    return (home or Path(environment.get("SHAREFEED_HOME") or DEFAULT_HOME)).absolute()


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    found = {}
    if environment.get("DATABASE_URL"):
        found["database_url"] = environment["DATABASE_URL"]
    for setting in SETTINGS:
        value = environment.get(f"SHAREFEED_{setting.name.upper()}")
        if value is not None:
            found[setting.name] = value
    return found


def _from_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return {_known(name).name: value for name, value in tomllib.load(file).items()}
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(path.name, f"is not TOML: {error}") from error
    except OSError as error:
        raise SettingError(path.name, f"{path} cannot be read: {error.strerror}") from error


def _known(name: str) -> Setting:
    if name not in _BY_NAME:
        raise SettingError(name, "there is no such setting; docs/settings.md lists them")
    return _BY_NAME[name]


def typed(name: str, value: Any) -> Any:
    """``value`` as the setting of this name has it. Raises `SettingError` where it cannot be one."""
    return _typed(_known(name), value)


def _typed(setting: Setting, value: Any) -> Any:
    if value is None:
        return None
    if setting.type is bool:
        return _flag(setting, value)
    if setting.type is str and not isinstance(value, str):
        raise SettingError(setting.name, f"must be text, not {value!r}")
    try:
        return _within(setting, setting.type(value))
    except (TypeError, ValueError, OverflowError) as error:
        wanted = "a whole number" if setting.type is int else "a number"
        raise SettingError(setting.name, f"must be {wanted}, not {value!r}") from error


def _within(setting: Setting, value: Any) -> Any:
    least, most = BOUNDS.get(setting.name, (None, None))
    if least is None or most is None or least <= value <= most:
        return value
    raise SettingError(setting.name, f"must be from {least:g} to {most:.0f}, not {value}")


def _flag(setting: Setting, value: Any) -> bool:
    word = str(value).strip().lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise SettingError(setting.name, f"must be true or false, not {value!r}")
