"""The desk's pages that are shown in pictures: of a tool library that has lent, and was asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from examples.demo_members import start_member
from examples.demo_plan import Plan
from examples.demo_processes import SHAREFEED, Children
from node.context import Node
from node.services.bookings.arranging import put_rules
from node.services.bookings.judging import span_of_days
from node.services.bookings.keeping import calendar_of
from node.services.bookings.making import Wanted, book
from node.services.bookings.rules import DAYS, Opening, Rules
from node.services.desk import drafts
from node.services.exchanges import acting, asking
from node.services.identity import accounts, members
from node.services.importing import imports, steps
from node.services.listings import publishing
from node.settings import load
from node.storage import exchanges
from node.storage.accounts import Account
from node.storage.listings import OwnListing
from schemas import exchange as rules
from schemas.exchange import ASKER, Act

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam

SLUG = "goldcrest-borrowing-barn"
DESK_PAGES = tuple(f"desk-{name}" for name in ("listings", "form", "import", "calendar", "requests", "health"))
DRILL, TOOLBOX = "Cordless combi drill", "Duplicate hand tools"
_LENT = {
    DRILL: ("red case", "green case", "blue case"),
    "Carpet cleaner": (),
    "Scaffold tower": ("in the barn", "in the van"),
    "Sewing machine": (),
}
"""What has a calendar, and what its pieces are called where there are several."""
_BOOKED = (
    (DRILL, 0, 2, "Withybed Community Centre"),
    (DRILL, 1, 4, "Thistle Drove Allotments"),
    ("Carpet cleaner", 1, 2, "Jo Fairweather"),
    ("Scaffold tower", 2, 5, "Jackdaw Drove Hall"),
    ("Sewing machine", 0, 6, "Larkspur Drove Infant School"),
)
"""What somebody has, from and until how many days from now."""
_ASKED = (
    (TOOLBOX, "Maya", "We start a repair table at the school in spring and have nothing to start it with."),
    (TOOLBOX, "Tomasz", "Two boxes would do. I can come by on Saturday morning."),
    ("Party crates", "Spokeshave Bike Kitchen", "For our tenth birthday. We bring them back washed."),
)
_LIST = """Number,Name,Action,Category,How many,Condition,Weight kg
B201,Leaf blower with a bag,lend,tools/garden,2,good,4
B202,"Paste table, folding",lend,tools/hand,3,good,6
B203,Tile cutter,lend,tools/hand,one or two,good,5
B204,Extension leads of 25 metres,lend,tools/power,6,good,3
B205,Sack truck,lend,tools/hand,2,nearly new,12
B206,"Clamps, from a joinery that closed",give,tools/hand,15,used,2
"""

_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk that answers: where its pages are, and the secrets of browsers that are signed in there."""

    url: str
    addresses: dict[str, str]
    secrets: dict[str, str]

    def cookie(self, name: str) -> SetCookieParam:
        """What makes a browser one that may see this page."""
        return {"name": accounts.COOKIE, "value": self.secrets[name], "url": f"{self.url}desk"}


@contextmanager
def desk(plan: Plan, folder: Path) -> Iterator[Desk]:
    """A node with the council's listings and what else a desk has to show. Raises `DemoError`."""
    folder.mkdir()
    council = next(member for member in plan.members if member.slug == "council")
    with Children(folder) as children:
        site = start_member(council, folder, children, {"mail_capture": "true"})
        home = folder / council.slug
        children.run("backup", [*SHAREFEED, "db", "backup", "--home", str(home)])
        node = Node.open(load(home, {}))
        try:
            yield _filled(node, site.url)
        finally:
            node.database.close()


def _filled(node: Node, url: str) -> Desk:
    operator = accounts.add(node, "Priya", "priya@nenewater.example", operator=True)
    owner = accounts.add(node, "Frances", "frances@goldcrest-barn.example")
    members.join(node, owner, SLUG, members.OWNER)
    member = members.member_of(node, owner, SLUG)
    assert member is not None
    rows = publishing.listings(node, organisation=SLUG)
    _lend(node, rows, member.organisation_id)
    _ask(node, rows)
    draft = drafts.duplicate(node, _called(rows, DRILL), owner.name)
    here = f"{url}desk/{SLUG}/"
    ends = {"listings": "listings", "form": f"drafts/{draft.id}", "import": f"import/{_bring(node, member)}"}
    ends |= {"calendar": "calendar", "requests": "requests"}
    found = {f"desk-{name}": here + end for name, end in ends.items()} | {"desk-health": f"{url}desk/health"}
    secrets = dict.fromkeys(found, _let_in(node, owner)) | {"desk-health": _let_in(node, operator)}
    return Desk(url, found, secrets)


def _called(rows: list[OwnListing], words: str) -> OwnListing:
    return next(row for row in rows if row.listing().title.startswith(words))


def _lend(node: Node, rows: list[OwnListing], organisation_id: str) -> None:
    openings = tuple(Opening(day, 9 * 60, 17 * 60) for day in range(7))
    for words, names in _LENT.items():
        kept = Rules(openings, DAYS, longest=14, stays=False, units=len(names) or 1, unit_names=names)
        put_rules(node, _called(rows, words).key, organisation_id, kept)
    today = datetime.now(UTC).date()
    for words, first, last, who in _BOOKED:
        key = _called(rows, words).key
        days = (today + timedelta(days=first), today + timedelta(days=last))
        span = span_of_days(calendar_of(node, key, organisation_id).calendar, *days)
        book(node, key, organisation_id, Wanted(span, who, insists=True), "Frances")


def _ask(node: Node, rows: list[OwnListing]) -> None:
    for words, name, text in _ASKED:
        what = asking.askable(node, _called(rows, words).key)
        assert what is not None
        email = f"{name.split()[0].lower()}@example.org"
        wish = asking.Wish(name, email, text, agreed=True)
        if what.takes_time:
            wish = replace(wish, starts_at=node.now + 5 * _DAY_S, ends_at=node.now + 7 * _DAY_S)
        asking.ask(node, what, wish, "192.0.2.7")
        with node.database.read() as tx:
            [one] = exchanges.of_organisation(tx, what.row.organisation_id, [rules.UNCONFIRMED], 1)
        acting.act(node, one.id, Act(rules.CONFIRM, ASKER))


def _bring(node: Node, member: members.Member) -> str:
    """A file that was looked at and waits for somebody to say yes; the import's number."""
    one = imports.begin(node, member, _LIST.encode(), "shed-inventory.csv")
    imports.check(node, member, one, {at: column for column, at in one.columns.items()}, missing=False)
    steps.work(node, import_id=one.id)
    return one.id


def _let_in(node: Node, account: Account) -> str:
    with node.database.write() as tx:
        return accounts.let_in(tx, node, account, "Firefox on Windows")
