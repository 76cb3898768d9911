"""How several pytest processes share the tests: whole files, the dearest first, so that all end at about one time.

What a file makes once is then made once. Whatever needs the demo's network is one group, as there is to be only one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

NETWORK = "network"
"""The group of tests that need the demo's network, by xdist's mark."""

DEAREST = (
    "tests/e2e/test_accessibility.py",
    "tests/contracts/test_convergence.py",
    "tests/node/web/test_schemathesis.py",
    "tests/e2e/test_corpora_ingest.py",
    "tests/e2e/test_api_page.py",
    "tests/e2e/test_map.py",
    "tests/e2e/test_desk_looking_after.py",
    "tests/e2e/test_languages.py",
    "tests/contracts/test_convergence_stories.py",
    "tests/e2e/test_desk_doors.py",
    "tests/test_translate.py",
    "tests/node/web/test_any_request.py",
    "tests/e2e/test_desk_people.py",
    "tests/e2e/test_mails.py",
    "tests/e2e/test_keyboard.py",
    "tests/node/web/test_hostile_text.py",
    "tests/contracts/test_backup.py",
    "tests/contracts/test_reader_converges.py",
    "tests/contracts/test_bookings.py",
    "tests/e2e/test_hostile_text.py",
    "tests/e2e/test_suggesting.py",
    "tests/e2e/test_desk_first_run.py",
    "tests/e2e/test_handovers.py",
    "tests/e2e/test_desk_import.py",
    "tests/schemas/test_free_phrases.py",
    "tests/e2e/test_asking.py",
    "tests/contracts/test_exchanges_across.py",
    "tests/e2e/test_serving.py",
    "tests/node/web/desk/test_bulk.py",
    "tests/e2e/test_desk.py",
    "tests/node/services/syndication/test_static_site.py",
    "tests/node/web/test_alerts.py",
    "tests/contracts/test_exchanges.py",
    "tests/e2e/test_desk_sincere.py",
    "tests/e2e/test_embedding.py",
    "tests/e2e/test_offline.py",
    "tests/e2e/test_changes_travel.py",
    "tests/node/web/desk/test_calendar.py",
    "tests/e2e/test_browser.py",
    "tests/federation/test_quarantine.py",
    "tests/e2e/test_desk_calendar.py",
    "tests/e2e/test_demo.py",
    "tests/test_house.py",
    "tests/contracts/test_imports.py",
    "tests/node/web/test_alert_pages.py",
)
"""Files that take fifteen seconds and more, about in order. One that is missing makes the end a little less even."""


def file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def dearest_first(items: list[pytest.Item]) -> None:
    """Put them in order. Within a file, and among the files that are not named, all stays as it was."""
    places = {name: place for place, name in enumerate(DEAREST)}

    def place(item: pytest.Item) -> int:
        needs_network = any(mark.args == (NETWORK,) for mark in item.iter_markers("xdist_group"))
        return -1 if needs_network else places.get(file_of(item.nodeid), len(places))

    items.sort(key=place)


def share_of(nodeid: str) -> str:
    """What is handed out together with this test; xdist puts the name of a group behind its own."""
    return NETWORK if nodeid.endswith(f"@{NETWORK}") else file_of(nodeid)


def by_file(config: pytest.Config, log: Any) -> Any:
    """xdist's scheduler that hands out groups and, of what is in none, whole files."""
    from xdist.scheduler import LoadGroupScheduling

    class ByFile(LoadGroupScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return share_of(nodeid)

    return ByFile(config, log)
