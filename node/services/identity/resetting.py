"""A new password for who has lost theirs, by a link that is mailed: good once, within an hour.

Whether there is an account with an address cannot be told from the answer, nor from how long it takes. The link signs
nobody in: whoever reads somebody's mail still lacks what else their account asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.context import Node
from node.languages import translations
from node.services.identity import accounts, links, passwords
from node.services.identity.accounts import DoorError
from node.services.identity.audit import by, record
from node.services.identity.links import EXPIRED, USED
from node.services.limits import throttling
from node.services.limits.strangers import FormError
from node.storage import accounts as stored
from node.storage import links as stored_links
from node.storage.accounts import Account
from node.voices import Voice
from schemas.errors import Problem, pointer

if TYPE_CHECKING:
    from node.services.mail.letters import Letter

PURPOSE = "reset"
MINUTES = 60
PATH = "desk/reset/"


def ask(node: Node, email: str, network: str) -> None:
    """Mail a link to the account with this address, if there is one. Raises `TooManyTriesError`."""
    from node.services.mail.letters import build, post

    throttling.begin_mail(node, email, network)
    with node.database.write() as tx:
        account = stored.by_email(tx, email)
        token = links.make(tx, node, PURPOSE, MINUTES, account.id if account else None)
        letter = _letter(node, account or _nobody(node), token)
        if account is None:
            build(node, letter)  # as much work as for somebody
        else:
            post(tx, node, letter)
            record(tx, node, by(account), "reset-asked")


def _nobody(node: Node) -> Account:
    return Account("", "", "nobody@example.org", node.settings.language, False, None, 0)


def state_of_link(node: Node, token: str) -> str:
    """`READY`, `USED` or `EXPIRED`; asking changes nothing."""
    return links.state_of(node, PURPOSE, token)


def set_password(node: Node, token: str, password: str) -> None:
    """Use the link up: a new password, and every browser is signed out.

    Raises `FormError` for a password that is too weak (the link stays good), and `DoorError`.
    """
    with node.database.read() as tx:
        link = stored_links.by_hash(tx, PURPOSE, links.hash_of(token))
        account = stored.by_id(tx, link.account_id) if link and link.account_id else None
    known = (account.name, account.email) if account else ()
    wrong = passwords.weakness(password, node.settings.node_name, *known)
    if wrong and state_of_link(node, token) == links.READY:
        raise FormError([Problem(pointer(["password"]), "weak", wrong)])
    kept = passwords.kept(password)
    with node.database.write() as tx:
        if account is not None and links.use(tx, node, PURPOSE, token):
            stored.change(tx, account.id, password_hash=kept)
            accounts.end_sessions(tx, account.id)
            stored_links.remove(tx, accounts.LINK, account.id)
            record(tx, node, by(account), "password-reset")
            return
    raise DoorError(USED if state_of_link(node, token) == USED else EXPIRED)


def _letter(node: Node, account: Account, token: str) -> Letter:
    from node.services.mail.letters import Letter, render

    settings, site, language = node.settings, node.settings.node_name, account.language
    link = f"{settings.url}{PATH}{token}"
    text, html = render(settings, "reset", language, site=site, home_url=settings.url, link=link, minutes=MINUTES)
    voice = Voice(translations(language, settings), language.replace("-", "_"))
    subject = voice.say("A new password for %(site)s", site=site)
    mark = links.hash_of(token)[:32]
    return Letter(
        account.email, subject, text, html, f"reset:{mark}", f"reset:{mark}", useless_at=node.now + MINUTES * 60
    )
