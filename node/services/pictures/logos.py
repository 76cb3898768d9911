"""A logo from anywhere, made small and harmless: decoded within bounds, written anew as PNG, or else as WebP.

Takes PNG, JPEG and WebP. An SVG is a document that can hold scripts and ask other sites for things; it is refused.
"""

from __future__ import annotations

import hashlib
import re
from io import BytesIO
from typing import TYPE_CHECKING

from node.services.pictures.shrinking import MAX_PIXELS, PictureError, shallow, upright
from schemas.records import dataclass

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_WIDTH, MOST_HEIGHT = 640, 320
MOST_BYTES = 200_000
SMALLEST_SIDE = 16
FOLDER = "brand"
_NAME = re.compile(r"(?P<key>[0-9a-f]{32})-(?P<width>[0-9]{1,4})x(?P<height>[0-9]{1,4})\.(?P<end>png|webp)")
_WEBP_QUALITIES = (90, 75, 50)


@dataclass(frozen=True, slots=True)
class MadeLogo:
    """A logo as it is kept and served; ``width`` and ``height`` are in pixels."""

    data: bytes
    end: str
    width: int
    height: int

    @property
    def key(self) -> str:
        """What it is known by: the beginning of its content's hash."""
        return hashlib.sha256(self.data).hexdigest()[:32]

    @property
    def media_type(self) -> str:
        return f"image/{self.end}"

    @property
    def path(self) -> str:
        """Where it is served, without the root: the value of the setting ``logo``."""
        return f"{FOLDER}/{self.key}-{self.width}x{self.height}.{self.end}"


@dataclass(frozen=True, slots=True)
class LogoName:
    """What the name of a logo of ours says of it."""

    key: str
    width: int
    height: int


def parts_of(name: str) -> LogoName | None:
    """What a file's name says, with or without the folder before it; None where it is none of ours."""
    found = _NAME.fullmatch(name.removeprefix(f"{FOLDER}/"))
    return LogoName(found["key"], int(found["width"]), int(found["height"])) if found else None


def made(data: bytes) -> MadeLogo:
    """The picture in ``data`` as a logo. Raises `PictureError` with what is wrong with it."""
    import PIL.Image

    if b"<svg" in data[:1000].lower():
        raise PictureError("It is an SVG, which can hold scripts. Save it as PNG, two or three times as large.")
    try:
        with PIL.Image.open(BytesIO(data), formats=FORMATS) as image:
            _check_size(image)
            return _written(_fitted(upright(image)))
    except PictureError:
        raise
    except Exception as error:
        # A decoder that is fed rubbish raises whatever it happens to trip over, struct.error and KeyError included.
        raise PictureError("It could not be read as a picture. PNG, JPEG and WebP can.") from error


def _check_size(image: Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise PictureError("It has far more pixels than a logo needs. Save it smaller.")
    if min(width, height) < SMALLEST_SIDE:
        raise PictureError("It has too few pixels to show anything.")


def _fitted(image: Image) -> Image:
    """The picture in plain colours, without what it carried along and without empty margins."""
    flat = shallow(image)
    # By way of RGB, for not every way of colouring leads to transparency at once.
    plain = flat.convert("RGBA") if flat.has_transparency_data else flat.convert("RGB")
    if plain.mode == "RGBA":
        seen = plain.getchannel("A").getbbox()
        if seen is None:
            raise PictureError("There is nothing to see in it: every point is transparent.")
        plain = plain.crop(seen)
    plain.thumbnail((MOST_WIDTH, MOST_HEIGHT))
    plain.info.clear()
    return plain


def _written(image: Image) -> MadeLogo:
    data = _encoded(image, "PNG", optimize=True)
    if len(data) <= MOST_BYTES:
        return MadeLogo(data, "png", image.width, image.height)
    for quality in _WEBP_QUALITIES:
        data = _encoded(image, "WEBP", quality=quality)
        if len(data) <= MOST_BYTES:
            return MadeLogo(data, "webp", image.width, image.height)
    raise PictureError("It is too detailed to be kept small. A logo with fewer details will do.")


def _encoded(image: Image, kind: str, **options: int) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
