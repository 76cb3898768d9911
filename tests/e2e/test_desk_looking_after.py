"""What is seldom done at the desk: many at once, a copy, a move, the health of the node, another address, leaving."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from node.context import Node
from node.services.backup.backups import free_bytes
from node.services.health import checks, other_clocks
from node.services.identity import accounts, members
from node.services.identity.members import OWNER
from node.services.listings import publishing
from node.services.moving import moves
from node.storage import measured
from node.storage.measured import Reading
from tests.e2e.test_desk_people import EMAIL, PASSWORD, PHONE, served, sign_in, status, well_at_both
from tests.e2e.test_desk_people import well as well_here
from tests.e2e.visits import visit
from tests.fakes.exchanges import mails
from tests.fakes.publisher import draft

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
SLUG, NEW = "riverside-school", "anna@new.example"
BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


def well(page: Page, scripts: bool) -> None:
    if scripts:
        well_at_both(page)
    else:
        well_here(page, scripts)


def go(page: Page, name: str) -> None:
    """To a part of the desk that phones have one press further away."""
    navigation = page.get_by_role("navigation", name="Desk")
    navigation.get_by_text("More").click()
    navigation.get_by_role("link", name=name).click()


@BOTH
def test_sixty_are_paused_at_once_and_come_along_to_another_node(
    tmp_path: Path, browser: Browser, scripts: bool
) -> None:
    with (
        served(tmp_path / "home", allow_loopback=True) as (node, _),
        served(tmp_path / "new", "Otters", operator=True) as (new, _),
        visit(browser, width=PHONE, scripts=scripts) as (page, noted),
        visit(browser, width=PHONE, scripts=scripts) as (there, noted_there),
    ):
        boxes = [draft(node, f"b{number:02}", title=f"Box {number}") for number in range(60)]
        publishing.put_listings(node, [*boxes, draft(node, "tent", title="A tent")])
        page.goto(f"{node.settings.url}desk/sign-in?next=/desk/{SLUG}/listings%3Fstate=live%26q=box")
        sign_in(page, PASSWORD)
        page.get_by_label("All 60 that this search shows").check()
        page.get_by_role("button", name="Pause").click()
        expect(page.get_by_role("heading", name="Pause 60 listings?")).to_be_visible()
        well(page, scripts)
        page.get_by_role("button", name="Yes, all 60").click()
        expect(page.get_by_role("status").first).to_contain_text("60 listings are paused")
        assert [row.item()["title"] for row in publishing.listings(node) if row.state == "live"] == ["A tent"]

        expect(page.get_by_text("You changed 60 listings at once.")).to_be_visible()
        page.get_by_role("button", name="Undo that").click()
        expect(page.get_by_role("status").first).to_contain_text("60 listings are as they were.")
        assert {row.state for row in publishing.listings(node)} == {"live"}
        well(page, scripts)

        go(page, "Take a copy")
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Download everything").click()
        waiting.value.save_as(tmp_path / "copy.zip")
        move(page, there, node, new, tmp_path / "copy.zip", scripts)
        # What is wrong is an error for the console as well.
        assert [one for one in noted + noted_there if "422" not in one] == []


def move(page: Page, there: Page, node: Node, new: Node, copy: Path, scripts: bool) -> None:
    """The move to another node: ``page`` shows the one that it comes from, ``there`` the one that it goes to."""
    page.get_by_role("link", name="Move to your own node").click()
    expect(page.get_by_role("heading", name="Move to your own node")).to_be_visible()
    well(page, scripts)
    page.get_by_label("Address of the new node").fill(new.settings.url)
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text("Tick the box if you are sure.").first).to_be_visible()
    expect(page.get_by_label("Address of the new node")).to_have_value(new.settings.url)
    bring(there, new, copy, scripts)
    assert {row.state for row in publishing.listings(new)} == {"live"}
    assert len(publishing.listings(new)) == 61
    page.get_by_label("Everything is at the new node").check()
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text("You moved to")).to_be_visible()
    well(page, scripts)
    assert status(page, f"{node.settings.url}organisations/{SLUG}") == 200
    assert page.url.startswith(new.settings.url)
    page.goto(f"{node.settings.url}desk/{SLUG}/move")
    page.get_by_role("button", name="Be at home here again").click()
    expect(page.get_by_role("heading", name="Move to your own node")).to_be_visible()
    assert moves.move_of(node, SLUG) is None


def bring(page: Page, new: Node, copy: Path, scripts: bool) -> None:
    page.goto(f"{new.settings.url}desk/sign-in?next=/desk/new")
    sign_in(page, PASSWORD)
    page.get_by_role("link", name="Bring it from there").click()
    page.get_by_role("button", name="Bring it here").click()
    expect(page.get_by_text("Choose a file first.").first).to_be_visible()
    well(page, scripts)
    page.get_by_label("The copy").set_input_files(copy)
    page.get_by_role("button", name="Bring it here").click()
    expect(page.get_by_text("is here, with everything under the ids that it had.")).to_be_visible()
    well(page, scripts)
    page.get_by_role("link", name="Look at its desk here").click()
    expect(page).to_have_url(f"{new.settings.url}desk/{SLUG}/")


@BOTH
def test_health_another_address_and_leaving(tmp_path: Path, browser: Browser, scripts: bool) -> None:
    with (
        served(tmp_path / "home", operator=True, mail_capture=True) as (node, _),
        visit(browser, width=PHONE, scripts=scripts) as (page, noted),
    ):
        members.join(node, accounts.add(node, "Ben", "ben@school.example", operator=True), SLUG, OWNER)
        ahead_of_trouble(node)
        page.goto(f"{node.settings.url}desk/")
        sign_in(page, PASSWORD)
        page.get_by_role("link", name="Is everything working?").click()
        expect(page.get_by_text("It can be read, and keeps every rule.")).to_be_visible()
        expect(page.get_by_text("but it fills: as it goes on, the disk of")).to_be_visible()
        expect(page.get_by_text("Another site’s clock says something else, by 30 minutes.")).to_be_visible()
        well(page, scripts)

        page.get_by_role("link", name="Anna").click()
        page.get_by_role("link", name="Use another one").click()
        page.get_by_label("New e-mail address").fill(NEW)
        page.get_by_role("button", name="Send the link").click()
        expect(page.get_by_text("A mail is on its way to the new address.")).to_be_visible()
        page.goto(mailed(node, NEW))
        well(page, scripts)
        page.get_by_role("button", name="Use this address").click()
        expect(page.get_by_role("status")).to_contain_text(f"From now on you sign in as {NEW}.")
        assert "/desk/reset/address/" in mailed(node, EMAIL)

        page.get_by_role("link", name="Leave Riverside School").click()
        expect(page.get_by_role("heading", name="Leave an organisation")).to_be_visible()
        well(page, scripts)
        page.get_by_label("I am sure").check()
        page.get_by_role("button", name="Leave").click()
        expect(page.get_by_text("You have left Riverside School.")).to_be_visible()
        page.goto(f"{node.settings.url}desk/account/close")
        page.get_by_label("I am sure").check()
        page.get_by_role("button", name="Close the account").click()
        expect(page.get_by_text("You are signed out.")).to_be_visible()
        assert [one.name for one in accounts.every(node)] == ["Ben"]
        assert noted == []


def ahead_of_trouble(node: Node) -> None:
    """A disk that fills since ten days ago, and a catalogue whose clock is not as ours."""
    free = free_bytes(node.settings.home)
    with node.database.write() as tx:
        measured.keep(tx, Reading(checks.DISK, node.now - 10 * 86_400, int(3.5 * free)))
        for name, value in ((other_clocks.OFF, 1800), (other_clocks.ASKED, 1)):
            measured.keep(tx, Reading(name, node.now, value))


def mailed(node: Node, to: str) -> str:
    """The link in the latest mail to somebody."""
    text = next(text for recipient, _, text in reversed(mails(node)) if recipient == to)
    found = re.search(r"http\S+/desk/\S+", text)
    assert found is not None, text
    return found[0]
