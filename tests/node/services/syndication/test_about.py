from __future__ import annotations

from pathlib import Path

import pytest

from node.services.syndication.node_document import described
from node.settings import SettingError, Settings
from schemas.node_document import dump_node_document, load_node_document


def settings(**values: object) -> Settings:
    return Settings(Path("/nowhere"), {"node_url": "https://share.example.org", **values})


def test_what_the_settings_say_is_a_valid_node_document() -> None:
    everything = settings(
        node_name="Share",
        node_description="Things for free.",
        area_name="Peterborough",
        area_bbox="-0.40, 52.50, -0.15, 52.65",
        contact_email="hello@share.example.org",
        attribution="Share",
        moved_to="https://new.example.org/",
        moved_from="https://old.example.org/, https://older.example.org/",
        ttl=600,
    )
    document = described(everything)
    assert load_node_document(dump_node_document(document)) == document
    assert document.moved_to == "https://new.example.org/"
    assert document.moved_from == ("https://old.example.org/", "https://older.example.org/")
    assert document.area is not None
    assert document.area.bbox == (-0.40, 52.50, -0.15, 52.65)


@pytest.mark.parametrize(
    "box",
    [
        pytest.param("1,2,3", id="three"),
        pytest.param("a,b,c,d", id="words"),
        pytest.param("0,60,1,50", id="upside-down"),
        pytest.param("0,-91,1,50", id="beyond-the-pole"),
        pytest.param("nan,0,1,2", id="no-number"),
    ],
)
def test_a_box_that_is_none_is_named(box: str) -> None:
    with pytest.raises(SettingError, match="area_bbox"):
        described(settings(area_bbox=box))
