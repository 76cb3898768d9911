"""What a setting may not say is refused in one sentence that names it, before a node runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.services.configuration.setup import SetupError, check_described, check_settings, init
from node.settings import SettingError, Settings


def checked(home: Path, **values: object) -> Settings:
    settings = Settings(home, {"node_url": "https://share.example.org/", **values})
    check_settings(settings)
    check_described(settings)
    return settings


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        pytest.param("contact_email", "nobody", "e-mail address", id="mail without an at"),
        pytest.param("contact_email", "a b@example.org", "e-mail address", id="mail with a space"),
        pytest.param("brand_colour", "red", "#1f5c4d", id="colour by name"),
        pytest.param("brand_colour", "#12345", "#1f5c4d", id="colour too short"),
        pytest.param("map_tiles", "nonsense", "{z}", id="tiles that are no address"),
        pytest.param("map_tiles", "https://tiles.example/", "{z}", id="tiles that are all the same"),
        pytest.param("map_tiles", "javascript:{z}{x}{y}", "{z}", id="tiles from a script"),
        pytest.param("map_tiles", "https://a.example; script-src *//{z}/{x}/{y}", "{z}", id="tiles that end a policy"),
        pytest.param("map_tiles", "//evil.example/{z}/{x}/{y}.png", "{z}", id="tiles of a host in disguise"),
        pytest.param("logo", "javascript:x", "picture", id="logo that runs"),
        pytest.param("logo", "data:image/png;base64,AA", "picture", id="logo within"),
        pytest.param("logo", "media/../../secret.key", "picture", id="logo out of its folder"),
        pytest.param("board_url", "javascript:alert(1)", "web address", id="board that runs"),
        pytest.param("board_url", "board.example.org", "web address", id="board without https"),
        pytest.param("moved_to", "https://share.example.org", "itself", id="moved to itself"),
        pytest.param("moved_to", "elsewhere", "web address", id="moved nowhere"),
        pytest.param("moved_from", "https://old.example.org/, elsewhere", "https://", id="moved from nowhere"),
        pytest.param("smtp_host", "https://mail.example.org/", "without https://", id="mail server as an address"),
        pytest.param("host", "", "127.0.0.1", id="no host"),
        pytest.param("host", "all of them", "machine", id="host in words"),
        pytest.param("licence", "do what you like", "CC0-1.0", id="licence in words"),
        pytest.param("language", "zz", "such as en", id="language that nobody speaks"),
        pytest.param("translations", "nowhere", "no folder", id="translations that are not there"),
        pytest.param("database_url", "sqlite://", "lost", id="database in memory"),
        pytest.param("tombstone_days", 5, "90", id="removals forgotten too soon"),
        pytest.param("tagline", "a\x00b", "cannot be written", id="text with a NUL"),
        pytest.param("backup_folder", "taken", "is a file", id="backups into a file"),
        pytest.param("impact_factors", "nowhere.json", "cannot be read", id="factors that are not there"),
        pytest.param("impact_factors", "taken", "not in order", id="factors that are none"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(tmp_path: Path, name: str, value: object, says: str) -> None:
    (tmp_path / "taken").write_text("here")
    with pytest.raises(SettingError) as refused:
        checked(tmp_path, **{name: value})
    assert refused.value.name == name
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("map_tiles", "https://{s}.tiles.example/{z}/{x}/{y}.png?key=abc", id="tiles of several servers"),
        pytest.param("map_tiles", "/tiles/{z}/{x}/{y}.png", id="tiles of our own"),
        pytest.param("logo", "https://city.example/logo%20small.svg?v=2", id="logo elsewhere"),
        pytest.param("logo", "media/logo.svg", id="logo here"),
        pytest.param("logo", "/brand/" + "a" * 32 + "-10x10.png", id="logo that was sent"),
        pytest.param("brand_colour", "#7A3E7E", id="colour"),
        pytest.param("contact_email", "zoë@example.org", id="mail"),
        pytest.param("smtp_host", "127.0.0.1", id="mail server"),
        pytest.param("host", "::1", id="host"),
        pytest.param("language", "pt-BR", id="language without words of its own"),
        pytest.param("licence", "CC-BY-SA-4.0", id="licence"),
        pytest.param("database_url", "sqlite:////srv/share.sqlite", id="database"),
        pytest.param("backup_folder", "/nowhere/yet", id="backups in a folder that is still to be made"),
    ],
)
def test_what_can_be_meant_is_taken(tmp_path: Path, name: str, value: str) -> None:
    more = {"mail_from": "post@share.example"} if name == "smtp_host" else {}
    assert getattr(checked(tmp_path, **{name: value}, **more), name) == value


def test_nothing_is_made_with_a_setting_that_cannot_be_meant(tmp_path: Path) -> None:
    home = tmp_path / "node"
    with pytest.raises((SettingError, SetupError), match="brand_colour"):
        init(home, {"node_url": "https://share.example.org/", "brand_colour": "red"}, {})
    assert not home.exists()
