"""The page of the city's view, put together for one part of all exchanges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _

from node.context import Node
from node.search.request import SearchRequest
from node.services.dashboard import open_data, reading
from node.services.dashboard.narrowing import MOST_MONTHS, Narrowing, moved, usual
from node.services.dashboard.reading import Dashboard
from node.services.impact import factors
from node.services.impact.effects import METHOD_PATH
from node.services.syndication.downloads import licence_of
from node.storage.rollups import values
from node.web.dashboard import figures
from node.web.dashboard import words as say
from node.web.portal.listing_page import Scene
from node.web.portal.scene import scene_of
from node.web.searching.page import Addresses
from node.web.view_models.dashboard import ImpactFilter, ImpactPage, ImpactPeriod, ImpactTable
from node.web.view_models.parts import Choice, Head, Link
from node.web.wording import words

PATH = "/impact"


def page_of(node: Node, narrowing: Narrowing, today: date) -> ImpactPage:
    found, wanted = reading.read(node, narrowing), reading.looked_for(node, narrowing)
    scene, to = scene_of(node, ()), Ways(request.script_root)
    ended = found.total.all("exchanges")
    addresses = Addresses(scene.paths.root)
    licence, by = licence_of(node.settings), factors.of(node.settings)
    return ImpactPage(
        head=_head(scene, found, to),
        action_path=to.root + PATH,
        period=_period(found, to, today),
        filters=tuple(_filter(*one, found) for one in _narrowed_by()),
        applied=tuple(
            Link(say.value(name, value), to.page(narrowing.with_value(name, None)))
            for name, value in narrowing.chosen.items()
        ),
        ended=ended,
        figures=figures.headline(found) if ended else (),
        ledgers=figures.ledgers(found.total, by.disposal.currency),
        months=figures.months(found, lambda month: to.list(narrowing.between(month, month))),
        most_ended=words.number(max(one.all("exchanges") for one in found.months.values())),
        most_co2e=say.massed(max(one.confirmed("co2e_high_g") for one in found.months.values())),
        tables=tuple(_tables(found, to)) if ended else (),
        funnel=figures.funnel(found.total) if ended else (),
        lost=figures.lost(found.total),
        days=figures.days(found.total),
        middle=say.days(*found.total.middle_span) if found.total.middle_span else "",
        apart=figures.apart(found.total),
        wanted=None if wanted is None else figures.wanted(wanted, lambda root: addresses.of(_wants(root))),
        list_path=to.list(narrowing) if ended else None,
        report_path=to.report(narrowing),
        csv_path=to.of(f"/{open_data.CSV_NAME}", narrowing),
        json_path=to.of(f"/{open_data.JSON_NAME}", narrowing),
        descriptor_path=f"{to.root}/{open_data.DESCRIPTOR}",
        factors_path=to.root + METHOD_PATH,
        method_url=scene.address(to.root + METHOD_PATH),
        factors_version=by.version,
        everything_path=to.page(narrowing.between(*_all_months(found, today))) if found.known else None,
        licence=Link(licence["title"], licence["path"]),
        made_at=node.clock(),
    )


def _wants(root: str) -> SearchRequest:
    return SearchRequest(direction=("want",), category=(root,))


class Ways:
    """Where the pages, lists and files are that show one part of all exchanges."""

    def __init__(self, root: str) -> None:
        self.root = root

    def of(self, path: str, narrowing: Narrowing) -> str:
        return f"{self.root}{path}?{urlencode(narrowing.pairs)}"

    def page(self, narrowing: Narrowing) -> str:
        return self.of(PATH, narrowing)

    def list(self, narrowing: Narrowing) -> str:
        return self.of(f"{PATH}/handovers", narrowing)

    def report(self, narrowing: Narrowing) -> str:
        return self.of(f"{PATH}/report", narrowing)


def _head(scene: Scene, found: Dashboard, to: Ways) -> Head:
    narrowing = found.narrowing
    title = _("What sharing achieves: %(period)s", period=say.period(narrowing.first, narrowing.last))
    description = _("What was given, lent, hosted and helped with, and what came of it.")
    # The address without parameters shows other months each month, so it is no lasting one of these.
    head = scene.head(title, description, scene.address(to.page(narrowing)))
    return replace(head, indexed=not request.args)


def _narrowed_by() -> tuple[tuple[str, str, str], ...]:
    """Each with what it is called, and what all of it is called."""
    return (
        ("action", _("Kind of sharing"), _("Everything")),
        ("category", _("What it was"), _("Everything")),
        ("place", _("Place"), _("Everywhere")),
        ("organisation_type", _("Who gave"), _("Everyone")),
    )


def _filter(name: str, label: str, all_of_it: str, found: Dashboard) -> ImpactFilter:
    chosen = found.narrowing.chosen.get(name, "")
    known = values(name) or tuple(sorted((place for place in found.by[name] if place), key=str.casefold))
    choices = [Choice("", all_of_it, not chosen)]
    choices += [Choice(value, say.value(name, value), value == chosen) for value in known]
    return ImpactFilter(name, label, tuple(choices))


def _tables(found: Dashboard, to: Ways) -> list[ImpactTable]:
    def way(dimension: str) -> Callable[[str], str]:
        return lambda value: to.page(found.narrowing.with_value(dimension, value))

    titles = {
        "action": (_("By kind of sharing"), _("Kind of sharing")),
        "category": (_("By what it was"), _("What it was")),
        "place": (_("By place"), _("Place")),
        "organisation_type": (_("By who gave"), _("Who gave")),
    }
    return [figures.table(found, name, *called, way(name)) for name, called in titles.items()]


def _period(found: Dashboard, to: Ways, today: date) -> ImpactPeriod:
    narrowing = found.narrowing
    year = f"{today:%Y}"
    last_year = str(today.year - 1)
    usually = usual(today)
    spans = (
        (_("The last 12 months"), (usually.first, usually.last)),
        (_("This year"), (f"{year}-01", f"{today:%Y-%m}")),
        (last_year, (f"{last_year}-01", f"{last_year}-12")),
        *(((_("Everything"), _all_months(found, today)),) if found.known else ()),
    )
    links = tuple(
        Link(label, to.page(narrowing.between(*span)), span == (narrowing.first, narrowing.last))
        for label, span in spans
    )
    return ImpactPeriod(say.period(narrowing.first, narrowing.last), narrowing.first, narrowing.last, links)


def _all_months(found: Dashboard, today: date) -> tuple[str, str]:
    """From the first known month until now, as far back as can be looked at together."""
    last = f"{today:%Y-%m}"
    first = found.known[0] if found.known else last
    return max(min(first, last), moved(last, 1 - MOST_MONTHS)), last
