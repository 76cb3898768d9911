"""A look at what is not public yet: for the requests of one operator, the node has the settings that it would have.

The request says so itself, in its environment, where nobody outside can write. Everything that answers asks for the
node by `node.web.current_node`, and so shows what is being prepared without knowing of it.
"""

from __future__ import annotations

from flask import has_request_context, request

from node.context import Node
from schemas.records import dataclass

ENVIRON = "sharefeed.preview"
THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class Preview:
    """What one request looks at: ``node`` has the settings in preparation, ``mark`` names the draft.

    ``root`` is where the site really is, ``theme`` one of `THEMES`. ``framed`` says that a page around it tells that
    this is a preview.
    """

    node: Node
    mark: str
    root: str
    theme: str = "auto"
    framed: bool = False


def preview_of() -> Preview | None:
    """The preview that the request being answered belongs to; None for everyone else's."""
    found = request.environ.get(ENVIRON) if has_request_context() else None
    return found if isinstance(found, Preview) else None
