"""What there is of each kind: all categories, and a page for each with what is new, wanted and below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from flask import Blueprint, abort, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug import Response

from node.context import Node
from node.search.request import SearchRequest
from node.services.catalogue import search as searching
from node.services.catalogue.search import FacetValue, SearchResult
from node.services.mail.mail_settings import can_mail
from node.storage.catalogue import Shown
from node.web import current_node
from node.web.portal.cards import cards_of
from node.web.portal.listing_page import Scene
from node.web.portal.scene import scene_of
from node.web.searching.page import Addresses, calendar_of, feeds_of
from node.web.view_models.parts import Link
from node.web.view_models.portal import CategoriesPage, CategoryEntry, CategoryPage
from node.web.wording.code_words import category as names_of
from schemas import vocabulary
from schemas.vocabulary import Category

blueprint = Blueprint("categories", __name__)

NEW, WANTED, MOST_WORDS = 12, 4, 24
_MOST_IN_HEAD = 8


@blueprint.get("/categories")
def every() -> str:
    node = current_node()
    scene = scene_of(node, ())
    counts = counts_of(searching.search(node, SearchRequest(limit=1)))
    page = CategoriesPage(
        head=scene.head(_("Everything by kind"), _("What there is, kind by kind."), scene.address(path_of(scene, ""))),
        roots=tuple(_entry(root, counts, scene) for root in vocabulary.roots()),
    )
    return render_template("portal/categories.html", page=page)


@blueprint.get("/categories/<path:path>")
def one(path: str) -> str | Response:
    category = vocabulary.home_of(path)
    if category is None:
        abort(404)
    if category.path != path:
        # Kinds that the vocabulary does not know yet stand with the nearest that it knows.
        return redirect(f"{request.script_root}/categories/{category.path}")
    return render_template("portal/category.html", page=_page(current_node(), category))


def _page(node: Node, category: Category) -> CategoryPage:
    asked = SearchRequest(category=(category.path,))
    counted = searching.search(node, asked.changed(limit=1))
    new, wanted = (_newest(node, asked, side, most) for side, most in (("offer", NEW), ("want", WANTED)))
    scene = scene_of(node, [*new, *wanted])
    addresses = Addresses(scene.paths.root)
    counts, sides = counts_of(counted), _sides(counted)
    names, here = names_of(category.path), path_of(scene, category.path)
    head = scene.head(names.plural, ", ".join((names.plural, *names.things[:_MOST_IN_HEAD])), scene.address(here))
    return CategoryPage(
        head=replace(head, feeds=feeds_of(asked, addresses)),
        label=names.plural,
        root=category.root,
        trail=tuple(_trail(category, scene)),
        things=names.things[:MOST_WORDS],
        offers=sides.get("offer", 0),
        wants=sides.get("want", 0),
        new=cards_of(new, scene.paths),
        wanted=cards_of(wanted, scene.paths),
        below=_entry(category, counts, scene).below,
        search_path=addresses.of(asked),
        wanted_path=f"{scene.paths.root}/wanted?category={category.path}",
        feeds=(*feeds_of(asked, addresses), *calendar_of(counted, asked, addresses)),
        alert_path=addresses.of_alert(asked) if can_mail(node.settings) else None,
    )


def path_of(scene: Scene, path: str) -> str:
    """The page of a category; without a path, of all."""
    return f"{scene.paths.root}/categories" + (f"/{path}" if path else "")


def counts_of(result: SearchResult) -> dict[str, int]:
    """How many listings each category holds, by its path."""
    tree = next((facet.values for facet in result.facets if facet.name == "category"), ())
    return dict(_flat(tree))


def _flat(values: Iterable[FacetValue]) -> Iterator[tuple[str, int]]:
    for value in values:
        yield value.value, value.count
        yield from _flat(value.children)


def _sides(result: SearchResult) -> dict[str, int]:
    return {v.value: v.count for facet in result.facets if facet.name == "direction" for v in facet.values}


def _newest(node: Node, asked: SearchRequest, direction: str, most: int) -> list[Shown]:
    result = searching.search(node, asked.changed(direction=(direction,), sort="newest", limit=most))
    return [match.shown for match in result.matches]


def _entry(category: Category, counts: dict[str, int], scene: Scene) -> CategoryEntry:
    below = (one for one in vocabulary.categories().values() if one.path.rpartition("/")[0] == category.path)
    return CategoryEntry(
        names_of(category.path).plural,
        path_of(scene, category.path),
        category.root,
        counts.get(category.path, 0),
        tuple(_entry(one, counts, scene) for one in below),
    )


def _trail(category: Category, scene: Scene) -> Iterator[Link]:
    yield Link(_("Everything by kind"), path_of(scene, ""))
    above = vocabulary.home_of(category.path.rpartition("/")[0])
    if above is not None:
        yield Link(names_of(above.path).plural, path_of(scene, above.path))
