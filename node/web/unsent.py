"""What somebody sent in a form and could not be kept: repeated on the page that says so, to be sent again.

Passwords are never repeated, and files cannot be: for those the browser has to send its own request again.
"""

from __future__ import annotations

from flask import request

from node.web.form_state import form_at
from node.web.view_models.portal import UnsentForm

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


def _is_secret(name: str) -> bool:
    return name == "code" or "password" in name
