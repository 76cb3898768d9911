"""Is everything working? All of it for who runs the node, what concerns them for owners of an organisation."""

from __future__ import annotations

from flask import abort, g, render_template
from flask_babel import gettext as _

from node.services.health import checks, words
from node.services.health.checks import OK, Finding
from node.services.identity.members import OWNER
from node.services.syndication.feed_readers import head_of_log, readers
from node.storage.feed_readers import FeedReader
from node.web import current_node
from node.web.desk.frame import desk_frame, own_places
from node.web.desk.gate import guarded
from node.web.inside import head
from node.web.portal.cards import moment
from node.web.view_models.health import DeskHealthPage, HealthPart, HealthReader
from node.web.wording.phrases import say

blueprint = guarded("health")


@blueprint.get("/health")
def page() -> str:
    node = current_node()
    if not (g.account.operator or any(place.role == OWNER for place in own_places())):
        abort(404)
    found = checks.look(node, () if g.account.operator else checks.FOR_OWNERS)
    at = head_of_log(node)
    view = DeskHealthPage(
        head=head(_("Is everything working?")),
        desk=desk_frame(),
        sentence=words.whole(found, say),
        state=checks.worst(found),
        amiss=tuple(_part(one) for one in sorted(found, key=_worst_first) if one.state != OK),
        well=tuple(_part(one) for one in found if one.state == OK),
        readers=tuple(_reader(one, at) for one in readers(node)),
    )
    return render_template("desk/health.html", page=view)


def _worst_first(finding: Finding) -> int:
    return -checks.STATES.index(finding.state)


def _part(finding: Finding) -> HealthPart:
    told = words.told(finding, say)
    return HealthPart(
        told.name,
        finding.state,
        words.state(finding, say),
        told.what,
        told.means,
        told.next,
        moment(finding.since) if finding.since else None,
        moment(finding.amiss_since) if finding.amiss_since else None,
    )


def _reader(reader: FeedReader, at: int) -> HealthReader:
    behind = max(0, at - reader.position) if reader.position >= 0 else None
    return HealthReader(reader.node_url, moment(reader.last_at), behind)
