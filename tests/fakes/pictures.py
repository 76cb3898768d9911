"""Pictures compared, as far as fonts and versions of a browser may differ."""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageStat


def difference(one: bytes, other: bytes) -> float:
    """How far two pictures of one size are apart, on average, of 255; 255 if they are not of one size."""
    with Image.open(io.BytesIO(one)) as first, Image.open(io.BytesIO(other)) as second:
        if first.size != second.size:
            return 255
        apart = ImageChops.difference(first.convert("RGBA"), second.convert("RGBA"))
    return sum(ImageStat.Stat(apart).mean) / 4
