"""Work out anew what a node says of its handovers, from published feeds alone, and explain what differs.

Read are the node's account (`handovers.json` and its lines), the node document and the receipts of every node that it
names. Every signature is checked with the keys that those nodes publish. Nothing is kept, and no database is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, Protocol
from urllib.parse import urljoin

from marshmallow.exceptions import ValidationError

from federation.fetch import Answer, FetchError
from federation.receipts import Teller
from node.services.receipts.comparing import FACTORS, Account, Compared, Difference, compare
from node.services.receipts.piecework import Owned, Told
from node.services.receipts.whole_feed import MOST_PAGES, Feed, Reader
from schemas.errors import SharefeedError
from schemas.fields import HttpUrl
from schemas.node_document import NodeDocument, load_node_document
from schemas.strict_json import loads

WELL_KNOWN = ".well-known/sharefeed.json"
MOST_FEEDS = 5_000
_URL = HttpUrl()


class VerifyError(SharefeedError):
    """The account of a node cannot be read, so nothing can be compared."""


class Client(Protocol):
    """The guarded client (`federation.fetch.Fetcher`), as far as it is needed here."""

    def get(self, url: str, *, accept: str = "*/*") -> Answer: ...


class _Named(NamedTuple):
    """A feed that an account names; ``whole`` is false where it was made of some of it alone."""

    node: str
    url: str
    whole: bool


@dataclass
class Verified:
    """What came of it: the node, the feeds that were read, how many handovers receipts make, and what differs.

    ``factors`` is the version that effects were worked out with. Where it is an operator's, ``by_shipped`` has for each
    figure of what is counted what it is by those, and by the factors that come with the program.
    """

    node: str
    feeds: list[Feed]
    handovers: int
    counted: int
    compared: Compared
    factors: str = ""
    by_shipped: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def agrees(self) -> bool:
        return not self.compared.differences and not any(feed.failure for feed in self.feeds)


def verify(client: Client, url: str, today: date, workers: int = 0) -> Verified:
    """Verify the node at ``url``, with so many ``workers`` checking signatures (0 is one a processor).

    Raises `VerifyError`, and `DocumentError` for a node document that cannot be read.
    """
    home = _document(client, url)
    if not home.feeds.handovers:
        raise VerifyError(f"{home.id} does not publish what it makes of receipts")
    index = _json(client, home.feeds.handovers)
    told = _feeds(index)
    documents: dict[str, NodeDocument | str] = {one.node: _document_or_why(client, one.node) for one in told}
    owned, unknown = _factors(client, index)
    reader = Reader(lambda address: _body(client, address), workers)
    try:
        begun = [
            reader.begin(one.node, one.url, _teller(one.node, home.id, documents, today), documents[one.node])
            for one in told
        ]
        partly = frozenset(one.node for one in told if not one.whole)
        account = _account(reader, [(one.feed, one.finish()) for one in begun], owned, partly)
    finally:
        reader.close()
    lines = _lines(client, _address(index.get("handovers")))
    version = owned.factors().version
    compared = compare(lines, _sums(index.get("sums")), account, version)
    if unknown:
        compared.differences.insert(0, Difference(FACTORS, home.id, unknown))
    counted = sum(one.counted for one in account.handovers.values())
    feeds = [one.feed for one in begun]
    return Verified(home.id, feeds, len(account.handovers), counted, compared, version, account.by_shipped)


def _factors(client: Client, index: Mapping[str, Any]) -> tuple[Owned, str]:
    """What effects are worked out with: the operator's file that the account names, read anew, if it is what it says.

    Else the factors of the program, and why.
    """
    told = index.get("factors")
    if not isinstance(told, dict) or "url" not in told:
        return Owned(), ""
    url = _address(told["url"])
    try:
        owned = Owned(_body(client, url))
        found = owned.factors().version
    except SharefeedError as error:
        return Owned(), f"The factors of its operator cannot be read at {url}: {error}"
    if found == told.get("version"):
        return owned, ""
    return Owned(), f"The factors at {url} are {found}, and not {told.get('version')}, as the account says."


def _account(reader: Reader, feeds: list[tuple[Feed, list[Told]]], owned: Owned, partly: frozenset[str]) -> Account:
    """What all halves say together; ``partly`` are the nodes whose feeds whoever gives account does not know whole."""
    halves: dict[str, list[bytes]] = {}
    spoken = {one.exchange for feed, told in feeds if feed.node not in partly for one in told}
    heard = {one.exchange for feed, told in feeds if feed.node in partly for one in told}
    account = Account(unread=tuple(feed.node for feed, _ in feeds if feed.failure), heard=frozenset(heard - spoken))
    for _, told in feeds:
        for one in told:
            if one.half:
                halves.setdefault(one.exchange, []).append(one.half)
            elif one.exchange:
                account.aside[one.exchange] = one.problem
    for made, by_shipped in reader.matched(halves, owned):
        account.add(made, by_shipped)
    return account


def _teller(node: str, home: str, documents: Mapping[str, NodeDocument | str], today: date) -> Teller:
    """Who may speak for whom. What the node ``home`` itself has kept for others, it says on its own account."""
    document = documents[node]
    others = tuple(sorted(one for one in documents if one != node)) if node != home else ()
    if isinstance(document, str):
        return Teller((node,), today, others)
    given_by = tuple(
        other
        for other in others
        if not isinstance(one := documents[other], str)
        and any(handed.to.rstrip("/") == node.rstrip("/") for handed in one.handed_on)
    )
    organisations = frozenset(one.id for one in document.organisations)
    return Teller((node, *document.moved_from), today, others, organisations, given_by)


def _feeds(index: Mapping[str, Any]) -> list[_Named]:
    told = index.get("receipts")
    if not isinstance(told, list) or len(told) > MOST_FEEDS:
        raise VerifyError("the account does not say from whose receipts it was made")
    named = [
        _Named(_address(one.get("node")), _address(one.get("url")), one.get("whole") is not False)
        for one in told
        if isinstance(one, dict)
    ]
    return list({one.node: one for one in named}.values())


def _address(told: Any) -> str:
    """A web address that somebody else has written. Raises `VerifyError`."""
    try:
        return str(_URL.deserialize(told))
    except ValidationError as error:
        raise VerifyError(f"the account has no address where one must be: {str(told)[:100]!r}") from error


def _sums(told: Any) -> dict[str, dict[str, dict[str, int]]]:
    """The sums that an account states, as far as they are any."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for month, standings in told.items() if isinstance(told, dict) else ():
        for standing, sums in standings.items() if isinstance(standings, dict) else ():
            found.setdefault(month, {})[standing] = sums if isinstance(sums, dict) else {}
    return found


