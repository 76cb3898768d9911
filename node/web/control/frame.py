"""What surrounds every page of control: where its parts are, how much waits, what was just done."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request

from node.context import Node
from node.services.aggregating import proposals
from node.services.moderation import decisions, reporting
from node.services.stories import moderating as stories
from node.web.form_state import form_at
from node.web.inside import just_said
from node.web.view_models.control import ControlFrame


def control_frame(node: Node, current: str) -> ControlFrame:
    root = request.script_root
    counts = decisions.count_waiting(node)
    said, good = just_said()
    return ControlFrame(
        overview_path=f"{root}/control/",
        queue_path=f"{root}/control/queue",
        proposals_path=f"{root}/control/proposals",
        sources_path=f"{root}/control/sources",
        appearance_path=f"{root}/control/appearance",
        stories_path=f"{root}/control/stories",
        stories=stories.count_reported(node),
        sign_out=form_at("/control/sign-out"),
        waiting=_waiting(node, counts),
        proposals=proposals.count_waiting(node),
        current=current,
        flash=said,
        flash_ok=good,
    )


def _waiting(node: Node, counts: Mapping[str, int]) -> int:
    """Everything that waits for a word; a removal of many at once counts as one."""
    listings = counts["held"] + counts["quarantined"] + reporting.count_waiting(node)
    return listings + len(decisions.batches(node))
