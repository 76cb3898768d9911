"""The log of an organisation, for its owners: who did what, and whether it still stands as it was written."""

from __future__ import annotations

from flask import g, render_template, request
from flask_babel import gettext as _

from node.services.identity import audit
from node.services.identity.members import OWNER, ROLES
from node.storage.audit import Entry
from node.web import current_node
from node.web.desk.frame import desk_frame
from node.web.desk.gate import at_least, guarded
from node.web.inside import PAGE_ROWS, head, page_number, pager
from node.web.portal.cards import moment
from node.web.view_models.desk_people import DeskLogPage, DeskLogRow
from node.web.wording.code_words import AUDIT_WHO, word

blueprint = guarded("log", OWNER)

_OF_ROLES = ("member-joined", "member-role", "member-invited")
_MARK = 6
"""So much of an account's id tells two that are gone apart."""


@blueprint.get("/<slug>/log")
@at_least(OWNER)
def page(slug: str) -> str:
    node, number = current_node(), page_number()
    entries, total = audit.of_organisation(node, g.member.organisation_id, PAGE_ROWS, (number - 1) * PAGE_ROWS)
    whole = audit.whole(node, entries)
    view = DeskLogPage(
        head=head(_("Log")),
        desk=desk_frame("log"),
        entries=tuple(
            DeskLogRow(moment(one.at), _who(one), word(one.action, "audit"), _subject(one), one.position in whole)
            for one in entries
        ),
        pager=pager(f"{request.script_root}/desk/{slug}/log?", number, total),
    )
    return render_template("desk/log.html", page=view)


def _who(entry: Entry) -> str:
    """The person as they were called then; of an account that is gone, only which one it was."""
    if entry.who is None:
        return str(_("somebody whose account is closed (%(mark)s)", mark=(entry.account_id or "")[:_MARK]))
    ours = entry.account_id is None and entry.who in AUDIT_WHO
    return word(entry.who, "audit_who") if ours else entry.who


def _subject(entry: Entry) -> str:
    """What was done something to, with the role that somebody got in the reader's words."""
    if entry.subject is None:
        return str(_("a name that is not kept any more"))
    whom, _colon, role = entry.subject.rpartition(": ")
    given = entry.action in _OF_ROLES and role in ROLES
    return f"{whom}: {word(role, 'role')}" if given else entry.subject
