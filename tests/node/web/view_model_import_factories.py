"""View models of the desk's pages about imports."""

from __future__ import annotations

from typing import Any

from node.web.view_models import all_pages as vm
from tests.node.web import view_model_factories as make
from tests.node.web.view_model_desk_factories import BARE, FORM, HEAD, frame

HERE = "/desk/riverside-school/import"
COUNTS = (vm.DeskImportCount("added", 12), vm.DeskImportCount("refused", 2), vm.DeskImportCount("absent", 1))
BEFORE = vm.DeskImportRow("kit list.xlsx", f"{HERE}/1", "Anna Nowak", make.ago(days=2), "done", COUNTS)
COLUMNS = (
    vm.DeskImportColumn("column-0", "Thing", ("Tent", "Lamp"), (vm.Choice("", "not used"), vm.Choice("title", "What"))),
    vm.DeskImportColumn("column-1", "", (), (vm.Choice("", "not used", True),)),
)
SAMPLE = vm.DeskImportSample(2, "Six chairs", "added", ("The picture was left out.",))
CELL = vm.DeskImportCell(
    "cell-3-quantity", "How many", "lots", "This must be a number.", "A whole number.", more=("And so on.",)
)
REFUSED = vm.DeskImportRefused(
    3,
    "A tent",
    (CELL,),
    (vm.DeskImportCell("cell-3-terms", "Terms", "a\nb", long=True),),
    ("It is over.",),
    "3",
    "Say less.",
)


def one(state: str, **more: Any) -> vm.DeskImportPage:
    return vm.DeskImportPage(HEAD, frame("listings"), state, "kit list.xlsx", HERE, f"{HERE}/1", **more)


FULL: dict[str, tuple[str, Any]] = {
    "desk-imports": (
        "desk/imports.html",
        vm.DeskImportsPage(
            HEAD, frame("listings"), make.form("file", wrong=True), f"{HERE}/template", (BEFORE,), BEFORE, make.PAGER
        ),
    ),
    "desk-import-columns": (
        "desk/import.html",
        one("columns", form=make.form("", wrong=True), columns=COLUMNS, remarks=("Some cells …",), drop=FORM),
    ),
    "desk-import-photos": (
        "desk/import.html",
        one("checked", counts=COUNTS, photos=make.form("photos", wrong=True), has_photos=True, most_mb=60),
    ),
    "desk-import-fetching": (
        "desk/import.html",
        one(
            "done",
            counts=COUNTS,
            fetching=12,
            not_fetched=(("https://photos.example/" + "a" * 90, "The site answered with status 404."),),
        ),
    ),
    "desk-import-running": ("desk/import.html", one("running", done=500, total=10_000)),
    "desk-import-stopped": (
        "desk/import.html",
        one("running", done=500, total=10_000, stopped="7f3ac2d1", resume=FORM, leave=FORM),
    ),
    "desk-import-checked": (
        "desk/import.html",
        one(
            "checked",
            counts=COUNTS,
            rows=(SAMPLE, vm.DeskImportSample(0, "", "absent")),
            run=FORM,
            drop=FORM,
            rows_path=f"{HERE}/1/rows",
            refused_path=f"{HERE}/1/refused.csv",
            columns_path=f"{HERE}/1?columns=1",
        ),
    ),
    "desk-import-done": ("desk/import.html", one("done", counts=COUNTS, undo=FORM)),
    "desk-import-rows": (
        "desk/import_rows.html",
        vm.DeskImportRowsPage(HEAD, frame("listings"), FORM, f"{HERE}/1", (REFUSED,), 2, f"{HERE}/1/refused.csv", True),
    ),
}
MINIMAL: dict[str, tuple[str, Any]] = {
    "desk-imports": ("desk/imports.html", vm.DeskImportsPage(HEAD, BARE)),
    "desk-import": ("desk/import.html", vm.DeskImportPage(HEAD, BARE, "undone", "", HERE, f"{HERE}/1")),
    "desk-import-rows": ("desk/import_rows.html", vm.DeskImportRowsPage(HEAD, BARE, FORM, f"{HERE}/1")),
}
