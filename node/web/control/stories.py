"""Stories, for who runs a catalogue: what visitors reported, what was set aside, and hiding any of them."""

from __future__ import annotations

import orjson
from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.services.stories import moderating
from node.services.stories.moderating import ModerationError, Reported
from node.storage.story_shelf import FINE, Looked, Shelved
from node.web import current_node
from node.web.control.frame import control_frame
from node.web.control.gate import guarded
from node.web.form_state import form_at
from node.web.inside import PAGE_ROWS, head, page_number, pager, say, to
from node.web.portal.cards import moment
from node.web.stories.view import story_path
from node.web.view_models.parts import Form
from node.web.view_models.stories import ControlStoriesPage, ControlStoryRow
from node.web.wording.code_words import word
from node.web.wording.said import plain

blueprint = guarded("stories")

PATH = "/control/stories"
MOST_ID, MOST_REPORTED = 2048, 50


@blueprint.get("/stories")
def page() -> str:
    node, number = current_node(), page_number()
    found, total = moderating.looked_through(node, PAGE_ROWS, (number - 1) * PAGE_ROWS)
    reported = moderating.reported(node, MOST_REPORTED) if number == 1 else []
    view = ControlStoriesPage(
        head=head(_("Stories")),
        control=control_frame(node, "stories"),
        reported=tuple(_reported(one) for one in reported),
        rows=tuple(_row(one) for one in found),
        pager=pager(f"{request.script_root}{PATH}?", number, total),
    )
    return render_template("control/stories.html", page=view)


@blueprint.post("/stories")
def decide() -> ResponseReturnValue:
    """``do`` is hide (with a ``reason``), show, keep or release."""
    node, story_id, do = current_node(), request.form.get("id", ""), request.form.get("do", "")
    if not 0 < len(story_id) <= MOST_ID:
        abort(404)
    try:
        if do == "hide":
            moderating.hide(node, story_id, request.form.get("reason", ""))
            say(_("It is no longer on the board."))
        elif do == "show":
            moderating.show(node, story_id)
            say(_("It is shown again."))
        elif do == "release":
            moderating.release(node, story_id)
            say(_("It is shown now."))
        elif do == "keep":
            moderating.keep(node, story_id)
            say(_("It stays on the board."))
    except ModerationError as error:
        say(plain(str(error)), ok=False)
    return to(PATH)


def _row(looked: Looked) -> ControlStoryRow:
    story, set_aside = looked.story, looked.story.problems != FINE
    problems = orjson.loads(story.problems)
    hidden = looked.reason is not None
    state = "hidden" if hidden else "quarantined" if set_aside else "shown"
    may_release = set_aside and not hidden and moderating.is_about_words(story.problems)
    return ControlStoryRow(
        id=story.id,
        title=story.title,
        organisation=_teller(story),
        source=looked.source or "",
        state=state,
        changed=moment(story.changed_at),
        path=story_path(story.key) if state == "shown" else "",
        reasons=tuple(plain(one["message"]) for one in problems),
        reason=looked.reason or "",
        hide=_form(story, "hide") if state == "shown" else None,
        show=_form(story, "show") if hidden else None,
        release=_form(story, "release") if may_release else None,
    )


def _reported(one: Reported) -> ControlStoryRow:
    story = one.story
    said = (": ".join(part for part in (word(report.reason, "report"), report.words) if part) for report in one.reports)
    return ControlStoryRow(
        id=story.id,
        title=story.title,
        organisation=_teller(story),
        source="",
        state="reported",
        changed=moment(one.reports[0].reported_at if one.reports else story.changed_at),
        path=story_path(story.key),
        reports=tuple(said),
        hide=_form(story, "hide"),
        keep=_form(story, "keep"),
    )


def _form(story: Shelved, do: str) -> Form:
    return form_at(PATH, {"id": story.id, "do": do})


def _teller(story: Shelved) -> str:
    """Who tells it; of one that was set aside, as far as it says so."""
    item = orjson.loads(story.item)
    extension = item.get("_sharefeed") if isinstance(item, dict) else None
    organisation = extension.get("organisation") if isinstance(extension, dict) else None
    name = organisation.get("name") if isinstance(organisation, dict) else None
    return name if isinstance(name, str) else ""
