"""A picture at the door, read from another's screen as a phone does."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.fakes.qr_reader import read

_DRAWN = "() => document.querySelector('img.exchange-qr').naturalWidth > 0"


def scan(page: Page) -> str:
    """The address in the picture that one side shows to the other."""
    page.get_by_text("Show it as a picture to scan").click()
    picture = page.locator("img.exchange-qr")
    expect(picture).to_be_visible()
    page.wait_for_function(_DRAWN)
    return read(picture.screenshot())
