"""What an operator says in place of a plain feed: the same options, and the same checks, wherever one is taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from node.services.aggregating.plain_defaults import AT_FIRST, from_fields
from schemas.errors import DocumentError
from schemas.vocabulary import ACTIONS, DIRECTIONS, KINDS, ORGANISATION_TYPES

if TYPE_CHECKING:
    from federation.plain import Defaults

_OPTIONS: tuple[tuple[str, str, Any], ...] = (
    ("organisation", "the organisation that its entries are from.", str),
    ("organisation_type", "what kind of organisation that is.", click.Choice(ORGANISATION_TYPES)),
    ("organisation_url", "the organisation's own website; without it, the feed's.", str),
    ("direction", "whether its entries are offers or wants.", click.Choice(DIRECTIONS)),
    ("kind", "what its entries are.", click.Choice(KINDS)),
    ("action", "what is done with them. Default: what is usual for their kind.", click.Choice(ACTIONS)),
    ("category", "their category.", str),
    ("locality", "where the things are.", str),
    ("lat", "latitude of that place.", str),
    ("lon", "longitude of that place.", str),
    ("language", "the language of its entries, such as en.", str),
    ("days", "days after which an entry expires.", str),
)


def with_plain_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options; the command gets them as keywords, which `defaults_of` takes."""
    for name, what, kind in reversed(_OPTIONS):
        default = AT_FIRST.get(name)
        option = click.option(
            f"--{name.replace('_', '-')}",
            type=kind,
            default=default,
            show_default=default is not None,
            help=f"For a plain feed: {what}",
        )
        command = option(command)
    return command


def defaults_of(said: Mapping[str, str | None], feed_url: str) -> Defaults | None:
    """What the options say of the feed at this address; None where they name no organisation.

    Raises `click.UsageError`, which names the options that are at fault.
    """
    if not (said["organisation"] or "").strip():
        return None
    try:
        return from_fields({name: value or "" for name, value in said.items()}, feed_url)
    except DocumentError as error:
        faults = [f"{_option(problem.pointer)}: {problem.message}" for problem in error.problems]
        raise click.UsageError("\n  ".join(["Nothing was changed.", *faults])) from error


def _option(pointer: str) -> str:
    return "--" + pointer.lstrip("/").replace("_", "-")