def _lines(client: Client, url: str) -> Iterator[dict[str, Any]]:
    """Every line of the account, page after page."""
    for _ in range(MOST_PAGES):
        answer = _answer(client, url)
        for line in answer.body.splitlines():
            document = loads(line)
            if not isinstance(document, dict):
                raise VerifyError(f"{url} has a line that is no object")
            yield document
        following = _next(answer)
        if following is None:
            return
        url = following
    raise VerifyError(f"{url} never ends")


def _next(answer: Answer) -> str | None:
    from requests.utils import parse_header_links

    links = parse_header_links(answer.link_header) if answer.link_header else []
    found = next((link["url"] for link in links if link.get("rel") == "next"), None)
    try:
        return urljoin(answer.url, found) if found else None
    except ValueError as error:
        raise VerifyError(f"{answer.url} leads on to no address") from error


def _document_or_why(client: Client, node: str) -> NodeDocument | str:
    try:
        found = _document(client, node)
    except SharefeedError as error:
        return str(error)
    return found if found.id == node else f"the node document of {node} is that of {found.id}"


def _document(client: Client, url: str) -> NodeDocument:
    return load_node_document(_json(client, urljoin(f"{_address(url).rstrip('/')}/", WELL_KNOWN)))


def _json(client: Client, url: str) -> dict[str, Any]:
    document = loads(_body(client, url))
    if not isinstance(document, dict):
        raise VerifyError(f"{url} is no JSON object")
    return document


def _body(client: Client, url: str) -> bytes:
    return _answer(client, url).body


def _answer(client: Client, url: str) -> Answer:
    try:
        answer = client.get(url)
    except FetchError as error:
        raise VerifyError(str(error)) from error
    if answer.status != 200:
        raise VerifyError(f"{url} answered with status {answer.status}")
    return answer
