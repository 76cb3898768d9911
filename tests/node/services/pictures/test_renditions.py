"""Photographs of phones made into files for pages: every kind that is taken, what is refused, and what stays behind."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from node.services.pictures.renditions import CARD_SIDE, LARGE_SIDE, MAX_BYTES, PhotoFiles, made
from node.services.pictures.shrinking import PictureError
from tests.fakes import camera
from tests.fakes.camera import GREEN, RED, SECRET, WHITE, encoded, halves, opened
from tests.thorough import examples

AT = (20, 40)
GIF = camera.moving("GIF")


def close_to(colour: Any, wanted: tuple[int, int, int], within: int = 20) -> bool:
    return all(abs(have - want) < within for have, want in zip(colour, wanted, strict=True))


@pytest.mark.parametrize(
    ("data", "size", "colour"),
    [
        pytest.param(camera.jpeg(), (120, 80), RED, id="jpeg"),
        pytest.param(encoded(halves((3200, 1600)), "JPEG"), (1600, 800), RED, id="a large jpeg"),
        pytest.param(encoded(halves((3000, 300)), "PNG"), (1600, 160), RED, id="a wide png"),
        pytest.param(encoded(halves(mode="L"), "JPEG"), (120, 80), (81, 81, 81), id="grey jpeg"),
        pytest.param(encoded(Image.new("CMYK", (120, 80)), "JPEG"), (120, 80), WHITE, id="jpeg for printers"),
        pytest.param(encoded(halves(mode="P"), "PNG"), (120, 80), RED, id="png with a palette"),
        pytest.param(encoded(Image.new("RGBA", (120, 80), (0, 0, 0, 0)), "PNG"), (120, 80), WHITE, id="see-through"),
        pytest.param(encoded(Image.new("LA", (120, 80), (9, 0)), "PNG"), (120, 80), WHITE, id="see-through grey"),
        pytest.param(encoded(Image.new("I;16", (120, 80), 65535), "PNG"), (120, 80), WHITE, id="deep greys"),
        pytest.param(encoded(halves(), "WEBP", lossless=True), (120, 80), RED, id="webp"),
        pytest.param(camera.moving("GIF"), (64, 64), RED, id="the first picture of a gif"),
        pytest.param(camera.moving("WEBP"), (64, 64), RED, id="the first picture of a webp"),
        pytest.param(camera.moving("PNG"), (64, 64), RED, id="the first picture of an apng"),
        pytest.param(camera.gif_of_frames((64, 64), [(64, 64)] * 9000, GIF), (64, 64), RED, id="one of 9,000 pictures"),
        pytest.param(camera.gif_of_frames((64, 64), [(65535, 65535)], GIF), (64, 64), RED, id="the second is huge"),
        pytest.param(camera.heic(), (128, 96), RED, id="heic"),
        pytest.param(encoded(halves((128, 96)), "AVIF"), (128, 96), RED, id="avif"),
    ],
)
def test_is_taken(data: bytes, size: tuple[int, int], colour: tuple[int, int, int]) -> None:
    files = made(data)
    assert (files.width, files.height) == size
    for kind, large, card in (("JPEG", files.jpeg, files.card_jpeg), ("WEBP", files.webp, files.card_webp)):
        whole, small = opened(large), opened(card)
        assert (whole.format, whole.size, whole.mode) == (kind, size, "RGB")
        assert close_to(whole.getpixel(AT), colour)
        assert small.format == kind
        assert max(small.size) == min(max(size), CARD_SIDE)
    assert max(size) <= LARGE_SIDE


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "red_at"),
    [
        pytest.param(1, "left", id="as it lies"),
        pytest.param(2, "right", id="mirrored"),
        pytest.param(3, "right", id="upside down"),
        pytest.param(4, "left", id="upside down and mirrored"),
        pytest.param(5, "top", id="on its side and mirrored"),
        pytest.param(6, "top", id="turned right"),
        pytest.param(7, "bottom", id="on its other side and mirrored"),
        pytest.param(8, "bottom", id="turned left"),
        pytest.param(99, "left", id="no such orientation"),
    ],
)
def test_stands_upright(kind: str, orientation: int, red_at: str) -> None:
    files = made(encoded(halves(), kind, exif=camera.exif(orientation)))
    lies = red_at in ("left", "right")
    assert (files.width, files.height) == ((120, 80) if lies else (80, 120))
    at = {"left": (10, 40), "right": (110, 40), "top": (40, 10), "bottom": (40, 110)}[red_at]
    for data in (files.jpeg, files.webp):
        assert close_to(opened(data).getpixel(at), RED)


def test_a_heic_that_was_held_upright_stands_upright() -> None:
    files = made(camera.heic((128, 96), orientation=6))
    assert (files.width, files.height) == (96, 128)
    assert close_to(opened(files.jpeg).getpixel((48, 10)), RED)


def test_other_colours_become_those_of_the_web() -> None:
    """The same numbers mean another colour in another space: what is kept has the numbers of sRGB."""
    image = Image.new("RGB", (64, 64), (160, 100, 100))
    plain = opened(made(encoded(image, "PNG")).jpeg).getpixel((9, 9))
    turned = opened(made(encoded(image, "PNG", icc_profile=wide_profile())).jpeg).getpixel((9, 9))
    assert close_to(plain, (160, 100, 100), 4)
    assert close_to(turned, (177, 100, 100), 4), "more colourful than its numbers are in sRGB"


def wide_profile() -> bytes:
    """A profile of more colours than sRGB has: sRGB's own, its red, green and blue exchanged for wider ones."""
    whole = bytearray(camera.profile())
    wide = {b"rXYZ": (0.6097, 0.3111, 0.0195), b"gXYZ": (0.2053, 0.6257, 0.0609), b"bXYZ": (0.1492, 0.0632, 0.7446)}
    count = struct.unpack(">I", whole[128:132])[0]
    for number in range(count):
        tag, offset, _ = struct.unpack(">4sII", whole[132 + 12 * number : 144 + 12 * number])
        if tag in wide:
            whole[offset + 8 : offset + 20] = struct.pack(">iii", *(round(value * 65536) for value in wide[tag]))
    return bytes(whole)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"", "is empty", id="nothing"),
        pytest.param(bytes(MAX_BYTES + 1), "10.0 MB; at most 10 MB", id="too many bytes"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "drawing or a web page", id="svg"),
        pytest.param(b"\xef\xbb\xbf  <?xml version='1.0'?><svg/>", "drawing or a web page", id="svg as xml"),
        pytest.param(b"<!DOCTYPE html><p>404", "drawing or a web page", id="a web page"),
        pytest.param(b"%PDF-1.7\n", "PDF", id="pdf"),
        pytest.param(camera.archive(), "archive", id="zip"),
        pytest.param(b"\0\0\0\x18ftypqt  \0\0\0\0", "a film", id="a film of an iPhone"),
        pytest.param(b"Dear all, ", "not a photo that can be read", id="text"),
        pytest.param(encoded(halves(), "TIFF"), "not a photo that can be read", id="tiff"),
        pytest.param(encoded(halves(), "BMP"), "not a photo that can be read", id="bmp"),
        pytest.param(camera.jpeg()[:-300], "broken or was cut off", id="a jpeg cut off"),
        pytest.param(encoded(camera.scene((400, 300)), "PNG")[:-900], "broken or was cut off", id="a png cut off"),
        pytest.param(encoded(camera.scene((400, 300)), "WEBP")[:-900], "broken or was cut off", id="a webp cut off"),
        pytest.param(camera.heic()[:-300], "broken or was cut off", id="a heic cut off"),
        pytest.param(encoded(halves(), "AVIF")[:-60], "broken or was cut off", id="an avif cut off"),
        pytest.param(camera.jpeg()[:30], "broken or was cut off|not a photo", id="thirty bytes of a jpeg"),
        pytest.param(camera.png_of_size(7000, 5000), "more than 24 megapixels", id="35 megapixels"),
        pytest.param(camera.png_of_size(10_000, 10_000), "more than 24 megapixels", id="so many that Pillow warns"),
        pytest.param(camera.png_of_size(2**31 - 1, 2**31 - 1), "more than 24 megapixels", id="a bomb of a png"),
        pytest.param(camera.jpeg_of_size(65_000, 65_000), "more than 24 megapixels", id="a bomb of a jpeg"),
        pytest.param(camera.gif_of_frames((60_000, 60_000), [(1, 1)]), "more than 24 megapixels", id="a bomb of a gif"),
        pytest.param(
            camera.gif_of_frames((64, 64), [(65535, 65535)]), "more than 24 megapixels", id="in its first picture"
        ),
        pytest.param(camera.png_of_size(4000, 4000), "broken or was cut off", id="less inside than it says"),
        pytest.param(encoded(Image.new("RGB", (1, 1)), "GIF"), "too small", id="a tracking pixel"),
        pytest.param(
            camera.jpeg() + camera.archive(), "something else at the same time", id="an archive behind a photo"
        ),
        pytest.param(
            camera.moving("GIF") + b"<script >alert(1)</script>", "something else", id="a script behind a gif"
        ),
        pytest.param(
            encoded(halves(), "JPEG", comment=b"<?php system($_GET[0]);"), "something else", id="a program in a comment"
        ),
        pytest.param(encoded(halves(), "JPEG", comment=b"%PDF-1.4"), "something else", id="a pdf in a comment"),
    ],
)
def test_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(PictureError, match=says):
        made(data)


