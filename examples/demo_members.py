"""Bringing one member of the demo network up: a node with its listings, a static folder, or a feed of another make."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Any

from examples.demo_plan import PHOTOS, PUBLISHER, Member
from examples.demo_processes import SHAREFEED, Child, Children, choose_port, status_of, wait_until
from node.context import Node
from node.services.organisations.hosting import put_profile
from node.settings import load

NODE_DOCUMENT = ".well-known/sharefeed.json"
TTL_S = 60
"""Short, so that whoever changes a listing while the demo runs soon finds it in the catalogue."""


@dataclass(frozen=True, slots=True)
class Site:
    """A member that answers. ``url`` ends in a slash; it is the page that an operator would paste."""

    member: Member
    url: str


def _nothing(member: Member, home: Path) -> None:
    """A node that has no past."""


def start_member(
    member: Member,
    folder: Path,
    children: Children,
    settings: Mapping[str, str] = MappingProxyType({}),
    before: Callable[[Member, Path], None] = _nothing,
) -> Site:
    """Set ``member`` up in a folder of its own below ``folder``, and serve it. Raises `DemoError`.

    A node, which is one that runs the software, gets these settings, too; ``before`` is called once it is there with
    its organisations, and has no listings yet.
    """
    port = choose_port()
    site = Site(member, f"http://127.0.0.1:{port}/")
    home = folder / member.slug
    if member.kind == PUBLISHER:
        _make_node(site, home, port, children, settings)
        before(member, home)
        _bring_in(member, home, children)
        child, asked = children.start(member.slug, [*SHAREFEED, "serve", "--home", str(home)]), NODE_DOCUMENT
    else:
        _make_folder(site, home, children)
        command = [sys.executable, "-m", "examples.static_server", str(home), str(port)]
        child, asked = children.start(member.slug, command), ""
    wait_until_answers(site.url + asked, child)
    return site


def wait_until_answers(url: str, child: Child) -> None:
    """Wait until the process answers at ``url``. Raises `DemoError` when it ends or takes too long."""
    wait_until(lambda: status_of(url) == 200, f"Starting {child.name}", child.check)


def _make_node(site: Site, home: Path, port: int, children: Children, settings: Mapping[str, str]) -> None:
    member = site.member
    command = [*SHAREFEED, "init", "--home", str(home), "--url", site.url, "--port", str(port)]
    command += _description(member)
    every = {"area_bbox": _bbox(member), "ttl": str(TTL_S), **settings}
    command += [part for name, value in every.items() for part in ("--set", f"{name}={value}")]
    children.run(f"{member.slug}-init", command)
    _host_organisations(member, home)


def _bring_in(member: Member, home: Path, children: Children) -> None:
    command = [*SHAREFEED, "import", str(member.source), "--images", str(PHOTOS), "--home", str(home)]
    children.run(f"{member.slug}-import", command)


def _description(member: Member) -> list[str]:
    options = ["--name", member.name, "--description", member.description, "--area", member.locality]
    return [*options, "--email", member.contact["email"]] if "email" in member.contact else options


def _bbox(member: Member) -> str:
    return ",".join(str(degrees) for degrees in member.area)


def _host_organisations(member: Member, home: Path) -> None:
    """The profiles that a spreadsheet of listings has no columns for."""
    node = Node.open(load(home, {}))
    try:
        for organisation in member.organisations:
            profile = {name: organisation[name] for name in ("type", "url", "description")}
            put_profile(node, organisation["name"], None, profile)
    finally:
        node.database.close()


def _make_folder(site: Site, home: Path, children: Children) -> None:
    member = site.member
    if member.is_spreadsheet:
        command = [*SHAREFEED, "publish", str(member.source), "--to", str(home), "--url", site.url]
        children.run(f"{member.slug}-publish", [*command, "--images", str(PHOTOS), *_description(member)])
        return
    home.mkdir()
    feed = member.filled(site.url.rstrip("/"), datetime.now(UTC).replace(microsecond=0))
    (home / member.source.name).write_bytes(feed)
    (home / "index.html").write_text(_front_page(member, feed), encoding="utf-8")


def _front_page(member: Member, feed: bytes) -> str:
    """A page as somebody might write it by hand, with nothing but a link to say where the feed is."""
    kind = "application/atom+xml" if member.source.suffix == ".atom" else "application/feed+json"
    items = json.loads(feed)["items"] if member.source.suffix == ".json" else []
    return "\n".join(
        [
            '<!doctype html><html lang="en"><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(member.name)}</title>",
            f'<link rel="alternate" type="{kind}" href="{member.source.name}">',
            f"<h1>{escape(member.name)}</h1>",
            f"<p>{escape(member.description)}</p>",
            *(_article(item) for item in items),
            f'<p><a href="{member.source.name}">Our feed</a></p></html>\n',
        ]
    )


def _article(item: dict[str, Any]) -> str:
    anchor = item["url"].partition("#")[2]
    title, text = escape(item["title"]), escape(item["content_text"])
    return f'<article id="{escape(anchor)}"><h2>{title}</h2><p>{text}</p></article>'
