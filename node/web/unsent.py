"""What somebody sent in a form and could not be kept: repeated on the page that says so, to be sent again.

Passwords are never repeated, and files cannot be: for those the browser has to send its own request again.
"""

from __future__ import annotations

from flask import Response, render_template, request
from flask_babel import gettext as _

from node.web.errors import for_machine
from node.web.form_state import form_at
from node.web.view_models.parts import Head
from node.web.view_models.portal import ErrorPage, UnsentForm

_TOKEN = "csrf_token"  # noqa: S105 - the name of the field


def unsent() -> UnsentForm | None:
    """The form of the request that failed; None where it sent none."""
    if request.method != "POST" or not (request.form or request.files):
        return None
    fields = [pair for pair in request.form.items(multi=True) if pair[0] != _TOKEN]
    query = request.query_string.decode("ascii", "ignore")
    return UnsentForm(
        form=form_at(request.path + (f"?{query}" if query else "")),
        fields=tuple(pair for pair in fields if not _is_secret(pair[0])),
        with_secrets=any(_is_secret(name) for name, _ in fields),
        with_files=any(file.filename for file in request.files.values()),
    )


def repeated(status: int, what: str, next_step: str, door_path: str = "") -> Response | None:
    """The page that repeats what was sent with the cookies of an earlier time, to be sent with those of now.

    ``what`` happened, ``next_step`` is to be done about it, ``door_path`` is where one signs in. None where nothing was
    sent but the press of a button, or a password. Only for what is known to come from a page of ours: it is one press
    away from being done.
    """
    found = unsent()
    if found is None or found.with_secrets or not found.fields:
        return None
    page = ErrorPage(Head(what, indexed=False), status, what, next_step=next_step, unsent=found, door_path=door_path)
    answer = Response(render_template("portal/error.html", page=page), status, content_type="text/html; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def signed_out(sign_in: str) -> Response | None:
    """For whoever was signed out while they wrote: what they have sent, and where they sign in again (on this site).

    None where nothing was typed, and for programs.
    """
    if for_machine():
        return None
    next_step = _("Nothing was changed, and what you typed is still here. Sign in, come back, and send it again.")
    return repeated(401, _("You have been signed out meanwhile."), next_step, request.script_root + sign_in)


def _is_secret(name: str) -> bool:
    return name == "code" or "password" in name
