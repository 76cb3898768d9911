"""One's own account: name, password, and the browsers that are signed in."""

from __future__ import annotations

from collections.abc import Mapping

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from node.languages import locale_of, offered
from node.services.identity import accounts, leaving, passkeys, proving, second_factor, sessions
from node.services.limits.strangers import FormError
from node.services.limits.throttling import TooManyTriesError
from node.storage.sessions import StoredSession
from node.web import current_node
from node.web.desk.frame import desk_frame
from node.web.desk.gate import PATH, PROVE, guarded, proved
from node.web.desk.signing_in import first_page, passkey_form, wait_a_while, way_back
from node.web.form_state import form_at, sentences, typed_in
from node.web.inside import head, say, to
from node.web.portal.cards import moment
from node.web.view_models.desk import DeskAccountPage, DeskPasswordPage, DeskProvePage, DeskSessionRow
from node.web.view_models.parts import Choice, Link

blueprint = guarded("account")

ACCOUNT = f"{PATH}/account"
PASSWORD = f"{ACCOUNT}/password"


@blueprint.get("/account")
def page() -> str:
    return _page({"name": g.account.name, "language": g.account.language})


@blueprint.post("/account")
def rename() -> ResponseReturnValue:
    typed = typed_in("name", "language")
    try:
        accounts.rename(current_node(), g.account, typed["name"], typed["language"] or g.account.language)
    except FormError as error:
        return _page(typed, sentences(error.problems)), 422
    say(_("Saved."))
    return to(ACCOUNT)


def _page(typed: Mapping[str, str], errors: Mapping[str, str] | None = None) -> str:
    node, root = current_node(), request.script_root
    every = accounts.open_sessions(node, g.account)
    view = DeskAccountPage(
        head=head(_("Your account")),
        desk=desk_frame(),
        email=g.account.email,
        form=form_at(ACCOUNT, typed, errors),
        password_path=root + PASSWORD,
        codes_path=f"{root}{ACCOUNT}/codes",
        codes_on=second_factor.state(node, g.account)[0],
        passkeys_path=f"{root}{ACCOUNT}/passkeys",
        passkeys=len(passkeys.of_account(node, g.account)),
        has_password=g.account.password_hash is not None,
        sessions=tuple(_row(one) for one in every),
        end_others=form_at(f"{ACCOUNT}/sessions/end-others") if len(every) > 1 else None,
        languages=_languages(typed["language"]),
        address_path=f"{root}{ACCOUNT}/address",
        leave=tuple(
            Link(place.name, f"{root}{ACCOUNT}/leave/{place.slug}") for place, _last in leaving.places(node, g.account)
        ),
        close_path=f"{root}{ACCOUNT}/close",
    )
    return render_template("desk/account.html", page=view)


def _languages(chosen: str) -> tuple[Choice, ...]:
    """Those that are offered, by their own names; none where there is nothing to choose."""
    codes = offered(current_node().settings)
    named = [(code, locale_of(code).get_language_name() or code) for code in codes]
    return tuple(Choice(code, name, code == chosen) for code, name in named) if len(codes) > 1 else ()


def _row(session: StoredSession) -> DeskSessionRow:
    name = sessions.name_of(session)
    current = session.token_hash == g.session.token_hash
    end = None if current else form_at(f"{ACCOUNT}/sessions/end", {"session": name})
    return DeskSessionRow(session.device, moment(session.created_at), moment(session.seen_at), current, end)


@blueprint.post("/account/sessions/end")
def end_session() -> ResponseReturnValue:
    if accounts.revoke(current_node(), g.account, request.form.get("session", "")):
        say(_("That browser is signed out."))
    else:
        say(_("That browser was signed out already."))
    return to(ACCOUNT)


@blueprint.post("/account/sessions/end-others")
def end_others() -> ResponseReturnValue:
    ended = accounts.revoke_others(current_node(), g.account, g.session.token_hash)
    say(ngettext("%(num)s other browser is signed out.", "%(num)s other browsers are signed out.", ended))
    return to(ACCOUNT)


@blueprint.get("/account/password")
@proved()
def ask_password() -> str:
    return _password()


@blueprint.post("/account/password")
@proved(PASSWORD)
def set_password() -> ResponseReturnValue:
    password = request.form.get("password", "")
    try:
        accounts.set_password(current_node(), g.account, password, keep_session=g.session.token_hash)
    except FormError as error:
        return _password(sentences(error.problems)), 422
    say(_("Your password is set. Every other browser is signed out."))
    return to(ACCOUNT if g.account.password_hash else first_page(g.account))


def _password(errors: Mapping[str, str] | None = None) -> str:
    view = DeskPasswordPage(
        head=head(_("Set a password")),
        desk=desk_frame(),
        form=form_at(PASSWORD, {"email": g.account.email}, errors),
        first=g.account.password_hash is None,
        later_path=f"{request.script_root}{first_page(g.account)}",
    )
    return render_template("desk/password.html", page=view)


@blueprint.get("/account/prove")
def ask_proof() -> str:
    return _prove(request.args.get("next", ""))


@blueprint.post("/account/prove")
def prove() -> ResponseReturnValue:
    following = request.form.get("next", "")
    try:
        if proving.by_password(current_node(), g.account, g.session, request.form.get("password", "")):
            return to(way_back(following))
    except TooManyTriesError as error:
        return _prove(following, {"password": wait_a_while(error)}), 429
    return _prove(following, {"password": _("This is not your password. Look at it once more.")}), 422


def _prove(following: str, errors: Mapping[str, str] | None = None) -> str:
    view = DeskProvePage(
        head=head(_("Is it you?")),
        desk=desk_frame(),
        form=form_at(PROVE, {"next": following, "email": g.account.email}, errors),
        by_password=g.account.password_hash is not None,
        **(passkey_form(following, f"{PROVE}/passkey") if passkeys.of_account(current_node(), g.account) else {}),
    )
    return render_template("desk/prove.html", page=view)
