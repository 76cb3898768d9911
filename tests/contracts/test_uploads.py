"""Photographs that members send, on every database: taken in, kept with what has them, tidied up when nothing has."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from node.context import Node
from node.processes import Workshop
from node.services.listings import publishing
from node.services.pictures import uploads
from node.services.pictures.shrinking import PictureError
from node.services.pictures.uploads import BusyError, Photo
from node.storage import uploads as stored
from node.storage.engine import Database
from schemas.listing import Image
from tests.fakes import camera
from tests.fakes.publisher import clock_of, draft, publisher, school

OTHERS = "https://share.example.org/organisations/park"


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    made = Workshop(1, 60)
    yield made
    made.close()


@pytest.fixture
def node(database: Database, tmp_path: Path, workshop: Workshop) -> Node:
    return replace(publisher(tmp_path / "home", database), workshop=workshop)


@pytest.fixture
def ours(node: Node) -> str:
    return school(node).id


def files(node: Node) -> list[str]:
    return sorted(path.name for path in (node.settings.home / "media").glob("*"))


def send(node: Node, organisation: str, width: int = 120) -> Photo:
    return uploads.upload(node, organisation, camera.jpeg((width, 80)), "account-1")


def test_a_photo_is_four_files_and_waits_for_a_listing(node: Node, ours: str) -> None:
    photo = send(node, ours)
    assert photo.name is not None
    assert (photo.name.width, photo.name.height) == (120, 80)
    assert files(node) == sorted(photo.ref + end for end in uploads.ENDS)
    assert uploads.waiting(node, ours) == (photo,)
    assert send(node, ours) == photo, "the same photo is one, however often it is sent"
    assert uploads.waiting(node, OTHERS) == ()


def test_a_listing_names_it_and_the_form_finds_it_again(node: Node, ours: str) -> None:
    photo = replace(send(node, ours), alt="Six chairs")
    elsewhere = Photo("https://park.example/a.jpg", "")
    named = uploads.images(node, [elsewhere, photo])
    assert named == (
        Image("https://park.example/a.jpg"),
        Image(f"https://share.example.org/media/{photo.ref}.jpg", "Six chairs"),
    )
    assert uploads.of_images(node, named) == (elsewhere, photo)


def test_a_form_gets_what_is_its_organisations(node: Node, ours: str) -> None:
    mine, theirs = send(node, ours), send(node, OTHERS, 90)
    known = (Image("https://share.example.org/media/" + "0" * 32 + ".jpg", "imported"),)
    wanted = [
        (known[0].url, "A chair "),
        (mine.ref, "Another"),
        (mine.ref, "twice"),
        (theirs.ref, ""),
        ("https://evil.example/a.jpg", ""),
        ("0" * 32 + "-10x10", ""),
        ("../secret.key", ""),
        ("", ""),
    ]
    assert uploads.chosen(node, ours, wanted, known) == (Photo(known[0].url, "A chair"), Photo(mine.ref, "Another"))
    assert uploads.chosen(node, OTHERS, wanted) == (theirs,)


def test_a_draft_keeps_its_photos_in_order(node: Node, ours: str) -> None:
    one, other = Photo(send(node, ours).ref, "First"), Photo(send(node, ours, 90).ref, "Second")
    uploads.keep(node, ours, "draft:1", [other, Photo("https://park.example/a.jpg"), one])
    assert uploads.kept(node, ours, "draft:1") == (other, one)
    uploads.keep(node, ours, "draft:1", [one, other])
    assert uploads.kept(node, ours, "draft:1") == (one, other)
    assert uploads.waiting(node, ours) == ()
    assert uploads.kept(node, OTHERS, "draft:1") == ()


def test_what_nothing_has_goes_after_a_day(node: Node, ours: str) -> None:
    one, other = send(node, ours), send(node, ours, 90)
    uploads.keep(node, ours, "draft:1", [one])
    clock_of(node).pass_by(hours=23)
    assert uploads.tidy(node) == 0
    clock_of(node).pass_by(hours=2)
    assert uploads.tidy(node) == 1
    assert {name[:32] for name in files(node)} == {one.ref[:32]}
    uploads.keep(node, ours, "draft:1", ())
    clock_of(node).pass_by(hours=23)
    assert uploads.tidy(node) == 0, "it has waited for an hour less than a day"
    clock_of(node).pass_by(hours=2)
    assert uploads.tidy(node) == 1
    assert files(node) == []
    assert uploads.chosen(node, ours, [(one.ref, ""), (other.ref, "")]) == ()


def test_sent_again_it_waits_anew(node: Node, ours: str) -> None:
    photo = send(node, ours)
    clock_of(node).pass_by(hours=23)
    send(node, ours)
    clock_of(node).pass_by(hours=23)
    assert uploads.tidy(node) == 0
    assert uploads.waiting(node, ours) == (photo,)


def test_two_drafts_share_a_photo(node: Node, ours: str) -> None:
    photo = send(node, ours)
    uploads.keep(node, ours, "draft:1", [photo])
    uploads.keep(node, ours, "draft:2", [photo])
    uploads.keep(node, ours, "draft:1", ())
    clock_of(node).pass_by(days=2)
    assert uploads.tidy(node) == 0
    assert uploads.kept(node, ours, "draft:2") == (photo,)


def test_what_a_listing_names_stays_whoever_forgot_to_say_so(node: Node, ours: str) -> None:
    photo = send(node, ours)
    publishing.put_listings(node, [draft(node, images=uploads.images(node, [photo]))])
    clock_of(node).pass_by(days=2)
    assert uploads.tidy(node) == 0
    assert len(files(node)) == 4
    assert not uploads.remove(node, ours, photo.ref)


def test_two_organisations_share_the_files_but_not_the_photo(node: Node, ours: str) -> None:
    photo = send(node, ours)
    assert send(node, OTHERS) == photo
    assert uploads.remove(node, ours, photo.ref)
    assert len(files(node)) == 4
    assert uploads.waiting(node, OTHERS) == (photo,)
    assert uploads.remove(node, OTHERS, photo.ref)
    assert files(node) == []


@pytest.mark.parametrize("ref", ["", "../secret.key", "0" * 32 + "-10x10"])
def test_what_is_not_there_cannot_be_removed(node: Node, ours: str, ref: str) -> None:
    assert not uploads.remove(node, ours, ref)


def test_what_a_draft_has_is_not_removed(node: Node, ours: str) -> None:
    photo = send(node, ours)
    uploads.keep(node, ours, "draft:1", [photo])
    assert not uploads.remove(node, ours, photo.ref)
    assert not uploads.remove(node, OTHERS, photo.ref)
    assert len(files(node)) == 4


def test_a_bad_file_is_refused_with_its_reason_and_leaves_nothing(node: Node, ours: str) -> None:
    with pytest.raises(PictureError, match="broken or was cut off"):
        uploads.upload(node, ours, camera.jpeg()[:-300])
    with pytest.raises(PictureError, match="at most 10 MB"):
        uploads.upload(node, ours, bytes(11 * 2**20))
    assert files(node) == []
    assert uploads.waiting(node, ours) == ()


def test_a_photo_that_cannot_be_kept_waits_nowhere(node: Node, ours: str) -> None:
    media = node.settings.home / "media"
    shutil.rmtree(media, ignore_errors=True)
    media.symlink_to(node.settings.home / "a disk that is not there")
    with pytest.raises(PictureError, match="could not be kept"):
        send(node, ours)
    assert uploads.waiting(node, ours) == ()


def test_nobody_fills_the_disk(node: Node, ours: str) -> None:
    photo = send(node, ours)
    with node.database.write() as tx:
        for number in range(uploads.MOST_LOOSE - 1):
            stored.put(tx, ours, f"{number:032x}-10x10", "account-1", node.now)
    with pytest.raises(PictureError, match="200 photos wait"):
        send(node, ours, 90)
    uploads.keep(node, ours, "draft:1", [photo])
    send(node, ours, 90)


def test_too_many_at_once_are_asked_to_wait(node: Node, ours: str) -> None:
    full = replace(node, workshop=Workshop(1, 60, most=0))
    with pytest.raises(BusyError, match="Wait a moment"):
        send(full, ours)


def test_a_photo_that_takes_too_long_is_refused(node: Node, ours: str) -> None:
    hasty = replace(node, workshop=Workshop(1, 0.001))
    with pytest.raises(PictureError, match="took too long"):
        send(hasty, ours)
    assert files(node) == []
