"""An address as a QR code (ISO/IEC 18004), drawn as an SVG that phones read in light and dark surroundings alike.

Always dark on light, whatever the page around it looks like: many readers do not know the reverse. It has no size of
its own, so the page decides that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from node.services.syndication.feeds import Rendered, rendered

MEDIA_TYPE = "image/svg+xml"
QUIET = 4
"""Modules left free on every side, as the standard asks."""


def code(address: str) -> Rendered:
    """The code of an absolute address, error correction M: a seventh of it may be dirty or torn."""
    import segno

    rows = segno.make_qr(address, error="m").matrix
    return rendered("qr", _svg(rows).encode())


def _svg(rows: Sequence[Sequence[int]]) -> str:
    side = len(rows) + 2 * QUIET
    dark = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in _runs(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path fill="#000" d="{dark}"/></svg>\n'
    )


def _runs(rows: Sequence[Sequence[int]]) -> Iterator[tuple[int, int, int]]:
    """Where each row is dark: column, row and length of every unbroken run, in modules, the quiet zone counted."""
    for y, row in enumerate(rows, start=QUIET):
        x = QUIET
        for is_dark, modules in groupby(row, bool):
            length = len(list(modules))
            if is_dark:
                yield x, y, length
            x += length
