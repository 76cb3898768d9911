"""Visits with a real browser that notices what a person would not: errors in the console, and calls elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

WAIT_MS = 15_000
expect.set_options(timeout=WAIT_MS)


@contextmanager
def visit(
    browser: Browser, *, width: int = 1280, theme: str = "light", scripts: bool = True
) -> Iterator[tuple[Page, list[str]]]:
    """A fresh page, and the list in which everything that went wrong on it is noted. ``theme`` is light or dark."""
    noted: list[str] = []
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if theme == "dark" else "light",
        java_script_enabled=scripts,
        locale="en-GB",
        service_workers="block",
    )
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.on("console", lambda message: noted.extend(_of_message(message)))
    page.on("pageerror", lambda error: noted.append(f"{page.url}: {error}"))
    page.on("request", lambda request: noted.extend(_of_request(request)))
    try:
        yield page, noted
    finally:
        context.close()


def _of_message(message: ConsoleMessage) -> Iterator[str]:
    # That there is no service worker here is our own doing.
    if message.type in ("error", "warning") and "Service Worker registration blocked" not in message.text:
        yield f"{message.type}: {message.text} ({message.location.get('url')})"


def _of_request(request: Request) -> Iterator[str]:
    address = urlsplit(request.url)
    if address.scheme not in ("data", "blob") and address.hostname != "127.0.0.1":
        yield f"asked for {request.url}"
