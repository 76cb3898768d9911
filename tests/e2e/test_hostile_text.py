"""A real browser on a catalogue full of markup and scripts: none runs, and nothing is asked elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from examples.demo_processes import choose_port
from node.services.identity import operator
from node.services.mail import mailbox
from tests.node.web.hostile import MARK, SEARCHED, Hostile

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

WATCH = """
globalThis.seen = [];
globalThis.ran = (number) => globalThis.seen.push(`script ${number} ran`);
for (const name of ["alert", "confirm", "prompt"]) globalThis[name] = () => globalThis.seen.push(`${name} was called`);
document.addEventListener("securitypolicyviolation", (event) => {
  globalThis.seen.push(`the policy stopped ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""
STRANGE = f"""() => [...globalThis.seen, ...[...document.querySelectorAll(
  '{MARK}, [onclick], [onerror], [onload], [onmouseover], [style*=fixed], object, embed, base, meta[http-equiv],' +
  'a[href^="javascript" i], a[href^="data" i], iframe:not([src^="/"]), form[action*="spy"]'
)].map((one) => one.outerHTML.slice(0, 200))]"""


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    port = choose_port()
    made = Hostile(tmp_path_factory.mktemp("hostile") / "home", node_url=f"http://127.0.0.1:{port}/")
    server = make_server("127.0.0.1", port, made.client.application, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()
    made.node.database.close()


@contextmanager
def watched(browser: Browser, board: Hostile) -> Iterator[tuple[Page, list[str]]]:
    """A page of a signed-in operator, and the list in which everything that must not be is noted."""
    noted: list[str] = []
    context: BrowserContext = browser.new_context(locale="en-GB", service_workers="block", accept_downloads=False)
    context.add_init_script(WATCH)
    cookie = {"name": operator.COOKIE, "value": board.cookie, "domain": "127.0.0.1", "path": "/control"}
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.on("dialog", lambda dialog: (noted.append(f"{page.url}: a dialog"), dialog.dismiss())[-1])
    page.on("pageerror", lambda error: noted.append(f"{page.url}: {error}"))
    page.on("request", lambda request: noted.extend(_elsewhere(request.url)))
    yield page, noted
    context.close()


def _elsewhere(url: str) -> Iterator[str]:
    address = urlsplit(url)
    if address.scheme not in ("data", "blob", "about") and address.hostname != "127.0.0.1":
        yield f"asked for {url}"


def is_page(board: Hostile, address: str) -> bool:
    """Whether a browser shows it; of pages that say that nothing is there, those of listings are enough."""
    headers = {"Cookie": f"{operator.COOKIE}={board.cookie}"}
    mine = headers if address.startswith("/control") else {}
    answer = board.client.get(address, base_url=board.node.settings.url, headers=mine)
    shown = answer.mimetype in ("text/html", "image/svg+xml", "application/atom+xml")
    return shown and (answer.status_code == 200 or (answer.status_code == 404 and address.startswith("/listings/")))


def test_nothing_runs_and_nothing_strange_appears_on_any_page(board: Hostile, browser: Browser) -> None:
    addresses = [address for address in board.tour() if is_page(board, address)]
    assert len(addresses) > 50
    base = board.node.settings.url.rstrip("/")
    shown = 0
    with watched(browser, board) as (page, noted):
        for address in addresses:
            page.goto(base + address, wait_until="load")
            assert page.evaluate(STRANGE) == [], address
            shown += f"<{MARK}" in page.evaluate("() => document.documentElement.textContent")
        assert noted == []
    assert shown > 25, "the texts were there, as texts"


def test_what_scripts_draw_stays_text(board: Hostile, browser: Browser) -> None:
    """The map's pins and their notes, what is suggested, and the answers on the page about the API."""
    base = board.node.settings.url
    with watched(browser, board) as (page, noted):
        page.goto(f"{base}search?q={SEARCHED}")
        page.locator(".leaflet-marker-icon").first.wait_for()
        for pin in page.locator(".leaflet-marker-icon").all()[:3]:
            pin.dispatch_event("click")
            page.wait_for_timeout(100)
            assert page.evaluate(STRANGE) == []
        page.goto(base)
        page.locator("#site-q, [name=q]").first.press_sequentially(f"{SEARCHED} des", delay=30)
        page.wait_for_timeout(800)
        assert page.evaluate(STRANGE) == []
        page.goto(f"{base}api/#searchListings")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.locator("#searchListings [name=q]").fill(SEARCHED)
        page.locator("#searchListings button[type=submit]").click()
        page.locator("#searchListings [data-api-result]").wait_for(state="visible")
        assert f"<{MARK}" in page.locator("#searchListings [data-api-answer]").inner_text()
        assert page.evaluate(STRANGE) == []
        assert noted == []


def test_mails_run_nothing_where_a_mail_program_shows_them(board: Hostile, browser: Browser) -> None:
    """Most programs refuse scripts by themselves; here nothing stops one."""
    mails = mailbox.kept(board.node)
    assert sum(f"&lt;{MARK}" in mail.html for mail in mails) >= 2
    with watched(browser, board) as (page, noted):
        for mail in mails:
            page.set_content(mail.html, wait_until="load")
            assert (
                page.evaluate(f"() => [...(globalThis.seen ?? []), ...document.querySelectorAll('{MARK}, script')]")
                == []
            )
        assert noted == []


def test_the_watch_notices_what_it_watches_for(board: Hostile, browser: Browser, tmp_path: Path) -> None:
    base = board.node.settings.url
    with watched(browser, board) as (page, _):
        page.goto(base)
        page.evaluate(f"document.body.insertAdjacentHTML('beforeend', '<{MARK}></{MARK}><img src=x onerror=ran(1)>')")
        page.wait_for_timeout(300)
        found = page.evaluate(STRANGE)
        assert any("the policy stopped script-src-attr" in one for one in found)
        assert any(one.startswith(f"<{MARK}") for one in found)
        page.set_content("<img src=x onerror=ran(1)>", wait_until="load")
        page.wait_for_timeout(300)
        assert page.evaluate("globalThis.seen") != []
