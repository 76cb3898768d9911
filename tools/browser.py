"""A real Chromium for tests and pictures: the system's own, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = "No Chromium was found: apt-get install chromium-headless-shell, or set CHROMIUM to where one is."
_SHELL = "chromium-headless-shell"
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium(*, whole: bool = False) -> str | None:
    """The browser's program: ``$CHROMIUM``, else the first that is on the path.

    Unless it must be the ``whole`` browser, the shell without windows comes first: it renders the same, and the tests
    need a quarter less of the processors with it.
    """
    names = _NAMES if whole else (_SHELL, *_NAMES)
    named = os.environ.get("CHROMIUM")
    return next((found for name in (named, *names) if name and (found := shutil.which(name))), None)


@contextmanager
def chromium(program: str) -> Iterator[Browser]:
    """The browser, until the block ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()
