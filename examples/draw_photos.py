"""Draw the demo network's pictures again: `photos/src/*.svg` becomes `photos/*.jpg`, 960 x 720, at most 60 kB each.

Needs Pillow, Playwright and a Chromium on the path, all of them used for the tests anyway. Nothing is fetched:
the drawings hold no links. Run it after changing a drawing: `python examples/draw_photos.py [name ...]`.
"""

import io
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

PHOTOS = Path(__file__).parent / "photos"
SIZE = (960, 720)
MAX_BYTES = 60_000
QUALITIES = range(88, 49, -2)
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class PictureTooLargeError(Exception):
    """A drawing that stays above the limit at every quality; simplify it."""


def jpeg(image: Image.Image, quality: int) -> bytes:
    """The image as a progressive JPEG of `quality` (1 to 95)."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
    return buffer.getvalue()


def smallest_loss(image: Image.Image, name: str) -> tuple[int, bytes]:
    """The best quality that fits MAX_BYTES, and the bytes; raises PictureTooLargeError when none does."""
    for quality in QUALITIES:
        data = jpeg(image, quality)
        if len(data) <= MAX_BYTES:
            return quality, data
    raise PictureTooLargeError(f"{name} is over {MAX_BYTES} bytes at quality {QUALITIES[-1]}")


def snapshot(page: Page, drawing: Path) -> Image.Image:
    """The drawing as the browser paints it, SIZE pixels, RGB."""
    page.goto(drawing.resolve().as_uri())
    return Image.open(io.BytesIO(page.screenshot(type="png"))).convert("RGB")


def draw(drawings: Iterable[Path]) -> Iterator[str]:
    """Write one JPEG per drawing beside the `src` folder and yield a line about each."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        for drawing in drawings:
            quality, data = smallest_loss(snapshot(page, drawing), drawing.name)
            (PHOTOS / f"{drawing.stem}.jpg").write_bytes(data)
            yield f"{drawing.stem}: {len(data) // 1000} kB at quality {quality}"
        browser.close()


def main(names: list[str]) -> None:
    wanted = [PHOTOS / "src" / f"{name}.svg" for name in names] or sorted((PHOTOS / "src").glob("*.svg"))
    for line in draw(wanted):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
