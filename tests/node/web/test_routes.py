"""Rules of addresses that compile what makes their addresses late make those of Werkzeug's own rules."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import BuildError, Map, Rule

from node.web.routes import LateRule

RULES = (
    ("home", "/", {}),
    ("one", "/listings/<slug>", {}),
    ("page", "/listings/<slug>/<int:page>", {}),
    ("first", "/listings/<slug>/first", {"page": 1}),
    ("file", "/media/<path:name>", {}),
    ("sign", "/self/<self>/<rule>/<values>", {}),
    ("id", "/ids/<uuid:id>", {}),
)
ASKED: tuple[tuple[str, dict[str, object]], ...] = (
    ("home", {}),
    ("home", {"q": "a chair & a table"}),
    ("one", {"slug": "ż ó/ł"}),
    ("one", {"slug": "a", "tag": ["b", "c"]}),
    ("page", {"slug": "a", "page": 7}),
    ("first", {"slug": "a", "page": 1}),
    ("file", {"name": "a/b c.webp"}),
    ("sign", {"self": 1, "rule": "b", "values": "c", "name": "d"}),
    ("id", {"id": "12345678-1234-5678-1234-567812345678"}),
)


def site(kind: type[Rule]) -> Map:
    return Map([kind(path, endpoint=name, defaults=defaults or None) for name, path, defaults in RULES])


@pytest.mark.parametrize(("endpoint", "values"), ASKED)
def test_an_address_is_the_one_of_werkzeugs_own_rule_the_first_time_and_the_second(
    endpoint: str, values: dict[str, object]
) -> None:
    own = site(Rule).bind("example.org").build(endpoint, values)
    late = site(LateRule).bind("example.org")
    assert [late.build(endpoint, values), late.build(endpoint, values)] == [own, own]
    without = site(LateRule).bind("example.org").build(endpoint, values, append_unknown=False)
    assert without == site(Rule).bind("example.org").build(endpoint, values, append_unknown=False)


@pytest.mark.parametrize("values", [{}, {"slug": "a"}])
def test_what_has_no_address_has_none(values: dict[str, object]) -> None:
    late = site(LateRule).bind("example.org")
    with pytest.raises(BuildError):
        late.build("page", values)


def test_a_copy_of_a_rule_makes_its_own_addresses() -> None:
    rules = site(LateRule)
    rules.bind("example.org").build("one", {"slug": "a"})
    copied = next(rules.iter_rules("one")).empty()
    copied.rule = "/there/<slug>"
    other = Map([copied])
    assert other.bind("example.org").build("one", {"slug": "b"}) == "/there/b"


def test_a_node_that_was_asked_for_no_address_has_compiled_none(app: Flask) -> None:
    names = {rule._build.__func__.__name__ for rule in app.url_map.iter_rules()}  # type: ignore[attr-defined]
    assert names == {"make"}
    assert {type(rule) for rule in app.url_map.iter_rules()} == {LateRule}
    with app.test_request_context():
        assert app.url_for("desk.signing_in.ask").endswith("/desk/sign-in")
