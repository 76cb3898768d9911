"""Logos from anywhere: small, harmless, or refused with a sentence that says what to do."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from node.services.pictures import logos
from node.services.pictures.logos import MOST_BYTES, MOST_HEIGHT, MOST_WIDTH
from node.services.pictures.shrinking import PictureError


def drawn(mode: str = "RGB", size: tuple[int, int] = (200, 100), kind: str = "PNG", **options: Any) -> bytes:
    out = BytesIO()
    image = Image.new(mode, size)
    image.paste({"L": 90, "I;16": 9000, "P": 3}.get(mode, tuple([90] * len(image.getbands()))), (10, 10, 50, 50))
    image.save(out, kind, **options)
    return out.getvalue()


def noise(size: tuple[int, int]) -> bytes:
    out = BytesIO()
    chance = random.Random(1)
    Image.frombytes("RGB", size, chance.randbytes(size[0] * size[1] * 3)).save(out, "PNG")
    return out.getvalue()


def opened(made: logos.MadeLogo) -> Image.Image:
    image = Image.open(BytesIO(made.data))
    image.load()
    return image


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(drawn(), id="png"),
        pytest.param(drawn("RGBA"), id="see-through"),
        pytest.param(drawn("P"), id="few colours"),
        pytest.param(drawn("P", transparency=0), id="few colours, see-through"),
        pytest.param(drawn("L"), id="grey"),
        pytest.param(drawn("I;16"), id="deep grey"),
        pytest.param(drawn(kind="JPEG"), id="jpeg"),
        pytest.param(drawn("CMYK", kind="JPEG"), id="jpeg for print"),
        pytest.param(drawn("RGBA", kind="WEBP"), id="webp"),
    ],
)
def test_is_taken_and_named_by_what_it_is(data: bytes) -> None:
    made = logos.made(data)
    image = opened(made)
    assert (made.width, made.height) == image.size
    assert made.path.startswith("brand/")
    assert logos.parts_of(made.path) == logos.LogoName(made.key, made.width, made.height)
    assert made.media_type == f"image/{(image.format or '').lower()}"


def test_is_made_small_and_keeps_its_shape() -> None:
    made = logos.made(drawn(size=(4000, 1000)))
    assert (made.width, made.height) == (MOST_WIDTH, MOST_WIDTH // 4)
    assert logos.made(drawn(size=(500, 2000))).height == MOST_HEIGHT


def test_margins_that_nobody_sees_are_left_out() -> None:
    out = BytesIO()
    image = Image.new("RGBA", (300, 300))
    image.paste((200, 0, 0, 255), (100, 120, 200, 160))
    image.save(out, "PNG")
    made = logos.made(out.getvalue())
    assert (made.width, made.height) == (100, 40)


def test_even_a_photograph_is_small_enough_for_a_row() -> None:
    made = logos.made(noise((1200, 600)))
    assert made.end == "webp"
    assert len(made.data) <= MOST_BYTES


def test_nothing_that_it_carried_along_stays() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "Taken at 12 Garden Lane")
    exif = Image.Exif()
    exif[0x010E] = "Taken at 12 Garden Lane"
    for data in (drawn(pnginfo=notes), drawn(kind="JPEG", exif=exif), drawn(kind="WEBP", exif=exif)):
        assert b"Garden Lane" in data
        assert b"Garden Lane" not in logos.made(data).data


def bomb(side: int) -> bytes:
    """A small PNG that says of itself that it has ``side`` by ``side`` pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"", "could not be read", id="nothing"),
        pytest.param(b"GIF89a" + b"\0" * 99, "could not be read", id="another kind"),
        pytest.param(b"<html><script>alert(1)</script>", "could not be read", id="a page"),
        pytest.param(b'<?xml version="1.0"?><svg onload="alert(1)"/>', "an SVG", id="svg"),
        pytest.param(drawn()[:60], "could not be read", id="cut off"),
        pytest.param(drawn(size=(8, 100)), "too few pixels", id="too small"),
        pytest.param(drawn("RGBA", (40, 40)).replace(b"x", b"y"), "could not be read", id="broken"),
        pytest.param(bomb(6000), "pixels", id="more pixels than are read"),
        pytest.param(bomb(40_000), "could not be read", id="more pixels than any memory has"),
    ],
)
def test_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(PictureError, match=says):
        logos.made(data)


def test_nothing_to_see_is_refused() -> None:
    out = BytesIO()
    Image.new("RGBA", (40, 40)).save(out, "PNG")
    with pytest.raises(PictureError, match="nothing to see"):
        logos.made(out.getvalue())


@pytest.mark.parametrize(
    "name",
    ["", "brand/", "a.png", "../secret.key", f"{'a' * 32}-1x1.svg", f"{'A' * 32}-1x1.png", f"{'a' * 32}-1x1.png\n"],
)
def test_other_names_are_none_of_ours(name: str) -> None:
    assert logos.parts_of(name) is None
