"""The first pages of the desk: which organisations one has, and how one of them stands."""

from __future__ import annotations

from flask import g, render_template, request
from flask_babel import gettext as _

from node.services import hosting, members
from node.storage.listings import EXPIRED, LIVE, WITHDRAWN
from node.web import current_node
from node.web.desk.frame import desk_frame
from node.web.desk.gate import guarded
from node.web.inside import head
from node.web.view_models import DeskHomePage, DeskOverviewPage, DeskPlace

blueprint = guarded("home")


@blueprint.get("/")
def page() -> str:
    root = request.script_root
    places = members.places_of(current_node(), g.account)
    view = DeskHomePage(
        head=head(_("Your desk")),
        desk=desk_frame(),
        places=tuple(DeskPlace(one.name, f"{root}/desk/{one.slug}/", one.role) for one in places),
    )
    return render_template("desk/home.html", page=view)


@blueprint.get("/<slug>/")
def overview(slug: str) -> str:
    frame = desk_frame("overview")
    counts = hosting.listing_counts(current_node(), g.member.organisation_id)
    view = DeskOverviewPage(
        head=head(frame.organisation),
        desk=frame,
        live=counts.get(LIVE, 0),
        over=counts.get(EXPIRED, 0),
        withdrawn=counts.get(WITHDRAWN, 0),
    )
    return render_template("desk/overview.html", page=view)
