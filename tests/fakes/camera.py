"""Photographs as phones and mischief-makers send them, made as tests need them."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

RED, WHITE, GREEN = (200, 30, 30), (255, 255, 255), (30, 110, 70)
SECRET = b"Werrington-52.5733N"
"""What stands in all metadata that is planted here, and in nothing that is made of it."""
_GPS, _ORIENTATION, _MAKER, _DESCRIPTION = 0x8825, 0x0112, 0x010F, 0x010E


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    if kind == "HEIF":
        from pillow_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def halves(size: tuple[int, int] = (120, 80), mode: str = "RGB") -> Image.Image:
    """Left half red, right half white."""
    image = Image.new("RGB", size, WHITE)
    image.paste(RED, (0, 0, size[0] // 2, size[1]))
    return image if mode == "RGB" else image.convert(mode)


def scene(size: tuple[int, int]) -> Image.Image:
    """Something with light, shade and detail, as large as a camera makes it; always the same one."""
    width, height = size
    grain = Image.frombytes("L", (97, 61), bytes((x * x * 7 + y * 31) % 251 for y in range(61) for x in range(97)))
    slope = Image.linear_gradient("L")
    layers = (grain, slope, slope.transpose(Image.Transpose.ROTATE_90))
    return Image.merge("RGB", [layer.resize((width, height), Image.Resampling.BICUBIC) for layer in layers])


def exif(orientation: int = 1, secret: bytes = SECRET) -> Image.Exif:
    """What a camera notes: how it was held, whose it is, and where it was."""
    made = Image.Exif()
    made[_ORIENTATION] = orientation
    made[_MAKER] = made[_DESCRIPTION] = secret.decode("latin-1")
    made[_GPS] = {1: "N", 2: (52.0, 34.0, 23.88), 3: "W", 4: (0.0, 14.0, 38.76)}
    return made


def xmp(secret: bytes = SECRET) -> bytes:
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><exif:GPSLatitude>' + secret + b"</exif:GPSLatitude></x:xmpmeta>"
    )


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def jpeg(size: tuple[int, int] = (120, 80), orientation: int = 1) -> bytes:
    """A JPEG with everything that a camera notes."""
    return encoded(
        halves(size), "JPEG", quality=95, exif=exif(orientation), xmp=xmp(), icc_profile=profile(), comment=SECRET
    )


def heic(size: tuple[int, int] = (128, 96), orientation: int = 1) -> bytes:
    return encoded(halves(size), "HEIF", quality=90, exif=exif(orientation).tobytes(), xmp=xmp(), icc_profile=profile())


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that says it is this large, and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def jpeg_of_size(width: int, height: int) -> bytes:
    """A JPEG whose header says another size than it has."""
    whole = bytearray(encoded(halves(), "JPEG"))
    at = whole.index(b"\xff\xc0") + 5
    whole[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(whole)


def gif_of_frames(screen: tuple[int, int], frames: list[tuple[int, int]], start: bytes = b"") -> bytes:
    """A GIF whose frames say these sizes, whatever its screen is, and hold one byte each; behind those of ``start``."""
    whole = start.removesuffix(b"\x3b") or b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80, 0, 0) + bytes(6)
    for width, height in frames:
        whole += b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\x00"
    return whole + b"\x3b"


def moving(kind: str, frames: int = 3) -> bytes:
    """A picture that moves: red at first, then green."""
    first, *rest = (Image.new("RGB", (64, 64), RED if number == 0 else GREEN) for number in range(frames))
    return encoded(first, kind, save_all=True, append_images=rest, duration=40)


def archive() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("run.class", "payload")
    return out.getvalue()
