"""What something weighed and how long help took, said on the page of an exchange: by a link, and at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from node.app import create_app
from node.context import Node
from node.services.exchanges import measuring
from node.services.exchanges.asking import Askable
from node.services.exchanges.links import Party
from node.services.limits.strangers import FormError
from node.storage import handovers
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER
from schemas.handover import MEASURED, Handover
from tests.fakes.exchanges import act, asked, last_link, now_of, shared
from tests.fakes.own_client import client_of
from tests.fakes.publisher import clock_of, publisher
from tests.node.web.desk.signed_in import send, signed_in

SLUG = "riverside-school"


@pytest.fixture
def node(tmp_path: Any) -> Node:
    return publisher(tmp_path / "home", mail_capture=True)


@pytest.fixture
def app(node: Node) -> Flask:
    return create_app(node)


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    return client_of(app)


def handed(node: Node, what: Askable, said_by: tuple[str, ...] = (OWNER, ASKER), **wish: Any) -> str:
    """An exchange that was handed over, as these sides say."""
    one = asked(node, what, **wish)
    act(node, one, rules.ACCEPT)
    for side in said_by:
        act(node, one, rules.HAND_OVER, side)
    return one


def weigh(node: Node, one: str, typed: str, side: str = OWNER, sure: bool = False) -> None:
    measuring.measure(node, one, Party(side), typed, sure)


def known(node: Node, one: str) -> tuple[int | None, int | None, str]:
    stored = now_of(node, one)
    return stored.weight_g, stored.minutes, stored.measured_by


def words(response: TestResponse) -> str:
    return " ".join(html.fromstring(response.get_data(as_text=True)).text_content().split())


def typed_at(response: TestResponse, field: str) -> str:
    return html.fromstring(response.get_data(as_text=True)).get_element_by_id(field).value or ""


def handover(node: Node, one: str) -> Handover:
    with node.database.read() as tx:
        [found] = [told for told in handovers.every(tx) if told.exchange.endswith(one)]
    return found


class TestAmounts:
    @pytest.mark.parametrize(
        ("typed", "grams"),
        [
            ("12", 12_000), ("0.5", 500), ("0,5", 500), (" 12.25 kg ", 12_250), ("12KG", 12_000), ("800 g", 800),
            ("1.5 tonnes", 1_500_000), ("3 kilos", 3000), ("100000", 100_000_000), ("100001", None), ("0", None),
            ("-1", None), ("12 stone", None), ("1,000.5", None), ("1e3", None), ("٣", None), ("twelve", None),
            ("12 kg 500", None), ("9" * 400, None), ("", None), ("0.0001", None),
        ],
    )  # fmt: skip
    def test_weights(self, typed: str, grams: int | None):
        assert measuring.read(measuring.WEIGHT, typed) == grams

    @pytest.mark.parametrize(
        ("typed", "minutes"),
        [
            ("2", 120), ("1.5", 90), ("1,5 h", 90), ("1:30", 90), ("0:05", 5), ("45 min", 45), ("2 hours", 120),
            ("1:75", None), ("0", None), ("0:00", None), ("a while", None), ("8784", 527_040), ("8785", None),
            ("1:3", None),
        ],
    )  # fmt: skip
    def test_hours(self, typed: str, minutes: int | None):
        assert measuring.read(measuring.HOURS, typed) == minutes


class TestWhoMaySayIt:
    def test_nobody_before_it_was_handed_over(self, node: Node):
        one = handed(node, shared(node), said_by=())
        with pytest.raises(FormError):
            weigh(node, one, "12")
        assert known(node, one) == (None, None, "")

    def test_who_says_it_first_is_believed_and_may_correct_it(self, node: Node):
        one = handed(node, shared(node), said_by=(OWNER,))
        weigh(node, one, "12")
        with pytest.raises(FormError):
            weigh(node, one, "99", ASKER)
        act(node, one, rules.HAND_OVER, ASKER)
        weigh(node, one, "13")
        assert known(node, one) == (13_000, None, OWNER)
        weigh(node, one, " ")
        assert known(node, one) == (None, None, "")
        weigh(node, one, "14", ASKER)
        assert known(node, one) == (14_000, None, ASKER)

    def test_the_owner_corrects_what_the_asker_has_said_and_not_the_reverse(self, node: Node):
        one = handed(node, shared(node))
        weigh(node, one, "250", ASKER)
        weigh(node, one, "25")
        assert known(node, one) == (25_000, None, OWNER)
        assert handover(node, one).weight_g == 25_000
        with pytest.raises(FormError):
            weigh(node, one, "250", ASKER)

    def test_it_can_be_said_for_a_month(self, node: Node):
        one = handed(node, shared(node))
        clock_of(node).pass_by(days=29)
        weigh(node, one, "12")
        clock_of(node).pass_by(days=2)
        with pytest.raises(FormError):
            weigh(node, one, "13")
        assert known(node, one) == (12_000, None, OWNER)

    def test_what_is_lent_is_not_weighed(self, node: Node):
        what, soon = shared(node, kind="equipment", action="lend", category="av/projector"), node.now + 86_400
        one = handed(node, what, starts_at=soon, ends_at=soon + 86_400)
        assert now_of(node, one).exchange.state == rules.LENT
        assert measuring.measured_in(now_of(node, one)) == ""
        with pytest.raises(FormError):
            weigh(node, one, "12")

    def test_its_receipt_says_what_was_measured(self, node: Node):
        one = handed(node, shared(node, quantity=3), quantity=3)
        assert handover(node, one).weight_source != MEASURED
        weigh(node, one, "40")
        told = handover(node, one)
        assert (told.weight_g, told.weight_source) == (40_000, MEASURED)
        weigh(node, one, "")
        assert handover(node, one).weight_source != MEASURED

    def test_a_receipt_waits_for_both_to_say_that_it_was_handed_over(self, node: Node):
        one = handed(node, shared(node), said_by=(OWNER,))
        weigh(node, one, "40")
        with node.database.read() as tx:
            assert list(handovers.every(tx)) == []
        act(node, one, rules.HAND_OVER, ASKER)
        assert handover(node, one).weight_g == 40_000

    def test_the_exchange_is_as_it_was(self, node: Node):
        one = handed(node, shared(node))
        before = now_of(node, one)
        weigh(node, one, "12")
        after = now_of(node, one)
        assert (after.exchange, after.closed_at) == (before.exchange, before.closed_at)


class TestWhatIsHardToBelieve:
    def test_is_kept_only_when_it_is_said_twice(self, node: Node):
        one = handed(node, shared(node))
        with pytest.raises(FormError) as doubted:
            weigh(node, one, "2600")
        assert doubted.value.problems[0].code == measuring.DOUBTFUL
        assert known(node, one)[0] is None
        weigh(node, one, "2600", sure=True)
        assert known(node, one)[0] == 2_600_000

    def test_is_not_taken_from_whoever_asks(self, node: Node):
        one = handed(node, shared(node))
        for sure in (False, True):
            with pytest.raises(FormError) as refused:
                weigh(node, one, "99000", ASKER, sure)
            assert refused.value.problems[0].code == "too-much"
        with node.database.write() as tx:
            assert not measuring.heard(tx, node, now_of(node, one), 99_000_000, None)
        assert known(node, one) == (None, None, "")

    @pytest.mark.parametrize(
        ("listing", "quantity", "amount", "doubtful"),
        [
            ({}, 1, 260_000, False),
            ({}, 1, 260_001, True),
            ({}, 4, 1_000_000, False),
            ({"weight_kg": 2.0}, 1, 20_001, True),
            ({"category": "books", "title": "Novels"}, 1, 1_000_000, False),
            ({"category": "books", "title": "Novels"}, 1, 1_000_001, True),
        ],
    )
    def test_goes_by_what_such_things_weigh(
        self, node: Node, listing: dict[str, Any], quantity: int, amount: int, doubtful: bool
    ):
        one = handed(node, shared(node, quantity=quantity, **listing), quantity=quantity)
        assert measuring.is_doubtful(now_of(node, one), amount) == doubtful


class TestOnThePage:
    def test_by_the_link_of_a_mail(self, node: Node, stranger: FlaskClient):
        one = handed(node, shared(node))
        for_ann, for_cem = last_link(node, "ann"), last_link(node, "cem")
        assert "What did it weigh?" in words(stranger.get(for_cem))
        assert send(stranger, for_ann, for_ann, do="measure", weight="25,5 kg").status_code == 303
        assert known(node, one) == (25_500, None, OWNER)
        assert "25.5 kg, you say" in words(stranger.get(for_ann))
        assert typed_at(stranger.get(for_ann), "weight") == "25.5"
        assert "25.5 kg, they say" in words(stranger.get(for_cem))
        assert "What did it weigh?" not in words(stranger.get(for_cem))
        assert send(stranger, for_cem, for_cem, do="measure", weight="9").status_code == 422

    def test_at_the_desk(self, node: Node, app: Flask):
        one = handed(node, shared(node))
        path = f"/desk/{SLUG}/requests/{one}"
        viewer, editor = signed_in(app, node, SLUG, "viewer"), signed_in(app, node, SLUG, "editor")
        assert send(viewer, path, path, do="measure", weight="3").status_code == 403
        assert send(editor, path, path, do="measure", weight="3").status_code == 303
        assert known(node, one) == (3000, None, OWNER)
        assert "3 kg, you say" in words(editor.get(path))

    @pytest.mark.parametrize("typed", ["a lot", "<b>12</b>", "2600"])
    def test_a_mistake_keeps_what_was_typed(self, node: Node, stranger: FlaskClient, typed: str):
        one = handed(node, shared(node))
        ann = last_link(node, "ann")
        answer = send(stranger, ann, ann, do="measure", weight=typed)
        assert answer.status_code == 422
        assert typed_at(answer, "weight") == typed
        assert known(node, one) == (None, None, "")
        assert ("Yes, it was that much" in words(answer)) == (typed == "2600")
        if typed == "2600":
            assert send(stranger, ann, ann, do="measure", weight=typed, sure="yes").status_code == 303
            assert known(node, one) == (2_600_000, None, OWNER)

    def test_help_is_timed(self, node: Node, stranger: FlaskClient):
        what = shared(node, kind="skill", action="help", category="skill/digital", title="Computer help")
        begins = node.now + 86_400
        one = handed(node, what, said_by=(OWNER,), starts_at=begins, ends_at=begins + 5400)
        act(node, one, rules.HAND_OVER, ASKER)
        cem = last_link(node, "cem")
        page = stranger.get(cem)
        assert "How long was it?" in words(page)
        assert typed_at(page, "hours") == "1:30"
        assert send(stranger, cem, cem, do="measure", hours="2").status_code == 303
        assert known(node, one) == (None, 120, ASKER)
        assert handover(node, one).minutes == 120
        assert "2 hours, you say" in words(stranger.get(cem))


@pytest.mark.parametrize(("language", "button"), [("en", "Save"), ("pl", "Zapisz")])
def test_the_button_says_that_what_was_typed_is_saved(
    language: str, button: str, node: Node, stranger: FlaskClient
) -> None:
    """Not *Keep it*, which reads in other languages as leaving the thing where it is."""
    handed(node, shared(node))
    page = stranger.get(last_link(node, "cem"), headers={"Accept-Language": language})
    [form] = html.fromstring(page.get_data(as_text=True)).xpath("//form[input[@name='do' and @value='measure']]")
    assert [one.text_content() for one in form.xpath(".//button")] == [button]
