"""Which language a reader gets: the one they chose, else the first of theirs that is offered, else the node's.

What programs read (feeds, the API, downloads) is in the node's own language, whoever asks: it has one address, is kept
by caches, and must not change with the reader.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from babel.support import NullTranslations
from flask import Blueprint, Flask, Response, abort, current_app, redirect, request
from flask_babel import Babel, Domain, get_locale

from node.languages import base, offered, translations
from node.settings import Settings
from node.web import current_node
from node.web.errors import is_for_machines
from node.web.security import FRAME_ENDPOINT
from node.web.wording import phrases
from node.web.wording.words import href, locale

COOKIE = "sharefeed_language"
PATH = "/language"
_YEAR_S = 31_536_000
_LONGEST_WAY_BACK = 2000

blueprint = Blueprint("languages", __name__)
without_csrf = True
"""A token would need a cookie on every page. Whoever sends this form from elsewhere can only choose a language."""


def locale_of_request() -> str:
    """The locale for this request, as Babel names it."""
    return chosen(current_node().settings).replace("-", "_")


def chosen(settings: Settings) -> str:
    """The code of the language that is offered and in which this request is answered."""
    known = offered(settings)
    if len(known) == 1 or is_for_machines(request.path):
        return known[0]
    if request.endpoint == FRAME_ENDPOINT:
        return _in_a_frame(known)
    kept = request.cookies.get(COOKIE, "")
    return kept if kept in known else preferred(known)


def _in_a_frame(known: tuple[str, ...]) -> str:
    """On another website: what that asks for, else the reader's browser. A choice made here is not read there."""
    asked = base(request.args.get("language", ""))
    return next((code for code in known if base(code) == asked), None) or preferred(known)


def preferred(known: tuple[str, ...]) -> str:
    """What the reader's browser asks for, of these."""
    return request.accept_languages.best_match(known) or known[0]


class Words(Domain):  # type: ignore[misc]
    """The words of a node. Flask-Babel's own, made of several folders, take the plurals of the last one's language."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    def get_translations(self) -> NullTranslations:
        chosen = get_locale()
        return NullTranslations() if chosen is None else translations(str(chosen), self._settings)


def install_words(app: Flask, settings: Settings, choose: Callable[[], str] | None = None) -> None:
    """Let templates and code speak the language that ``choose`` names for a request, or else the node's."""
    own = offered(settings)[0].replace("-", "_")
    babel = Babel(app, default_locale=own, default_timezone=settings.timezone, locale_selector=choose)
    babel.domain_instance = Words(settings)
    phrases.install(app)


def install(app: Flask) -> None:
    """Say on every page which language it is in, and to caches what that depends on."""

    def say(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Language", str(locale()).replace("_", "-"))
            if len(offered(current_node().settings)) > 1:
                framed = request.endpoint == FRAME_ENDPOINT
                response.vary.update(("Accept-Language",) if framed else ("Accept-Language", "Cookie"))
        return response

    app.after_request(say)


@blueprint.post(PATH)
def choose() -> Response:
    """Keep the reader's choice in a cookie, unless their browser asks for that language anyway, and go back."""
    settings, code = current_node().settings, request.form.get("language", "")
    known = offered(settings)
    if code not in known:
        abort(400)
    root = request.script_root
    response: Response = redirect(way_back(request.form.get("to", ""), root), 303)  # type: ignore[assignment]
    # A life of no seconds takes a cookie away.
    kept, seconds = ("", 0) if code == preferred(known) else (code, _YEAR_S)
    secure = settings.url.startswith("https://")
    response.set_cookie(COOKIE, kept, seconds, path=f"{root}/", secure=secure, httponly=True, samesite="Lax")
    response.headers["Cache-Control"] = "no-store"
    return response


def here() -> str:
    """The address of this page, to come back to: without an endless query, and the front page for a form's answer."""
    if request.method == "POST" and not _can_be_opened():
        return f"{request.script_root}/"
    path = request.script_root + quote(request.path)
    query = request.query_string.decode("latin-1")
    whole = f"{path}?{query}" if query else path
    return whole if len(whole) <= _LONGEST_WAY_BACK else path


def _can_be_opened() -> bool:
    return current_app.url_map.bind_to_environ(request.environ).test(method="GET")


def way_back(to: str, root: str) -> str:
    """``to`` if it is a page of this site, else the front page."""
    return to if href(to) and to.startswith(f"{root}/") else f"{root}/"
