"""Pictures from a zip: found by their names, whatever folder; hostile zips are refused before they cost anything."""

from __future__ import annotations

import io
import stat
import struct
import unicodedata
import zipfile
from pathlib import Path

import pytest

from node.services.importing.row_values import Picture
from node.services.pictures import zip_files
from node.services.pictures.shelf import Shelf
from node.services.pictures.shrinking import PictureError
from node.services.pictures.zip_files import pictures_in
from tests.fakes import camera

PHOTO = camera.encoded(camera.halves(), "JPEG")


def zipped(tmp_path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes], name: str = "photos.zip") -> Path:
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, data in entries:
            archive.writestr(entry, data)
    return path


@pytest.mark.parametrize("source", ["Desk.JPG", "desk.jpg", "photos/desk.jpg", "C:\\pictures\\desk.jpg"])
def test_a_picture_is_found_whatever_folder_and_case(tmp_path: Path, source: str) -> None:
    shelf = Shelf(zipped(tmp_path, ("Photos/Desk.jpg", PHOTO)), tmp_path / "media", "https://a.example/media/")
    image = shelf.image(Picture(source, "A desk"))
    assert image.alt == "A desk"
    assert [file.suffix for file in (tmp_path / "media").iterdir()] == [".jpg"]
    assert image.url.endswith(next((tmp_path / "media").iterdir()).name)


@pytest.mark.parametrize("made", ["NFC", "NFD"])
@pytest.mark.parametrize("named", ["NFC", "NFD"])
def test_a_letter_with_its_mark_is_one_however_it_is_written(tmp_path: Path, made: str, named: str) -> None:
    name, source = unicodedata.normalize(made, "GRÖSSE.jpg"), unicodedata.normalize(named, "Größe.jpg")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(PHOTO)
    for home in (zipped(tmp_path, (f"Sommer/{name}", PHOTO)), tmp_path / "in"):
        assert Shelf(home, tmp_path / "media", "https://a.example/media/").image(Picture(source)).url


@pytest.mark.parametrize("name", ["../../evil.jpg", "/etc/evil.jpg", "..\\evil.jpg"])
def test_a_name_in_it_leads_nowhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    path = zipped(tmp_path / "in", (name, PHOTO))
    Shelf(path, tmp_path / "in" / "media", "https://a.example/media/").image(Picture("evil.jpg"))
    written = [file for file in tmp_path.rglob("*") if file.is_file() and file != path]
    assert [file.parent for file in written] == [tmp_path / "in" / "media"]


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("desk.jpg")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def test_links_bombs_large_files_and_other_things_are_left_out(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("desk.jpg", PHOTO)
    cases = [
        ("link", link(), b"/etc/passwd", "a link"),
        ("bomb", "desk.jpg", b"\0" * (5 * 2**20), "packed as no picture is"),
        ("large", "desk.jpg", b"\0" * (11 * 2**20), "larger than 10 MB"),
        ("nested", "desk.jpg", inner.getvalue(), "could not be read as a picture"),
    ]
    for kind, entry, data, message in cases:
        path = zipped(tmp_path, (entry, data), name=f"{kind}.zip")
        with pytest.raises(PictureError, match=message):
            Shelf(path, tmp_path / "media", "https://a.example/media/").image(Picture("desk.jpg"))
    assert not (tmp_path / "media").exists()


def test_an_encrypted_file_is_said_to_be_so(tmp_path: Path) -> None:
    path = zipped(tmp_path, ("desk.jpg", PHOTO))
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(PictureError, match="encrypted"):
        pictures_in(path).read("desk.jpg")


def test_two_of_a_name_are_told_apart_by_their_folder_or_not_at_all(tmp_path: Path) -> None:
    path = zipped(tmp_path, ("a/1.jpg", PHOTO), ("b/1.jpg", b"other"), ("__MACOSX/c/2.jpg", b"x"), ("c/2.jpg", PHOTO))
    with pytest.raises(PictureError, match="several files"):
        pictures_in(path).read("1.jpg")
    assert pictures_in(path).read("A/1.jpg") == PHOTO
    assert pictures_in(path).read("2.jpg") == PHOTO


def test_a_zip_of_very_many_files_is_not_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_files, "MOST_FILES", 2)
    with pytest.raises(PictureError, match="more than can be imported"):
        pictures_in(zipped(tmp_path, *((f"{n}.jpg", b"x") for n in range(3))))
    monkeypatch.setattr(zip_files, "MAX_DIRECTORY_BYTES", 10)
    with pytest.raises(PictureError, match="more than can be imported"):
        pictures_in(zipped(tmp_path, ("1.jpg", b"x")))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 rubbish", b"no zip at all"])
def test_what_is_no_zip_is_a_note_for_each_picture(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "photos.zip").write_bytes(data)
    with pytest.raises(PictureError, match="no zip"):
        Shelf(tmp_path / "photos.zip", tmp_path / "media", "https://a.example/media/").image(Picture("desk.jpg"))


def test_a_long_directory_is_noticed_however_its_end_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path, *[(f"{number}.jpg", b"x") for number in range(40)])
    whole = path.read_bytes()
    at = whole.rindex(b"PK\x05\x06")
    (length, start) = struct.unpack("<LL", whole[at + 12 : at + 20])
    # Where the offset is, the signature once more; the real length only in a record of 64 bits, which counts.
    again = whole[: at + 16] + b"PK\x05\x06" + whole[at + 20 :]
    record = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 40, 40, length, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    wide = whole[:at] + record + locator + whole[at : at + 12] + struct.pack("<L", 10) + whole[at + 16 :]
    monkeypatch.setattr(zip_files, "MAX_DIRECTORY_BYTES", length - 1)
    for data in (whole, again, wide):
        path.write_bytes(data)
        with pytest.raises(PictureError, match="more than can be imported"):
            pictures_in(path)
    monkeypatch.setattr(zip_files, "MAX_DIRECTORY_BYTES", length)
    for data in (whole, wide):
        path.write_bytes(data)
        assert pictures_in(path).read("7.jpg") == b"x"
