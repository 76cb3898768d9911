"""What the page shows on which an organisation takes a copy of everything."""

from __future__ import annotations

from node.web.view_models.desk import DeskFrame
from node.web.view_models.parts import Form, Head
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class DeskExportPage:
    """desk/export.html: ``form`` has no fields; sending it is answered with the file. Owners move at ``move_path``."""

    head: Head
    desk: DeskFrame
    form: Form
    move_path: str | None = None
