"""The names of photographs that members of an organisation sent: made from what they show, with their size in them."""

from __future__ import annotations

import re

from schemas.records import dataclass

FOLDER = "media"
_NAME = re.compile(r"(?P<name>[0-9a-f]{32}-(?P<width>[1-9][0-9]{0,3})x(?P<height>[1-9][0-9]{0,3}))")
_FILE = re.compile(_NAME.pattern + r"(?P<end>(?:\.card)?\.(?:jpg|webp))")


@dataclass(frozen=True, slots=True)
class PhotoName:
    """What the name of a photograph says of it; ``width`` and ``height`` in pixels, of the large one."""

    name: str
    width: int
    height: int

    @property
    def path(self) -> str:
        """Where the large one is, without the site's root in front."""
        return f"{FOLDER}/{self.name}.jpg"

    @property
    def card_path(self) -> str:
        """Where the small one is, for cards."""
        return f"{FOLDER}/{self.name}.card.jpg"


def name_of(text: str) -> PhotoName | None:
    """The name in ``text``, which is nothing else; None where it is none of ours."""
    return _name(_NAME.fullmatch(text))


def name_in_path(path: str) -> PhotoName | None:
    """The photograph whose file has this name, such as ``….card.jpg``; None where it is none of ours."""
    return _name(_FILE.fullmatch(path))


def named_in(text: str) -> set[str]:
    """The names of photographs anywhere in a text."""
    return {found["name"] for found in _NAME.finditer(text)}


def _name(found: re.Match[str] | None) -> PhotoName | None:
    return PhotoName(found["name"], int(found["width"]), int(found["height"])) if found else None
