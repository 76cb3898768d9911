"""Making photographs small: every kind that is taken, and what is refused."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from node.services.pictures.shrinking import PictureError, shrink
from tests.thorough import examples

RED, WHITE = (200, 30, 30), (255, 255, 255)


def encoded(image: Image.Image, format_: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def close_to(colour: Any, wanted: tuple[int, int, int]) -> bool:
    return all(abs(have - want) < 12 for have, want in zip(colour, wanted, strict=True))


def with_orientation(orientation: int) -> bytes:
    """Left half red, right half white, 1200 by 800, with an EXIF orientation and a place."""
    image = Image.new("RGB", (1200, 800), WHITE)
    image.paste(RED, (0, 0, 600, 800))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "A camera that was bought in Werrington"
    return encoded(image, "JPEG", exif=exif, comment=b"my kitchen", quality=95)


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that says it is this large, and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "size", "corner"),
    [
        pytest.param(encoded(Image.new("RGB", (2000, 1000), RED), "JPEG"), (960, 480), RED, id="jpeg"),
        pytest.param(
            encoded(Image.new("L", (500, 500), 128), "JPEG"), (500, 500), (128,) * 3, id="grey, never enlarged"
        ),
        pytest.param(
            encoded(Image.new("CMYK", (100, 100), (0, 0, 0, 0)), "JPEG"), (100, 100), WHITE, id="print colours"
        ),
        pytest.param(encoded(Image.new("RGB", (64, 64), RED), "PNG"), (64, 64), RED, id="png"),
        pytest.param(encoded(Image.new("RGBA", (64, 64), (0, 0, 0, 0)), "PNG"), (64, 64), WHITE, id="see-through png"),
        pytest.param(encoded(Image.new("I;16", (64, 64), 65535), "PNG"), (64, 64), WHITE, id="16-bit grey png"),
        pytest.param(encoded(Image.new("1", (64, 64), 1), "PNG"), (64, 64), WHITE, id="one-bit png"),
        pytest.param(encoded(Image.new("RGB", (64, 64), RED), "WEBP", lossless=True), (64, 64), RED, id="webp"),
        pytest.param(
            encoded(Image.new("RGB", (64, 64), RED), "GIF", save_all=True, append_images=[Image.new("RGB", (64, 64))]),
            (64, 64),
            RED,
            id="the first frame of a gif",
        ),
    ],
)
def test_is_made_a_small_jpeg(data: bytes, size: tuple[int, int], corner: tuple[int, int, int]) -> None:
    shrunk = shrink(data)
    large = opened(shrunk.large)
    assert (large.format, large.mode, large.size) == ("JPEG", "RGB", size)
    assert (shrunk.width, shrunk.height) == size
    assert close_to(large.getpixel((3, 3)), corner)
    assert max(opened(shrunk.card).size) <= 480


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [
        pytest.param(1, (960, 640), (100, 300), id="as it lies"),
        pytest.param(3, (960, 640), (860, 300), id="upside down"),
        pytest.param(6, (640, 960), (300, 100), id="turned right"),
        pytest.param(8, (640, 960), (300, 860), id="turned left"),
    ],
)
def test_stands_upright_and_tells_nothing(orientation: int, size: tuple[int, int], red_at: tuple[int, int]) -> None:
    shrunk = shrink(with_orientation(orientation))
    large = opened(shrunk.large)
    assert large.size == size
    assert close_to(large.getpixel(red_at), RED)
    for data in (shrunk.large, shrunk.card):
        assert not {"exif", "comment", "icc_profile", "xmp"} & opened(data).info.keys()
        assert b"Werrington" not in data
        assert b"kitchen" not in data


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"", "could not be read", id="nothing"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "could not be read", id="svg"),
        pytest.param(b"<!doctype html><p>404", "could not be read", id="a web page"),
        pytest.param(encoded(Image.new("RGB", (64, 64)), "TIFF"), "could not be read", id="another format"),
        pytest.param(encoded(Image.new("RGB", (64, 64)), "BMP"), "could not be read", id="bmp"),
        pytest.param(encoded(Image.new("RGB", (900, 900), RED), "JPEG")[:-900], "could not be read", id="cut off"),
        pytest.param(png_of_size(6000, 5000), "6000 x 5000", id="more pixels than are read"),
        pytest.param(png_of_size(10_000, 10_000), "could not be read", id="so many that Pillow warns"),
        pytest.param(png_of_size(2**31 - 1, 2**31 - 1), "could not be read", id="a bomb"),
        pytest.param(png_of_size(4000, 4000), "could not be read", id="less inside than it says"),
        pytest.param(encoded(Image.new("RGB", (1, 1)), "GIF"), "too few", id="a tracking pixel"),
    ],
)
def test_refuses(data: bytes, says: str) -> None:
    with pytest.raises(PictureError, match=says):
        shrink(data)


@settings(max_examples=examples(24), deadline=None)
@given(st.integers(0, 5000), st.binary(min_size=1, max_size=8))
def test_damage_gives_a_picture_or_a_plain_refusal(at: int, damage: bytes) -> None:
    whole = with_orientation(6)
    start = at % (len(whole) - len(damage))
    broken = whole[:start] + damage + whole[start + len(damage) :]
    try:
        shrunk = shrink(broken)
    except PictureError:
        return
    assert opened(shrunk.large).format == "JPEG"
