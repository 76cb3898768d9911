"""What fingers do with a page on a phone: done by the browser, counted, and timed by a keystroke-level model.

The seconds are those of a person, whatever the speed of this machine. `docs/benchmarks.md` says where they come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from playwright.sync_api import FilePayload, Locator, Page

THINK_S, TAP_S, KEY_S, SWIPE_S, PHOTO_S, PAGE_S = 1.35, 1.0, 0.33, 0.7, 5.0, 1.0
OF_A_SCREEN = 0.7
"""How far one swipe moves the page, in heights of the window."""


@dataclass
class Hands:
    """Every method is one thing that somebody decides to do, with the taps, swipes and keys that it takes."""

    page: Page
    thoughts: int = 0
    taps: int = 0
    keys: int = 0
    swipes: int = 0
    photos: int = 0
    pages: int = 0

    def tap(self, target: Locator) -> None:
        """Find something, swiping to it where it is not on the screen, and touch it."""
        self._find(target)
        self.taps += 1
        before = self.page.url
        target.click()
        self.pages += self.page.url != before

    def write(self, target: Locator, text: str) -> None:
        self.tap(target)
        self.keys += len(text)
        target.fill(text)

    def photograph(self, button: Locator, field: Locator, photo: FilePayload) -> None:
        """Touch what takes photos, choose the camera, release it, and take the picture: three taps and a look."""
        self._find(button)
        self.taps += 4
        self.photos += 1
        field.set_input_files(photo)

    @property
    def seconds(self) -> float:
        return (
            self.thoughts * THINK_S
            + self.taps * TAP_S
            + self.keys * KEY_S
            + self.swipes * SWIPE_S
            + self.photos * PHOTO_S
            + self.pages * PAGE_S
        )

    def __str__(self) -> str:
        counted = f"{self.taps} taps, {self.keys} keys, {self.swipes} swipes, {self.pages} pages"
        return f"{self.seconds:.0f} s: {counted}, {self.thoughts} decisions"

    def _find(self, target: Locator) -> None:
        self.thoughts += 1
        size, box = self.page.viewport_size, target.bounding_box()
        assert size is not None
        assert box is not None
        beyond = max(-box["y"], box["y"] + box["height"] - size["height"], 0)
        self.swipes += ceil(beyond / (OF_A_SCREEN * size["height"]))
        target.scroll_into_view_if_needed()
