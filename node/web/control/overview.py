"""The operator's first page: what waits, what is not well, how much there is."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from node.context import Node
from node.services.aggregating import proposals, sources
from node.services.aggregating.sources import Health
from node.services.mail import postman
from node.services.moderation import controlling, decisions, reporting
from node.web import current_node
from node.web.control.frame import control_frame
from node.web.control.gate import guarded
from node.web.control.rows import queue_row, removal
from node.web.inside import head
from node.web.portal.sources import moment, source_row
from node.web.view_models.control import MassRemoval, OverviewPage

blueprint = guarded("overview")

ROWS = 10
WELL = ("ok", "new")


@blueprint.get("/")
def page() -> str:
    node = current_node()
    every, counts = sources.health(node), decisions.count_waiting(node)
    shown, _organisations = sources.totals(node)
    rows = [source_row(health, node.now) for health in every]
    view = OverviewPage(
        head=head(_("Overview")),
        control=control_frame(node, "overview"),
        shown=shown,
        sources=len(every),
        held=counts["held"],
        quarantined=counts["quarantined"],
        proposals=proposals.count_waiting(node),
        reported=reporting.count_waiting(node),
        removals=removals(node, every),
        waiting=tuple(queue_row(item) for item in decisions.waiting(node, ROWS)),
        unwell=tuple(row for row in rows if row.health not in WELL),
        last_read=moment(max((health.source.last_read_at or 0 for health in every), default=0) or None),
        index_behind=controlling.changes_behind(node),
        **_mail(node),
    )
    return render_template("control/overview.html", page=view)


def _mail(node: Node) -> dict[str, Any]:
    captured, post = bool(node.settings.mail_capture), postman.how_it_is(node)
    return {
        "mail_captured": captured,
        "mailbox_path": f"{request.script_root}/control/mailbox" if captured else None,
        "mails_late": post.late,
        "mails_failed": post.failed,
        "mail_problem": post.problem,
    }


def removals(node: Node, every: list[Health]) -> tuple[MassRemoval, ...]:
    """Removals that wait for a word, the oldest first."""
    known = {health.source.id: health.source for health in every}
    return tuple(
        removal(
            batch,
            known[batch.source_id].name,
            known[batch.source_id].mirror_count,
            decisions.batch_listings(node, batch.batch),
        )
        for batch in decisions.batches(node)
        if batch.source_id in known
    )
