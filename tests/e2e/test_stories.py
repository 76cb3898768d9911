"""A story from the desk to everywhere: written with a photo, said yes to by a mailed link; and what a gift weighed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser, Page, expect

from node.context import Node
from node.services.identity import accounts, members
from node.services.identity.members import EDITOR
from node.services.listings.publishing import put_listings
from node.storage import handovers
from node.web.embedding.request import PATH as FRAME
from schemas import exchange as rules
from tests.e2e.looking import WIDE, overflow, violations
from tests.e2e.test_asking import served
from tests.e2e.test_desk_photos import SLUG, photo, sign_in
from tests.e2e.visits import visit
from tests.fakes.exchanges import act, asked, last_link, mails, now_of, shared
from tests.fakes.publisher import draft
from tests.fakes.stories import handed_to

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
PHONE = 390
TITLE = "Chairs for the reading group"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A catalogue whose school has given chairs to the Mending Room, which it hosts too."""
    with served(tmp_path, aggregate=True) as made:
        yield made
        made.workshop.close()


def looks_well(page: Page) -> None:
    for width in (PHONE, WIDE):
        page.set_viewport_size({"width": width, "height": 900})
        assert (violations(page), overflow(page, width)) == ([], []), page.url
    page.set_viewport_size({"width": PHONE, "height": 900})


def test_a_story_is_written_agreed_to_and_shown_everywhere(node: Node, browser: Browser) -> None:
    home = node.settings.url
    handed_to(node)
    put_listings(node, [draft(node, "chairs", title="Two more chairs", category="furniture/chair")])
    members.join(node, accounts.add(node, "Bo", "bo@mending.example"), "mending-room", EDITOR)
    with visit(browser, width=PHONE) as (ann, noted):
        ann.goto(f"{sign_in(ann, node)}/stories")
        ann.get_by_role("link", name=re.compile("Tell it.*Twelve chairs")).click()
        ann.get_by_label("What is the story called?").fill(TITLE)
        ann.get_by_label("What happened?").fill("A reading group sits on them every Tuesday.")
        ann.locator("#photo_file").set_input_files([photo("chairs.jpg", 120)])
        expect(ann.locator("[data-photo-list] > li")).to_have_count(1)
        ann.get_by_label("What does photo 1 show?").fill("Twelve chairs in a circle")
        looks_well(ann)
        ann.get_by_role("button", name="Publish it").click()
        expect(ann.get_by_role("alert")).to_contain_text("whether anybody can be recognised")
        expect(ann.get_by_label("What happened?")).to_have_value("A reading group sits on them every Tuesday.")
        ann.get_by_label("Nobody can be recognised in them").check()
        ann.get_by_role("button", name="Publish it").click()
        expect(ann.get_by_text("without the name of Mending Room until they say yes")).to_be_visible()
        looks_well(ann)
        story = ann.get_by_role("link", name="See it as everyone does").get_attribute("href")
        assert story
        ann.goto(f"{home.rstrip('/')}{story}")
        expect(ann.get_by_text("with a community group nearby").first).to_be_visible()
        # That the form was refused once is what we wanted.
        assert [line for line in noted if "422" not in line] == []
    agree(node, browser)
    shown_everywhere(node, browser, story)


def agree(node: Node, browser: Browser) -> None:
    """The other organisation reads the mail and says yes, without scripts and without signing in."""
    [letter] = [text for to, _, text in mails(node) if to == "bo@mending.example"]
    found = re.search(r"https?://\S+/story-word/\S+", letter)
    assert found is not None
    with visit(browser, width=PHONE, scripts=False) as (bo, noted):
        bo.goto(found[0])
        expect(bo.get_by_role("heading", name="Nothing names you until you say yes")).to_be_visible()
        expect(bo.get_by_text("every Tuesday")).to_be_visible()
        bo.get_by_role("button", name="Yes, you may name us").click()
        expect(bo.get_by_role("heading", name="You have said yes")).to_be_visible()
        assert noted == []
    with visit(browser, width=PHONE) as (bo, _):
        bo.goto(found[0])
        looks_well(bo)


def shown_everywhere(node: Node, browser: Browser, story: str) -> None:
    home = node.settings.url.rstrip("/")
    pages = ("/", f"/organisations/{SLUG}", "/organisations/mending-room", f"/listings/{SLUG}.chairs", story)
    with visit(browser, width=PHONE) as (page, noted):
        for path in pages:
            page.goto(home + path)
            expect(page.get_by_text(TITLE).first).to_be_visible()
            assert overflow(page, PHONE) == []
        looks_well(page)
        expect(page.get_by_role("link", name="Mending Room")).to_be_visible()
        expect(page.get_by_role("img", name="Twelve chairs in a circle")).to_be_visible()
        page.goto(f"{home}/{FRAME}?story={story.rpartition('/')[2]}")
        expect(page.get_by_text(TITLE).first).to_be_visible()
        [item] = orjson.loads(page.request.get(f"{home}/stories.json").body())["items"]
        assert (item["title"], item["_sharefeed"]["other"]["name"]) == (TITLE, "Mending Room")
        assert TITLE in page.request.get(f"{home}/stories.atom").text()
        assert noted == []


def test_who_had_it_says_what_it_weighed(node: Node, browser: Browser) -> None:
    """What was weighed stands in the receipt, above what such a thing usually weighs."""
    home = node.settings.url.rstrip("/")
    one = asked(node, shared(node))
    act(node, one, rules.ACCEPT)
    act(node, one, rules.HAND_OVER)
    with visit(browser, width=PHONE, scripts=False) as (cem, noted):
        cem.goto(f"{home}{last_link(node, 'cem')}")
        cem.get_by_role("button", name="Yes, it was handed over").click()
        cem.get_by_label("Kilograms, all of it together").fill("much")
        cem.get_by_role("button", name="Save").click()
        expect(cem.get_by_label("Kilograms, all of it together")).to_have_value("much")
        cem.get_by_label("Kilograms, all of it together").fill("31.5")
        cem.get_by_role("button", name="Save").click()
        expect(cem.get_by_text("31.5 kg").first).to_be_visible()
        address = cem.url
        assert [line for line in noted if "422" not in line] == []
    with visit(browser, width=PHONE) as (cem, _):
        cem.goto(address)
        looks_well(cem)
    assert now_of(node, one).exchange.state == rules.RECEIVED
    with node.database.read() as tx:
        [found] = handovers.every(tx)
    assert (found.weight_g, found.weight_source) == (31_500, "measured")
