"""`python -m tools.icons`: draws the icons of the installed board from our own SVG, with the system's Chromium.

The drawings are checked in, so that nobody needs a browser to serve them: run it after changing an SVG in
``node/static/app-icons``. What no system masks is drawn from ``icon.svg``, on a transparent ground; what systems cut to
a shape of their own, from ``maskable.svg``, whose middle four fifths hold all that matters.
"""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tools.browser import MISSING, chromium, find_chromium

FOLDER = Path(__file__).resolve().parent.parent / "node" / "static" / "app-icons"
ICONS = {
    "icon-192.png": ("icon.svg", 192),
    "icon-512.png": ("icon.svg", 512),
    "maskable-192.png": ("maskable.svg", 192),
    "maskable-512.png": ("maskable.svg", 512),
    "apple-touch-icon.png": ("maskable.svg", 180),
}
"""What each file is drawn from, and its side in pixels."""
_COLOURS = 64


def main() -> int:
    """Draw all icons anew; 0 if they could be drawn."""
    program = find_chromium()
    if program is None:
        print(MISSING)
        return 1
    with chromium(program) as browser:
        for name, picture in drawn(browser):
            (FOLDER / name).write_bytes(picture)
            print(f"  {name}, {len(picture)} bytes")
    return 0


def drawn(browser: Browser) -> Iterator[tuple[str, bytes]]:
    """Name and PNG of every icon."""
    page = browser.new_page()
    for name, (source, side) in ICONS.items():
        drawing = base64.b64encode((FOLDER / source).read_bytes()).decode()
        page.set_viewport_size({"width": side, "height": side})
        style = f"display:block;width:{side}px;height:{side}px"
        page.set_content(f'<body style="margin:0"><img style="{style}" src="data:image/svg+xml;base64,{drawing}">')
        page.locator("img").evaluate("image => image.decode()")
        yield name, _small(page.screenshot(omit_background=True))
    page.close()


def _small(png: bytes) -> bytes:
    """The same in few colours: there are six, and the edges between them."""
    written = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        whole = image.convert("RGBA")
    opaque = whole.getchannel("A").getextrema() == (255, 255)
    method = Image.Quantize.MEDIANCUT if opaque else Image.Quantize.FASTOCTREE
    few = whole.convert("RGB" if opaque else "RGBA").quantize(_COLOURS, method=method, dither=Image.Dither.NONE)
    few.save(written, "PNG", optimize=True)
    return written.getvalue()


if __name__ == "__main__":
    sys.exit(main())
