"""How the node looks and what it says of itself: prepared as a draft, looked at, published, and brought back.

What is published comes before the settings, in every process within a second (`node.published`). Each publication is a
version; the last ten are kept, and going back makes a new one of an old one, so that nothing is lost by it.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from typing import Any

from node.context import Node
from node.published import usable
from node.services.configuration.appearance_form import read_form
from node.services.limits.strangers import FormError
from node.services.pictures import logos
from node.settings import APPEARANCE, Settings
from node.storage import appearances as stored
from node.storage.appearances import Draft, Logo, Version
from node.storage.engine import Tx
from schemas.errors import SharefeedError
from schemas.records import dataclass

KEPT_VERSIONS = 10
SETTINGS_ALONE = 0
"""What a version goes back to that has nothing over the settings."""


class AppearanceChangedError(SharefeedError):
    """Somebody else saved or published in the meantime. Nothing of what was asked for was kept."""

    def __init__(self) -> None:
        super().__init__("Somebody else changed the appearance in the meantime. Nothing was changed by this.")


@dataclass(frozen=True, slots=True)
class State:
    """What is published, what is being prepared, and what was published before; ``history`` is the newest first."""

    draft: Draft | None
    history: tuple[Version, ...]

    @property
    def published(self) -> Version | None:
        return self.history[0] if self.history else None

    @property
    def values(self) -> Mapping[str, Any]:
        """What would come before the settings if the draft were published; what does, where there is none."""
        return usable(self.draft.values if self.draft else _values_of(self.published))

    @property
    def basis(self) -> str:
        """Names this state: a form that was filled in on another one has been overtaken."""
        return f"{self.published.id if self.published else 0}-{self.draft.mark if self.draft else ''}"

    @property
    def before(self) -> int | None:
        """The number of the version that an undo goes back to, or `SETTINGS_ALONE`; None with nothing to undo."""
        if not self.history:
            return None
        return self.history[1].id if len(self.history) > 1 else SETTINGS_ALONE


def state(node: Node) -> State:
    with node.database.read() as tx:
        return _state(tx)


def _state(tx: Tx) -> State:
    return State(stored.draft(tx), tuple(stored.recent(tx, KEPT_VERSIONS)))


def _values_of(version: Version | None) -> Mapping[str, Any]:
    return version.values if version else {}


def configured(node: Node) -> Settings:
    """The settings as file and environment have them, with nothing over them."""
    return node.settings.under(None)


def prepared(node: Node) -> Settings:
    """The settings as they would be if the draft were published now."""
    return configured(node).changed(**state(node).values)


def changed_names(values: Mapping[str, Any], before: Mapping[str, Any]) -> tuple[str, ...]:
    """The settings in which two versions differ."""
    return tuple(name for name in APPEARANCE if values.get(name) != before.get(name))


def save(node: Node, typed: Mapping[str, str], again: Collection[str], basis: str, by: str) -> Draft:
    """Keep what was typed as the draft; for the fields named in ``again`` the settings count.

    ``basis`` is the state that the form was filled in on, ``by`` the name of the session. Raises `FormError`, and
    `AppearanceChangedError`.
    """
    values, problems = read_form(typed, again, configured(node))
    if problems:
        raise FormError(problems)
    with node.database.write() as tx:
        now = _state(tx)
        if now.basis != basis:
            raise AppearanceChangedError
        logo = {"logo": now.values["logo"]} if "logo" in now.values else {}
        return _keep(node, tx, now, {**values, **logo}, by)


def _keep(node: Node, tx: Tx, now: State, values: Mapping[str, Any], by: str) -> Draft:
    draft = Draft(secrets.token_hex(8), values, node.now, by)
    if not stored.save_draft(tx, draft, now.draft.mark if now.draft else ""):
        raise AppearanceChangedError
    _forget_logos(tx)
    return draft


def discard(node: Node, mark: str) -> None:
    """Forget the draft. Raises `AppearanceChangedError`."""
    with node.database.write() as tx:
        if not stored.drop_draft(tx, mark):
            raise AppearanceChangedError
        _forget_logos(tx)


def publish(node: Node, mark: str, by: str) -> Version | None:
    """Let the draft be in force; None where it is what is published already. Raises `AppearanceChangedError`."""
    with node.database.write() as tx:
        now = _state(tx)
        if now.draft is None or now.draft.mark != mark or not stored.drop_draft(tx, mark):
            raise AppearanceChangedError
        if not changed_names(now.draft.values, _values_of(now.published)):
            return None
        made = _publish(node, tx, now.draft.values, by)
    node.settings.look_again()
    return made


def go_back(node: Node, to: int, basis: int, by: str) -> Version:
    """Publish an earlier version again, or the settings alone (`SETTINGS_ALONE`); a draft stays as it is.

    ``basis`` is the number of the version that was in force when this was asked for, so that asking twice goes back
    once. Raises `AppearanceChangedError`.
    """
    with node.database.write() as tx:
        now = stored.head(tx)
        earlier = stored.by_id(tx, to)
        if now is None or now.id != basis or (earlier is None and to != SETTINGS_ALONE):
            raise AppearanceChangedError
        made = _publish(node, tx, _values_of(earlier), by, earlier.published_at if earlier else SETTINGS_ALONE)
    node.settings.look_again()
    return made


def _publish(node: Node, tx: Tx, values: Mapping[str, Any], by: str, back_to: int | None = None) -> Version:
    made = stored.publish(tx, Version(0, values, node.now, by, back_to))
    key = _logo_key(values)
    if key:
        stored.publish_logo(tx, key)
    stored.forget_before(tx, stored.recent(tx, KEPT_VERSIONS)[-1].id)
    _forget_logos(tx)
    return made


def take_logo(node: Node, data: bytes, by: str) -> Draft:
    """Put a picture into the draft as the logo. Raises `PictureError`, and `AppearanceChangedError`."""
    made = logos.made(data)
    with node.database.write() as tx:
        stored.keep_logo(tx, Logo(made.key, made.media_type, made.data), node.now)
        return _with_logo(node, tx, made.path, by)


def show_no_logo(node: Node, by: str) -> Draft:
    """Show the name alone, in the draft. Raises `AppearanceChangedError`."""
    with node.database.write() as tx:
        return _with_logo(node, tx, "", by)


def use_own_logo(node: Node, by: str) -> Draft:
    """Let the setting count for the logo, in the draft. Raises `AppearanceChangedError`."""
    with node.database.write() as tx:
        return _with_logo(node, tx, configured(node).logo, by)


def _with_logo(node: Node, tx: Tx, path: str, by: str) -> Draft:
    now = _state(tx)
    values = {name: value for name, value in now.values.items() if name != "logo"}
    if path != configured(node).logo:
        values["logo"] = path
    return _keep(node, tx, now, values, by)


def logo(node: Node, key: str) -> Logo | None:
    """The logo with this key, published or not."""
    with node.database.read() as tx:
        return stored.logo(tx, key)


def _forget_logos(tx: Tx) -> None:
    """Forget logos that neither the draft nor a version that is kept shows."""
    now = _state(tx)
    shown = [_logo_key(version.values) for version in now.history] + [_logo_key(now.values)]
    stored.forget_logos(tx, {key for key in shown if key})


def _logo_key(values: Mapping[str, Any]) -> str | None:
    name = logos.parts_of(str(values.get("logo", "")))
    return name.key if name else None
