"""A draft that is sent from its form, whatever it is of: kept, and then what the button says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.web.desk.photo_form import SentPhotos
from node.web.inside import say, to
from node.web.wording.said import plain
from schemas.errors import SharefeedError
from schemas.records import dataclass

Draft = TypeVar("Draft")


@dataclass(frozen=True, slots=True)
class Writing(Generic[Draft]):
    """How drafts of one sort are handled.

    ``save`` keeps one or raises ``refusal``; ``form`` shows it with sentences by field; ``saved`` is for scripts;
    ``path`` is where it is found again; ``go_on`` does what any other button says.
    """

    save: Callable[[Draft], Draft]
    refusal: type[SharefeedError]
    form: Callable[[Draft, dict[str, str]], str]
    saved: Callable[[Draft], ResponseReturnValue]
    path: Callable[[Draft], str]
    go_on: Callable[[Draft, str], ResponseReturnValue]

    def answer(self, typed: Draft, photos: SentPhotos, then: str) -> ResponseReturnValue:
        """Keep what was typed, and do what the button says (``then``)."""
        try:
            kept = self.save(typed)
        except self.refusal as error:
            if then == "autosave":
                return {"problem": plain(str(error))}, 422
            return self.form(typed, {"": plain(str(error))}), 422
        if then == "autosave":
            return self.saved(kept)
        if photos.errors:
            return self.form(kept, dict(photos.errors)), 422
        if photos.pressed:
            return to(f"{self.path(kept)}#photos")
        if then == "save":
            say(_("Saved. Nobody sees it until you publish it."))
            return to(self.path(kept))
        return self.go_on(kept, then)
