"""A photograph from anywhere, made small and harmless: decoded within bounds, turned upright, written anew as JPEG.

Nothing of the original file is kept but its pixels: places, owners and thumbnails in its metadata stay behind. Refuses
everything that is not JPEG, PNG, WebP or GIF, and sizes that would only fit a memory, not a page.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from schemas.errors import SharefeedError
from schemas.records import dataclass

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PIXELS = 24_000_000
SMALLEST_SIDE = 32
LARGE_SIDE, CARD_SIDE = 960, 480
_QUALITY = 82
_DEEP_GREYS = ("I", "I;16", "I;16B", "I;16L", "I;16N", "F")


class PictureError(SharefeedError):
    """This cannot be shown as a picture; the message says why."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Two JPEG files of one picture; ``width`` and ``height`` are those of the large one, in pixels."""

    large: bytes
    card: bytes
    width: int
    height: int


def shrink(data: bytes) -> Shrunk:
    """The picture in ``data`` with sides of at most `LARGE_SIDE` and `CARD_SIDE` pixels. Raises `PictureError`."""
    import PIL.Image

    try:
        with PIL.Image.open(BytesIO(data), formats=FORMATS) as image:
            _check_size(image)
            # A JPEG can be decoded at a fraction of its size, which saves most of the memory and the time.
            image.draft("RGB", (2 * LARGE_SIDE, 2 * LARGE_SIDE))
            return _shrunk(upright(image))
    except PictureError:
        raise
    except Exception as error:
        # A decoder that is fed rubbish raises whatever it happens to trip over, struct.error and KeyError included.
        raise PictureError("It could not be read as a picture. Save it as JPEG or PNG.") from error


def _check_size(image: Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise PictureError(f"It has {width} x {height} pixels; at most {MAX_PIXELS // 1_000_000} million are read.")
    if min(width, height) < SMALLEST_SIDE:
        raise PictureError(f"It has {width} x {height} pixels, too few to show anything.")


def upright(image: Image) -> Image:
    """The picture as it is looked at: cameras note how they were held."""
    from PIL import ImageOps

    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        # Broken metadata is no reason to lose the picture; it is only shown as it lies.
        return image


def _shrunk(image: Image) -> Shrunk:
    flat = _flat(shallow(image))
    flat.thumbnail((LARGE_SIDE, LARGE_SIDE))
    small = flat.copy()
    small.thumbnail((CARD_SIDE, CARD_SIDE))
    return Shrunk(_jpeg(flat), _jpeg(small), flat.width, flat.height)


def shallow(image: Image) -> Image:
    """Greys of more than 8 bits as greys of 8, which all else can be made of."""
    if image.mode not in _DEEP_GREYS:
        return image
    return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _flat(image: Image) -> Image:
    """The picture in plain colours, on white where it is transparent, without anything that it carried along."""
    import PIL.Image

    flat = PIL.Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        flat.paste(layer, mask=layer.getchannel("A"))
    else:
        flat.paste(image.convert("RGB"))
    return flat


def _jpeg(image: Image) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return out.getvalue()