@pytest.mark.parametrize(
    "behind",
    [
        pytest.param(b"\0\0\0\x18ftypmp42" + bytes(400), id="the film of a moving photo"),
        pytest.param(camera.jpeg(), id="a second photo"),
        pytest.param(b"SEFH" + bytes(60) + b"SEFT", id="notes of a maker"),
        pytest.param(b"PK\x05\x06" + bytes(18) + b"x", id="by chance the end of an archive"),
    ],
)
def test_what_phones_put_behind_a_photo_stays_behind(behind: bytes) -> None:
    assert made(camera.jpeg() + behind) == made(camera.jpeg())


def test_the_name_is_made_of_what_is_seen() -> None:
    one, other = made(camera.jpeg()), made(camera.jpeg(orientation=6))
    assert one.name == made(camera.jpeg()).name
    assert one.name.endswith("-120x80")
    assert other.name != one.name
    assert list(one.by_end()) == [".card.webp", ".card.jpg", ".webp", ".jpg"]


# What stays behind


def parts(data: bytes) -> Iterator[bytes]:
    """The names of a file's parts: the markers of a JPEG up to its first scan, the chunks of a WebP."""
    at = 2 if data.startswith(b"\xff\xd8") else 12
    while at < len(data):
        if data.startswith(b"\xff\xd8"):
            yield data[at : at + 2]
            if data[at : at + 2] == b"\xff\xda":
                return
            at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
        else:
            yield data[at : at + 4]
            size = struct.unpack("<I", data[at + 4 : at + 8])[0]
            at += 8 + size + size % 2


