"""The city's view: what all sharing came to, by month, kind, place and organisation; as page, report and data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import orjson
from flask import Blueprint, Response, abort, render_template, request

from node.context import Node
from node.services.catalogue.search import ParameterError
from node.services.dashboard import open_data, reading
from node.services.dashboard.narrowing import Narrowing, from_args
from node.services.syndication.feeds import rendered
from node.web import current_node
from node.web.conditional import conditional, open_to_all
from node.web.dashboard.behind import LAST_PAGE, list_of
from node.web.dashboard.page import PATH, page_of
from node.web.dashboard.words import refused
from node.web.errors import for_machine
from schemas.tally import SUMS

blueprint = Blueprint("dashboard", __name__)


@blueprint.get(PATH)
def page() -> str:
    node = current_node()
    return render_template("portal/impact.html", page=page_of(node, _narrowing(node), _today(node)))


@blueprint.get(f"{PATH}/report")
def report() -> str:
    node = current_node()
    return render_template("portal/impact_report.html", page=page_of(node, _narrowing(node), _today(node)))


@blueprint.get(f"{PATH}.json")
def document() -> Response:
    node = current_node()
    narrowing = _narrowing(node)
    told = open_data.document(node, reading.read(node, narrowing, SUMS), reading.looked_for(node, narrowing))
    return open_to_all(conditional(rendered("impact", orjson.dumps(told)), "application/json"))


@blueprint.get(f"{PATH}.csv")
def table() -> Response:
    node = current_node()
    rows = open_data.table(node, _narrowing(node))
    response = Response(rows, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{open_data.CSV_NAME}"'
    response.headers["Cache-Control"] = "no-cache"
    return open_to_all(response)


@blueprint.get(f"/{open_data.DESCRIPTOR}")
def descriptor() -> Response:
    body = orjson.dumps(open_data.descriptor(current_node()), option=orjson.OPT_INDENT_2)
    return open_to_all(conditional(rendered("impact", body), "application/json"))


@blueprint.get(f"{PATH}/handovers")
def handovers() -> str:
    node = current_node()
    number = request.args.get("page", 1, type=int)
    if not 1 <= number <= LAST_PAGE:
        abort(404, "There is no such page.")
    return render_template(
        "portal/impact_handovers.html", page=list_of(node, _narrowing(node), request.args.get("month", ""), number)
    )


def _narrowing(node: Node) -> Narrowing:
    try:
        return from_args(request.args, _today(node))
    except ParameterError as error:
        if for_machine():
            raise
        raise ParameterError([replace(one, message=refused(one)) for one in error.problems]) from error


def _today(node: Node) -> date:
    return node.clock().astimezone(ZoneInfo(node.settings.timezone)).date()
