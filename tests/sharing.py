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
    "tests/e2e/test_corpora_ingest.py",
    "tests/node/web/test_schemathesis.py",
    "tests/contracts/test_exchanges_across.py",
    "tests/contracts/test_convergence_stories.py",
    "tests/contracts/test_moving_history.py",
    "tests/e2e/test_handovers.py",
    "tests/e2e/test_api_page.py",
    "tests/contracts/test_bookings.py",
    "tests/contracts/test_given_away.py",
    "tests/e2e/test_serving.py",
    "tests/schemas/test_free_phrases.py",
    "tests/e2e/test_map.py",
    "tests/contracts/test_ladders_across.py",
    "tests/contracts/test_backup.py",
    "tests/e2e/test_languages.py",
    "tests/node/web/test_hostile_text.py",
    "tests/contracts/test_asking_in_a_catalogue.py",
    "tests/e2e/test_desk_doors.py",
    "tests/contracts/test_reader_converges.py",
    "tests/node/web/desk/test_bulk.py",
    "tests/e2e/test_desk_looking_after.py",
    "tests/e2e/test_hostile_text.py",
    "tests/contracts/test_exchanges.py",
    "tests/node/services/syndication/test_static_site.py",
    "tests/e2e/test_keyboard.py",
    "tests/node/web/test_any_request.py",
    "tests/e2e/test_stories.py",
    "tests/e2e/test_desk_import.py",
    "tests/e2e/test_mails.py",
    "tests/e2e/test_changes_travel.py",
    "tests/e2e/test_desk.py",
    "tests/federation/test_holds.py",
    "tests/contracts/test_imports.py",
    "tests/node/services/receipts/test_verify.py",
    "tests/e2e/test_demo.py",
    "tests/e2e/test_desk_first_run.py",
    "tests/e2e/test_desk_people.py",
    "tests/node/web/test_alerts.py",
    "tests/e2e/test_suggesting.py",
    "tests/federation/test_pipeline.py",
    "tests/node/web/desk/test_calendar.py",
    "tests/contracts/test_harvest.py",
    "tests/contracts/test_receipts.py",
    "tests/e2e/test_desk_photos.py",
    "tests/test_demo_parts.py",
    "tests/schemas/test_atom_feed.py",
    "tests/e2e/test_offline.py",
    "tests/node/cli/test_publisher_commands.py",
    "tests/test_house.py",
    "tests/contracts/test_nothing_left.py",
    "tests/node/cli/test_operator_commands.py",
    "tests/e2e/test_desk_sincere.py",
    "tests/e2e/test_asking.py",
    "tests/e2e/test_desk_events.py",
    "tests/node/web/test_control.py",
    "tests/node/services/limits/test_throttling.py",
    "tests/contracts/test_change_feed.py",
    "tests/e2e/test_recognition.py",
    "tests/node/web/test_appearance.py",
    "tests/e2e/test_browser.py",
    "tests/federation/test_fetch_hostile.py",
    "tests/e2e/test_desk_place.py",
    "tests/federation/test_refresh.py",
    "tests/node/web/desk/test_listing_form.py",
    "tests/e2e/test_embedding.py",
    "tests/federation/test_quarantine.py",
    "tests/node/search/test_follow.py",
)
"""Files that take ten seconds and more, about in order. One that is missing makes the end a little less even."""


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
