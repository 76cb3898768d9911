"""The page on which somebody composes what they put on their own website, and sees it as it will look there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flask import Blueprint, Response, make_response, render_template, request

from node.context import Node
from node.languages import base, locale_of, offered
from node.search.request import SearchRequest
from node.services.catalogue import embedding
from node.services.catalogue.embedding import MOST, Strip
from node.web import current_node
from node.web.embedding import code as embed_code
from node.web.embedding import request as frame_request
from node.web.embedding.frame import path_of, title_of
from node.web.embedding.request import MAKER_PATH, FrameRequest, searched
from node.web.portal.scene import scene_of
from node.web.security import with_frames
from node.web.view_models.embed import EmbedCode, EmbedMaker
from node.web.view_models.parts import Choice, Form
from node.web.wording import words
from node.web.wording.phrases import say as _

blueprint = Blueprint("embed_maker", __name__)

LIMITS = (3, 4, 6, 9, 12, MOST)


@blueprint.get(f"/{MAKER_PATH}")
def make() -> Response:
    node, wanted = current_node(), frame_request.read(request.args)
    response = make_response(render_template("embed/make.html", page=_page(node, wanted)))
    # The one page of ours with a frame in it, which shows another of our own.
    response.headers["Content-Security-Policy"] = with_frames(node.settings)
    return response


def _page(node: Node, wanted: FrameRequest) -> EmbedMaker:
    strip = embedding.strip(node, wanted.asked)
    wanted = replace(wanted, asked=strip.request, listing="")
    scene, asked = scene_of(node, ()), wanted.asked
    choices = tuple(_organisations(node, asked))
    root, page_url = f"{scene.paths.root}/", scene.address(path_of(strip, scene))
    return EmbedMaker(
        head=scene.head(_("Put listings on your website"), "", scene.address(root + MAKER_PATH)),
        form=_form(root + MAKER_PATH, wanted),
        preview_path=wanted.address(root),
        preview_height=wanted.height,
        codes=_codes(node, wanted, page_url, _name(node, strip)),
        organisations=choices,
        directions=tuple(_directions(asked)),
        limits=tuple(Choice(str(n), words.listings(n), n == asked.limit) for n in sorted({*LIMITS, asked.limit})),
        themes=tuple(_themes(wanted.theme)),
        languages=tuple(_languages(node, wanted.language)),
        with_words=node.settings.aggregate,
        carried=_carried(asked, bool(choices)),
        said=_said(node, asked, bool(choices)),
        page_url=page_url,
    )


def _codes(node: Node, wanted: FrameRequest, page_url: str, title: str) -> tuple[EmbedCode, ...]:
    url = node.settings.url
    return (
        EmbedCode(
            _("One line of HTML"),
            _("It becomes as tall as the listings in it. Where no script runs, it is a link."),
            embed_code.script_line(url, wanted, page_url, title),
        ),
        EmbedCode(
            _("Without a script"),
            _("For websites that let no script in. Its height is fixed; you may change it."),
            embed_code.frame(url, wanted, title),
        ),
    )


def _name(node: Node, strip: Strip) -> str:
    """What the frame is called for those who hear it, and the link that stands in for it."""
    return _("%(title)s, at %(board)s", title=title_of(strip), board=node.settings.node_name)


def _organisations(node: Node, asked: SearchRequest) -> Iterator[Choice]:
    """Everybody, then each organisation; one that has nothing just now is kept if it was asked for."""
    names = embedding.names(node)
    chosen = asked.organisation[0] if len(asked.organisation) == 1 else ""
    if not names:
        return
    yield Choice("", _("All organisations"), not chosen)
    if chosen and chosen not in dict(names):
        yield Choice(chosen, _("The one that you came from"), True)
    for key, name in names:
        yield Choice(key, name, key == chosen)


def _directions(asked: SearchRequest) -> Iterator[Choice]:
    chosen = asked.direction[0] if len(asked.direction) == 1 else ""
    for value, label in (("", _("Both")), ("offer", _("Only what there is")), ("want", _("Only what is wanted"))):
        yield Choice(value, label, value == chosen)


def _themes(chosen: str) -> Iterator[Choice]:
    labels = {"auto": _("As the page around it"), "light": _("Light"), "dark": _("Dark")}
    for value in frame_request.THEMES:
        yield Choice(value, labels[value], value == chosen)


def _languages(node: Node, chosen: str) -> Iterator[Choice]:
    """The reader's own, then each that is offered; nothing where there is one alone."""
    known = offered(node.settings)
    if len(known) > 1:
        yield Choice("", _("The one that the reader’s browser asks for"), not chosen)
        for code in known:
            locale = locale_of(code)
            yield Choice(code, locale.get_language_name(str(locale)) or code, base(code) == base(chosen))


def _form(path: str, wanted: FrameRequest) -> Form:
    typed = request.args.get("colour", "").strip()
    fields = {"q": wanted.asked.q, "colour": f"#{wanted.colour}" if wanted.colour else typed}
    if not typed or wanted.colour:
        return Form(path, "", fields)
    wrong = _("Write a colour as # and six digits or letters from A to F, such as #1E6B4A.")
    return Form(path, "", fields, {"colour": wrong})


def _in_the_form(asked: SearchRequest, by_name: bool) -> frozenset[str]:
    """The parameters that have a field; ``by_name`` says that organisations can be chosen."""
    names = ("direction", "organisation") if by_name else ("direction",)
    return frozenset(["q", *(name for name in names if len(getattr(asked, name)) < 2)])


def _carried(asked: SearchRequest, by_name: bool) -> tuple[tuple[str, str], ...]:
    """What else of the search is kept when the form is sent."""
    with_fields = _in_the_form(asked, by_name)
    return tuple((name, value) for name, value in searched(asked) if name not in with_fields)


def _said(node: Node, asked: SearchRequest, by_name: bool) -> str:
    """The carried part of a search in words."""
    if not _carried(asked, by_name) or not node.settings.aggregate:
        return ""
    from node.services.catalogue.search_names import names_in
    from node.web.searching.page import said_of

    fields = {name: () for name in _in_the_form(asked, by_name) if name != "q"}
    shown = asked.changed(q="", **fields)
    return said_of(shown, names=names_in(node, shown))
