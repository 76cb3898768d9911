"""A photograph as somebody's phone took it, made into files for pages: upright, small, and silent about its owner.

Judges the file before it decodes it, and writes everything anew: of the original nothing is kept but what can be seen.
Takes JPEG, PNG, WebP, GIF, HEIC, HEIF and AVIF, of what moves the first picture. Refuses what is more than a picture,
such as one that is an archive or a web page as well. Costs up to a second, so it is for other processes.
"""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING, Any

from node.services.pictures.file_signatures import begins_like_a_photo, something_else
from node.services.pictures.shrinking import PictureError, shallow
from schemas.records import dataclass

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF")
MAX_BYTES = 10 * 2**20
MAX_PIXELS = 24_500_000
"""24 megapixels, as cameras count them: 6000 by 4000, and 5712 by 4284."""
SMALLEST_SIDE = 32
LARGE_SIDE, CARD_SIDE = 1600, 640
_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True)
class PhotoFiles:
    """The four files of one photograph; ``width`` and ``height`` are those of the large ones, in pixels."""

    jpeg: bytes
    webp: bytes
    card_jpeg: bytes
    card_webp: bytes
    width: int
    height: int

    @property
    def name(self) -> str:
        """What the files are called, but for their ends: the content's hash and the size."""
        return f"{hashlib.sha256(self.jpeg).hexdigest()[:32]}-{self.width}x{self.height}"

    def by_end(self) -> dict[str, bytes]:
        """The files by what stands behind `name`."""
        return {
            ".card.webp": self.card_webp,
            ".card.jpg": self.card_jpeg,
            ".webp": self.webp,
            ".jpg": self.jpeg,
        }


def made(data: bytes) -> PhotoFiles:
    """The photograph in ``data`` as the files that are kept. Raises `PictureError` with a plain reason."""
    _check_bytes(data)
    _learn_heif()
    import PIL.Image

    try:
        with PIL.Image.open(BytesIO(data), formats=FORMATS) as image:
            _check_size(*image.size)
            return _files(_seen(image))
    except PictureError:
        raise
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:
        # A decoder that is fed rubbish raises whatever it happens to trip over, struct.error and MemoryError included.
        if not begins_like_a_photo(data):
            raise PictureError(
                "This file is not a photo that can be read. JPEG, PNG, WebP, GIF, HEIC and AVIF can be."
            ) from error
        raise PictureError(
            "This photo is broken or was cut off on its way. Try to send it again, or take another one."
        ) from error


def _check_bytes(data: bytes) -> None:
    if not data:
        raise PictureError("This file is empty. Choose another one.")
    if len(data) > MAX_BYTES:
        raise too_many_bytes(len(data))
    found = something_else(data)
    if found:
        raise PictureError(found)


def too_many_bytes(size: int) -> PictureError:
    """What is said of a file of so many bytes."""
    megabytes = f"{size / 2**20:.1f}"
    return PictureError(
        f"This file has {megabytes} MB; at most {MAX_BYTES // 2**20} MB are taken. Send the photo in a smaller size."
    )


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < SMALLEST_SIDE:
        raise PictureError("This picture is too small to show anything. Choose a larger one.")


def _too_many_pixels() -> PictureError:
    return PictureError("This photo has more than 24 megapixels. Send it in a smaller size.")


def _learn_heif() -> None:
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)


def _seen(image: Image) -> Image:
    """What can be seen of the picture: upright, in plain colours, not larger than it is kept, with nothing else."""
    # A JPEG can be decoded at a half or a quarter of its size, which saves most of the memory and the time.
    image.draft("RGB", _within(image.size, LARGE_SIDE))
    image.load()
    flat = _flat(image)
    flat.thumbnail((LARGE_SIDE, LARGE_SIDE), reducing_gap=3.0)
    return _upright(_in_srgb(flat, image.info.get("icc_profile")), _orientation(image))


def _within(size: tuple[int, int], side: int) -> tuple[int, int]:
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _flat(image: Image) -> Image:
    """The picture without transparency, on white, in colours that can be made smaller."""
    import PIL.Image

    whole = shallow(image)
    if whole.has_transparency_data:
        layer = whole.convert("RGBA")
        flat = PIL.Image.new("RGB", layer.size, "white")
        flat.paste(layer, mask=layer.getchannel("A"))
        return flat
    return whole.copy() if whole.mode in ("RGB", "L", "CMYK") else whole.convert("RGB")


def _in_srgb(image: Image, profile: bytes | None) -> Image:
    """The picture in the colours of the web, whatever its camera called colours; as new, without what it carried."""
    import PIL.Image

    converted = _by_profile(image, profile) if profile else None
    if converted is None:
        converted = image.convert("RGB")
    bare = PIL.Image.new("RGB", converted.size)
    bare.paste(converted)
    return bare


def _by_profile(image: Image, profile: bytes) -> Image | None:
    from PIL import ImageCms

    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        # A profile that is broken or is for other colours is no reason to lose the photo.
        return None


def _orientation(image: Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:
        # Broken metadata neither: it is only shown as it lies.
        return 1


def _upright(image: Image, orientation: int) -> Image:
    import PIL.Image

    turns = PIL.Image.Transpose
    turn = {
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_270,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_90,
    }.get(orientation)
    return image if turn is None else image.transpose(turn)


def _files(large: Image) -> PhotoFiles:
    card = large.copy()
    card.thumbnail((CARD_SIDE, CARD_SIDE), reducing_gap=3.0)
    return PhotoFiles(
        jpeg=_encoded(large, "JPEG", quality=82, optimize=True, progressive=True),
        webp=_encoded(large, "WEBP", quality=78, method=2),
        card_jpeg=_encoded(card, "JPEG", quality=80, optimize=True, progressive=True),
        card_webp=_encoded(card, "WEBP", quality=75, method=4),
        width=large.width,
        height=large.height,
    )


def _encoded(image: Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
