"""Looks at a page as it stands for what shuts people out, in several ways of seeing it without loading it again.

Each check gives what is wrong, a line each. They judge what the page shows; what must be opened first, a test opens.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

HERE = Path(__file__).parent
AXE = HERE.parent / "vendor" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules on which a theme has a bearing: the others are asked once a width."""
WIDE, HALF, NARROW = 1280, 640, 320
"""A large window, the same at 200 % and at 400 %, in CSS pixels (WCAG 1.4.10)."""

_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@cache
def script(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# Names for elements take axe a seventh of its time, so they are asked for only where there is something to name.
_JUDGE = """async ({ options, fresh }) => {
  const seen = (one) => one.checkVisibility() && !globalThis.__seen?.has(one);
  const within = fresh ? [...document.body.querySelectorAll("*")].filter(seen) : document;
  if (fresh && within.length === 0) return [];
  const run = async (selectors) => (await axe.run(within, { ...options, selectors })).violations;
  return (await run(false)).length === 0 ? [] : await run(true);
}"""
_SEE = "() => { globalThis.__seen = new WeakSet([...document.querySelectorAll('*')].filter(e => e.checkVisibility())) }"


def arrived(page: Page) -> None:
    """Wait for the page that is on its way: what is asked of one that only begins is asked of an empty document."""
    page.wait_for_load_state()


def violations(page: Page, rules: list[str] | None = None, *, fresh: bool = False) -> list[str]:
    """Every breach of WCAG 2.2 AA, or of good practice, that axe sees: the rule and the elements.

    ``fresh`` judges only what could not be seen when `remember` was called.
    """
    arrived(page)
    # Evaluated by the browser's own tools, which the page's content security policy does not bind.
    if not page.evaluate("'axe' in window"):
        page.evaluate(script(AXE))
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    options: dict[str, Any] = {"runOnly": only, "resultTypes": ["violations"]}
    found = page.evaluate(_JUDGE, {"options": options, "fresh": fresh})
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]


def remember(page: Page) -> None:
    """Note what is to be seen now."""
    page.evaluate(_SEE)


def unseen_focus(page: Page, *, judge_colours: bool = True) -> list[str]:
    """What has no visible ring when the keyboard comes to it, or comes to lie under something else."""
    page.keyboard.press("Tab")
    found: list[str] = page.evaluate(script(HERE / "focus.js"), judge_colours)
    return found


def motion(page: Page) -> list[str]:
    """What would move, for somebody who asked that nothing does."""
    found: list[str] = page.evaluate(script(HERE / "motion.js"))
    return found


def overflow(page: Page, width: int) -> list[str]:
    arrived(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [f"it is {wide} px wide"] if wide > width else []


def see_as(page: Page, *, width: int = WIDE, dark: bool = False, forced: bool = False) -> None:
    """Look at the page in another way, and give its scripts two frames to answer that."""
    page.emulate_media(color_scheme="dark" if dark else "light", forced_colors="active" if forced else "none")
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(_FRAMES)


def faults(page: Page) -> list[str]:
    """All that is wrong with a page that was loaded in a wide window, by somebody who asked for little motion.

    Each rule is asked once a width, and colours once a theme and width; in a narrow window with the light theme, those
    of what only shows there.
    """
    return [f"{way}: {one}" for way, found in _ways(page) for one in found]


def _ways(page: Page) -> Iterator[tuple[str, list[str]]]:
    see_as(page)
    yield "wide", violations(page) + overflow(page, WIDE)
    remember(page)
    yield "wide, by keyboard", unseen_focus(page)
    yield "with little motion", motion(page)
    see_as(page, dark=True)
    yield "wide and dark", violations(page, OF_COLOURS)
    yield "dark, by keyboard", unseen_focus(page)
    see_as(page, forced=True)
    yield "in the reader's own colours, by keyboard", unseen_focus(page, judge_colours=False)
    see_as(page, width=NARROW, dark=True)
    yield "narrow and dark", violations(page) + overflow(page, NARROW)
    see_as(page, width=NARROW)
    yield "narrow", violations(page, OF_COLOURS, fresh=True) + overflow(page, NARROW)
    see_as(page, width=HALF)
    yield "at 200 %", overflow(page, HALF)
    see_as(page)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    yield "with text twice as large", overflow(page, WIDE)
