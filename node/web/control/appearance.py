"""How the node looks and what it says of itself: the form, publishing, and going back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response, g, get_template_attribute, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.context import Node
from node.services.catalogue import map_middle
from node.services.configuration import appearance
from node.services.configuration.appearance import AppearanceChangedError
from node.services.configuration.appearance_form import NAMES, colour_of, written
from node.services.limits.strangers import FormError
from node.services.pictures.shrinking import PictureError
from node.web import current_node
from node.web.appearance.brand import is_colour
from node.web.control.appearance_view import appearance_page, logo_page, verdict
from node.web.control.frame import control_frame
from node.web.control.gate import guarded
from node.web.control.preview import BOARD_PATH
from node.web.form_state import form_at, sentences, typed_in
from node.web.inside import say, to
from node.web.wording.said import plain

blueprint = guarded("appearance")

PATH = "/control/appearance"
LOGO_PATH = f"{PATH}/logo"


@blueprint.get("/appearance")
def page() -> str:
    node = current_node()
    prepared = appearance.prepared(node)
    return _form(node, {name: written(getattr(prepared, name)) for name in NAMES})


@blueprint.post("/appearance")
def save() -> ResponseReturnValue:
    node, typed, again = current_node(), typed_in(*NAMES), set(request.form.getlist("again"))
    asked = request.form.get("then", "preview")
    if asked == "middle":
        found = map_middle.middle(node)
        if found is None:
            return _form(node, typed, {"map_lat": _("No listing says where it is yet.")}), 422
        typed |= {"map_lat": written(found.lat), "map_lon": written(found.lon), "map_zoom": written(found.zoom)}
        again -= {"map_lat", "map_lon", "map_zoom"}
    try:
        appearance.save(node, typed, again, request.form.get("basis", ""), g.operator.name)
    except FormError as error:
        return _form(node, typed, sentences(error.problems)), 422
    except AppearanceChangedError:
        return _form(node, typed, {"": _overtaken()}), 409
    return to(_WAYS_ON.get(asked, BOARD_PATH))


_WAYS_ON = {"logo": LOGO_PATH, "middle": f"{PATH}#map", "save": PATH}
"""Where it goes on after saving, by what the button said."""


def _overtaken() -> str:
    return str(
        _(
            "Somebody else saved or published something in the meantime. What you typed is still here: save it again "
            "to put it in the place of theirs."
        )
    )


def _form(node: Node, typed: Mapping[str, str], errors: Mapping[str, str] | None = None) -> str:
    state = appearance.state(node)
    form = form_at(PATH, {**typed, "basis": state.basis}, errors)
    view = appearance_page(node, state, form, control_frame(node, "appearance"), g.operator.name)
    return render_template("control/appearance.html", page=view)


@blueprint.get("/appearance/colour")
def colour() -> Response:
    """What becomes of a colour, as the form shows it beneath the field while it is typed."""
    try:
        typed = colour_of(request.args.get("colour", "")[:40])
    except ValueError:
        return Response(status=204)
    shown = verdict(typed if is_colour(typed) else "")
    return make_response(get_template_attribute("macros/appearance.html", "verdict")(shown))


@blueprint.post("/appearance/publish")
def publish() -> ResponseReturnValue:
    try:
        made = appearance.publish(current_node(), request.form.get("mark", ""), g.operator.name)
    except AppearanceChangedError:
        say(_("The draft is not the one that you looked at any more, so nothing was published."), ok=False)
        return to(PATH)
    say(_("Published. Everyone sees it now.") if made else _("That is what everyone sees already."))
    return to(PATH)


@blueprint.post("/appearance/discard")
def discard() -> ResponseReturnValue:
    return _done(
        lambda: appearance.discard(current_node(), request.form.get("mark", "")),
        _("The draft is gone. What everyone sees has not changed."),
    )


@blueprint.post("/appearance/back")
def back() -> ResponseReturnValue:
    """Publish what was shown before, or one of the versions before that."""
    number, basis = (request.form.get(name, -1, type=int) for name in ("to", "basis"))
    return _done(
        lambda: appearance.go_back(current_node(), number, basis, g.operator.name),
        _("Everyone sees the earlier version again."),
    )


def _done(do: Callable[[], object], said: str) -> ResponseReturnValue:
    try:
        do()
    except AppearanceChangedError:
        say(_("Somebody else was faster. Nothing was changed by this; here is how it stands."), ok=False)
        return to(PATH)
    say(said)
    return to(PATH)


@blueprint.get("/appearance/logo")
def logo() -> str:
    return _logo(current_node())


def _logo(node: Node, errors: Mapping[str, str] | None = None) -> str:
    view = logo_page(node, appearance.state(node), form_at(LOGO_PATH, errors=errors), control_frame(node, "appearance"))
    return render_template("control/logo.html", page=view)


@blueprint.post("/appearance/logo")
def change_logo() -> ResponseReturnValue:
    node, by, then = current_node(), g.operator.name, request.form.get("then", "take")
    try:
        if then == "none":
            appearance.show_no_logo(node, by)
        elif then == "again":
            appearance.use_own_logo(node, by)
        else:
            return _take(node, by)
    except AppearanceChangedError:
        return _logo(node, {"": _overtaken()}), 409
    return to(LOGO_PATH)


def _take(node: Node, by: str) -> ResponseReturnValue:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _logo(node, {"file": _("Choose a file first.")}), 422
    try:
        appearance.take_logo(node, sent.read(), by)
    except PictureError as error:
        told = " ".join((plain(str(error)), _("Nothing was changed; choose another file.")))
        return _logo(node, {"file": told}), 422
    say(_("The logo is in the draft."))
    return to(LOGO_PATH)