def assert_silent(files: PhotoFiles, secret: bytes = SECRET) -> None:
    for data in files.by_end().values():
        for told in (secret, b"Exif", b"GPS", b"http://ns.adobe.com", b"xmpmeta", b"ICC_PROFILE", b"acsp", b"8BIM"):
            assert told not in data
        assert not {"exif", "comment", "icc_profile", "xmp", "photoshop", "mp"} & opened(data).info.keys()
        jfif_tables_and_picture = {b"\xff\xe0", b"\xff\xdb", b"\xff\xc2", b"\xff\xc4", b"\xff\xda"}
        assert set(parts(data)) <= ({b"VP8 "} if data.startswith(b"RIFF") else jfif_tables_and_picture)


def with_photoshop(data: bytes) -> bytes:
    """With the part in which agencies note names and places (IPTC)."""
    note = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(SECRET)) + SECRET
    return data[:2] + b"\xff\xed" + struct.pack(">H", len(note) + 2) + note + data[2:]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(camera.jpeg(), id="jpeg"),
        pytest.param(with_photoshop(camera.jpeg()), id="jpeg of an agency"),
        pytest.param(camera.jpeg() + SECRET, id="behind a jpeg"),
        pytest.param(encoded(halves(), "PNG", exif=camera.exif(), icc_profile=camera.profile()), id="png"),
        pytest.param(encoded(halves(), "WEBP", exif=camera.exif(), xmp=camera.xmp()), id="webp"),
        pytest.param(encoded(halves(), "GIF", comment=SECRET), id="gif"),
        pytest.param(camera.heic(), id="heic"),
        pytest.param(encoded(halves(), "AVIF", exif=camera.exif(), xmp=camera.xmp()), id="avif"),
    ],
)
def test_places_and_owners_stay_behind(data: bytes) -> None:
    assert SECRET in data or b"GPSLatitude" in data, "it was planted"
    assert_silent(made(data))


@settings(max_examples=examples(20), deadline=None)
@given(
    kind=st.sampled_from(["JPEG", "PNG", "WEBP"]),
    mode=st.sampled_from(["RGB", "L"]),
    orientation=st.integers(0, 9),
    secret=st.binary(max_size=200),
    size=st.tuples(st.integers(32, 90), st.integers(32, 90)),
    profile=st.one_of(st.none(), st.just(camera.profile()), st.binary(min_size=1, max_size=300)),
)
def test_no_file_has_metadata(
    kind: str, mode: str, orientation: int, secret: bytes, size: tuple[int, int], profile: bytes | None
) -> None:
    marked = SECRET + secret.replace(b"<", b"_").replace(b"%", b"_")
    data = encoded(
        halves(size, mode), kind, exif=camera.exif(orientation, marked), icc_profile=profile, **_more(kind, marked)
    )
    assert_silent(made(data), marked)


def _more(kind: str, secret: bytes) -> dict[str, Any]:
    return {"JPEG": {"comment": secret, "xmp": camera.xmp(secret)}, "WEBP": {"xmp": camera.xmp(secret)}}.get(kind, {})


@settings(max_examples=examples(24), deadline=None)
@given(
    st.sampled_from([camera.jpeg((90, 60)), camera.heic(), encoded(halves(), "PNG")]),
    st.integers(0),
    st.binary(max_size=8),
)
def test_damage_gives_a_photo_or_a_plain_refusal(whole: bytes, at: int, damage: bytes) -> None:
    start = at % (len(whole) - len(damage))
    try:
        files = made(whole[:start] + damage + whole[start + len(damage) :])
    except PictureError:
        return
    assert opened(files.jpeg).format == "JPEG"
    assert_silent(files)


def test_green_is_not_red() -> None:
    """Of what moves it is the first picture that is kept, and not by chance the last."""
    assert not close_to(opened(made(camera.moving("GIF")).jpeg).getpixel((9, 9)), GREEN)
