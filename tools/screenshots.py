"""`./run screenshots`: the pictures in ``docs/screenshots``, taken of a demo network and a desk started for them."""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from examples.demo_network import Network, running, wait_until_counted, wait_until_read
from examples.demo_plan import read_plan
from examples.demo_processes import DemoError, choose_port
from tools.browser import MISSING, chromium, find_chromium
from tools.desk_pages import DESK_PAGES, Desk, desk
from tools.pages import PAGES, addresses

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
SIZES = {390: 844, 1280: 900}
"""Width and height of the window in CSS pixels."""
THEMES = ("light", "dark")
MOST_BYTES = 250_000
Picture = tuple[str, bytes]
"""The name of a file, and the PNG that is in it."""
_PAINT = """async () => {
    const drawn = Array.from(document.images).filter((one) => one.currentSrc && one.checkVisibility());
    const near = drawn.map((one) => [one, one.getBoundingClientRect()])
        .filter(([, place]) => place.bottom > 0 && place.top < innerHeight).map(([one]) => one);
    await Promise.all(near.map((one) => one.decode()));
}"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Take all pictures anew; 0 if they could be taken."""
    parser = argparse.ArgumentParser(prog="./run screenshots", description=__doc__)
    parser.add_argument("--to", type=Path, default=FOLDER, help="folder for the pictures")
    parser.add_argument("--whole", action="store_true", help="the whole length of each page, not one window")
    parser.add_argument("--desk", action="store_true", help="the pages of the desk alone")
    chosen = parser.parse_args(arguments)
    program = find_chromium()
    if program is None:
        print(MISSING)
        return 1
    chosen.to.mkdir(parents=True, exist_ok=True)
    try:
        with chromium(program) as browser:
            for name, picture in _taken(browser, chosen.whole, chosen.desk):
                (chosen.to / name).write_bytes(picture)
                print(f"  {name}, {len(picture) // 1000} kB")
    except DemoError as error:
        print(error)
        return 1
    return 0


def _taken(browser: Browser, whole: bool, desk_alone: bool) -> Iterator[Picture]:
    with tempfile.TemporaryDirectory(prefix="sharefeed-pictures-") as made:
        if not desk_alone:
            with running(read_plan(), Path(made) / "network", choose_port(), print, past=True) as network:
                wait_until_read(network)
                wait_until_counted(network)
                yield from pictures(network, browser, whole)
        with desk(read_plan(), Path(made) / "desk") as staffed:
            yield from desk_pictures(staffed, browser, whole)


def pictures(network: Network, browser: Browser, whole: bool = False) -> Iterator[Picture]:
    """Every page of the portal, in every width and theme. Raises `DemoError` for one that is too large."""
    found = addresses(network)
    for way, page in _windows(browser):
        for name in PAGES:
            yield f"{name}-{way}.png", _picture(page, found[name], whole)


def desk_pictures(staffed: Desk, browser: Browser, whole: bool = False) -> Iterator[Picture]:
    """The same of the desk, by those who may see each page."""
    for way, page in _windows(browser):
        for name in DESK_PAGES:
            page.context.add_cookies([staffed.cookie(name)])
            yield f"{name}-{way}.png", _picture(page, staffed.addresses[name], whole)


def _windows(browser: Browser) -> Iterator[tuple[str, Page]]:
    """A window in every width and theme, and what it is called."""
    for width, height in SIZES.items():
        for theme in THEMES:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if theme == "dark" else "light",
                locale="en-GB",
                reduced_motion="reduce",
            )
            yield f"{width}-{theme}", context.new_page()
            context.close()


def _picture(page: Page, address: str, whole: bool) -> bytes:
    page.goto(address, wait_until="networkidle")
    if whole:
        _scroll_through(page)
    page.evaluate(_PAINT)
    picture = smaller(page.screenshot(full_page=whole))
    if len(picture) > MOST_BYTES and not whole:
        raise DemoError(f"The picture of {address} has {len(picture)} bytes; {MOST_BYTES} are the most.")
    return picture


def _scroll_through(page: Page) -> None:
    """Pictures that are loaded late come only once somebody has been there."""
    page.evaluate(
        "async () => { for (let y = 0; y < document.body.scrollHeight; y += 600) {"
        " scrollTo(0, y); await new Promise(done => setTimeout(done, 60)); } scrollTo(0, 0); }"
    )
    page.wait_for_load_state("networkidle")


def smaller(png: bytes) -> bytes:
    """The same picture in fewer bytes, without any loss where that is small enough already, else in 256 colours."""
    with Image.open(io.BytesIO(png)) as image:
        whole = image.convert("RGB")
    written = _written(whole)
    if len(written) <= MOST_BYTES:
        return written
    # Refined by k-means: the large plain areas keep their colours, and only photographs lose some of theirs.
    return _written(whole.quantize(256, method=Image.Quantize.MEDIANCUT, kmeans=8, dither=Image.Dither.NONE))


def _written(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    sys.exit(main())
