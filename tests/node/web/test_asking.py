"""Asking for a listing in a browser without scripts: from the form to the handover, by links and at the desk."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from node.app import create_app
from node.context import Node
from node.services.exchanges import asking, links, reading
from node.services.exchanges.asking import Askable
from node.services.identity import accounts, members
from node.services.listings.publishing import listing
from node.storage.asking_rules import AskingRules
from node.web.desk.gate import AT_DESK
from schemas import exchange as rules
from schemas.exchange import ASKER, CLOCK, OPERATOR, OWNER
from tests.fakes.bookable import bookable, hour
from tests.fakes.exchanges import act, asked, every, last_link, mails, now_of, shared, subjects
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, clock_of, publisher
from tests.fakes.spent import least_s
from tests.node.web.desk.signed_in import send, signed_in

SLUG = "riverside-school"
DESK = f"/desk/{SLUG}"
TYPED = {"name": "Cem", "email": "cem@cem.example", "words": "For our <b>club</b>", "agreed": "yes"}


@pytest.fixture
def node(tmp_path: Any) -> Node:
    return publisher(tmp_path / "home", mail_capture=True)


@pytest.fixture
def app(node: Node) -> Flask:
    return create_app(node)


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    return client_of(app)


@pytest.fixture
def desk(node: Node) -> Askable:
    return shared(node)


def form_of(what: Askable) -> str:
    return f"/listings/{what.row.key}/ask"


def ask(stranger: FlaskClient, what: Askable, **changed: str) -> TestResponse:
    return send(stranger, form_of(what), form_of(what), **{**TYPED, **changed})


def words(response: TestResponse) -> str:
    return " ".join(html.fromstring(response.get_data(as_text=True)).text_content().split())


def press(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    response = send(client, path, path, **fields)
    assert response.status_code == 303, words(response)
    return client.get(response.headers["Location"])


def problems(response: TestResponse) -> list[str]:
    assert response.status_code == 422
    page = html.fromstring(response.get_data(as_text=True))
    return [" ".join(one.text_content().split()) for one in page.xpath("//*[@class='error-summary']//li")]


def test_a_stranger_asks_and_gets_it_without_an_account(node: Node, stranger: FlaskClient, desk: Askable) -> None:
    page = html.fromstring(stranger.get(f"/listings/{desk.row.key}").get_data(as_text=True))
    assert form_of(desk) in page.xpath("//a/@href")
    assert "cem@cem.example" in words(ask(stranger, desk))
    cem = last_link(node, "cem")
    assert "Nobody has seen it yet" in words(stranger.get(cem))
    assert [subject for _, subject in subjects(node)] == ["Is this your address? A desk"]
    assert "They say" not in words(press(stranger, cem, do="confirm"))
    ann = last_link(node, "ann")
    assert "For our <b>club</b>" in words(stranger.get(ann))
    assert "They wait for your answer." in words(stranger.get(ann))
    assert "You have said yes." in words(press(stranger, ann, do="accept", words="Come on Monday."))
    page_of_cem = words(stranger.get(cem))
    assert "They say yes." in page_of_cem
    assert "Come on Monday." in page_of_cem
    code = links.code_of(node, every(node)[0], ASKER)
    assert f"{code[:3]} {code[3:]}" in page_of_cem
    assert "both of you have said so" in words(press(stranger, ann, do="meet", code=code))
    assert "both of you have said so" in words(stranger.get(cem))
    assert listing(node, desk.row.key).state == "withdrawn"
    gone = stranger.get(f"/listings/{desk.row.key}")
    assert gone.status_code == 410


def test_the_list_of_what_is_to_be_put_right_names_each_field(stranger: FlaskClient, desk: Askable) -> None:
    assert problems(ask(stranger, desk, name="", email="cem", for_whom="x" * 81)) == [
        "Your name – Say what they may call you.",
        "Your e-mail address – This must be an e-mail address that we can write to, such as name@example.org.",
        "Who is it for? – This has 81 characters; at most 80 are allowed.",
    ]


def test_what_nobody_sees_in_a_pasted_text_stops_nobody(node: Node, stranger: FlaskClient, desk: Askable) -> None:
    ask(stranger, desk, words="From a letter\x0bwith soft\x00 line ends")
    press(stranger, last_link(node, "cem"), do="confirm")
    assert "From a letter with soft line ends" in words(stranger.get(last_link(node, "ann")))


def test_opening_links_changes_nothing(node: Node, stranger: FlaskClient, desk: Askable) -> None:
    ask(stranger, desk)
    for _ in range(3):
        stranger.get(last_link(node, "cem"))
        stranger.head(last_link(node, "cem"))
    assert now_of(node, every(node)[0]).exchange.state == rules.UNCONFIRMED
    act(node, every(node)[0], rules.CONFIRM, ASKER)
    stranger.get(last_link(node, "ann"))
    assert now_of(node, every(node)[0]).exchange.state == rules.REQUESTED


def test_neither_side_sees_the_other_ones_address(node: Node, app: Flask, stranger: FlaskClient, desk: Askable) -> None:
    one = asked(node, desk)
    act(node, one, rules.ACCEPT)
    member = signed_in(app, node, SLUG, "editor")
    for path in (last_link(node, "ann"), last_link(node, "cem"), f"{DESK}/requests", f"{DESK}/requests/{one}"):
        client = member if path.startswith("/desk") else stranger
        said = client.get(path).get_data(as_text=True)
        assert ("cem.example" in said, "ann@school" in said) == (False, False), path


WRONG = {
    "nothing": ({"name": "", "email": "", "agreed": ""}, 3),
    "a header in the address": ({"email": "a@b.example\r\nBcc: c@d.example"}, 1),
    "another line in the name": ({"name": "Cem\r\nBcc: c@d.example"}, 1),
    "too long": ({"words": "a" * 2001}, 1),
}


@pytest.mark.parametrize("name", WRONG)
def test_every_error_keeps_what_was_typed(node: Node, stranger: FlaskClient, desk: Askable, name: str) -> None:
    changed, count = WRONG[name]
    response = ask(stranger, desk, for_whom="The <i>chess</i> club", **changed)
    assert len(problems(response)) == count
    [form] = html.fromstring(response.get_data(as_text=True)).xpath("//form[.//textarea]")
    assert form.fields["for_whom"] == "The <i>chess</i> club"
    assert form.fields["words"].lstrip("\n") == {**TYPED, **changed}["words"]
    assert mails(node) == []


STATED = {
    "first": "If several ask, who asked first has it.",
    "need": "If several ask, who needs it most has it.",
    "new": "If several ask, who has not had anything before has it.",
}


@pytest.mark.parametrize("fairness", STATED)
def test_the_form_says_who_has_it_if_several_ask_and_what_to_know_before(
    node: Node, stranger: FlaskClient, desk: Askable, fairness: str
) -> None:
    from node.services.exchanges import reading

    reading.put_rules(node, desk.row.organisation_id, AskingRules(True, fairness))
    said = words(stranger.get(form_of(desk)))
    assert [sentence for sentence in STATED.values() if sentence in said] == [STATED[fairness]]
    assert "Before you send it" in said


def test_what_is_wanted_is_offered_from_the_form_to_the_answer(node: Node, stranger: FlaskClient) -> None:
    board = shared(node, "board", title="Whiteboard", direction="want")
    form = words(stranger.get(form_of(board)))
    assert "Offer this" in form
    assert "you ask for nothing, now or later" in form
    assert "Who is it for" not in form
    one = asked(node, board, "Cem", for_whom="Otters FC")
    theirs = words(stranger.get(last_link(node, "ann")))
    assert "FromOtters FC" in theirs
    assert "Yes, please" in theirs
    act(node, one, rules.ACCEPT)
    assert [subject for _, subject in subjects(node)][1:] == [
        "Somebody offers you something: Whiteboard",
        "Yes: Whiteboard",
    ]
    assert "ToRiverside School" in words(stranger.get(last_link(node, "cem")))


def test_who_asks_in_polish_is_written_to_in_polish(node: Node, stranger: FlaskClient, desk: Askable) -> None:
    polish = {"Accept-Language": "pl"}
    assert "Jeśli pyta kilka osób" in words(stranger.get(form_of(desk), headers=polish))
    token = html.fromstring(stranger.get(form_of(desk)).get_data(as_text=True)).xpath(
        "//input[@name='csrf_token']/@value"
    )
    data = {**TYPED, "csrf_token": token[0]}
    answer = stranger.post(form_of(desk), data=data, headers={**polish, "Referer": node.settings.url})
    assert answer.status_code == 200
    act(node, every(node)[0], rules.CONFIRM, ASKER)
    act(node, every(node)[0], rules.ACCEPT)
    assert [(to, subject.partition(":")[0].partition("?")[0]) for to, subject in subjects(node)] == [
        ("cem", "Czy to Twój adres"),
        ("ann", "Somebody asks for A desk"),
        ("cem", "Tak"),
    ]


def test_a_program_that_fills_in_everything_is_not_heard(node: Node, stranger: FlaskClient, desk: Askable) -> None:
    assert problems(ask(stranger, desk, homepage="x"))
    assert every(node) == []
    for number in range(10):
        assert ask(stranger, desk, email=f"n{number}@cem.example").status_code == 200
    response = ask(stranger, desk, email="last@cem.example")
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0


def test_something_with_a_calendar_is_asked_for_a_time(node: Node, stranger: FlaskClient, desk: Askable) -> None:
    key, _organisation = bookable(node)
    path, times = f"/listings/{key}/ask", {"first": "2026-12-02", "starts": "10:00", "ends": "11:00"}
    assert problems(send(stranger, path, path, **TYPED, first="tomorrow", starts="x", ends="11:00")) == [
        "Day – Write the day like this: 2026-12-31.",
        "From – Write the time like this: 14:30.",
    ]
    assert "outside the opening times" in problems(send(stranger, path, path, **TYPED, **{**times, "ends": "23:00"}))[0]
    assert send(stranger, path, path, **TYPED, **times).status_code == 200
    one = every(node)[0]
    act(node, one, rules.CONFIRM, ASKER)
    assert "Wed 2 Dec, 10:00–11:00" in words(stranger.get(last_link(node, "ann")))
    assert "On 2 December, from 10:00 until 11:00." in mails(node)[-1][2]
    act(node, one, rules.ACCEPT)
    assert "It is taken then" in problems(send(stranger, path, path, **TYPED, **times))[0]


@pytest.mark.parametrize(
    ("days", "shown", "mailed"),
    [
        ({"first": "2026-12-10", "last": "2026-12-12"}, "Thu 10 Dec – Sat 12 Dec", "From 10 December to 12 December."),
        ({"first": "2026-12-10"}, "Thu 10 Dec", "On 10 December."),
    ],
    ids=["several", "one"],
)
def test_whole_days_are_told_without_a_midnight(
    node: Node, stranger: FlaskClient, days: dict[str, str], shown: str, mailed: str
) -> None:
    tent = shared(node, "tent", title="A tent", action="lend")
    assert ask(stranger, tent, **days).status_code == 200
    assert mailed in mails(node)[-1][2]
    said = words(stranger.get(last_link(node, "cem")))
    assert shown in said
    assert "00" not in said.partition("When")[2].partition("What you have written")[0]


def test_one_of_many_is_told_as_one_of_them(node: Node, stranger: FlaskClient) -> None:
    desks = shared(node, "desks", title="14 desks", quantity=14)
    assert ask(stranger, desks, quantity="1").status_code == 200
    act(node, every(node)[0], rules.CONFIRM, ASKER)
    assert "Cem asks for “14 desks” (1 of them)." in mails(node)[-1][2]
    assert "How many1 of 14" in words(stranger.get(last_link(node, "ann")))


def test_of_what_is_promised_already_no_yes_is_offered(node: Node, stranger: FlaskClient) -> None:
    desks = shared(node, "desks", quantity=3)
    first, second, third = (asked(node, desks, name, quantity=2) for name in ("Cem", "Dora", "Eve"))
    act(node, first, rules.ACCEPT, quantity=2)
    page = words(stranger.get(last_link(node, "ann")))
    assert "Not promised to others yet: 1." in page
    assert "Yes, they can have it" in page
    act(node, second, rules.ACCEPT, quantity=1)
    page = words(stranger.get(last_link(node, "ann")))
    assert "All of it is promised to others already." in page
    assert "Yes, they can have it" not in page
    act(node, first, rules.CANCEL)
    assert "Yes, they can have it" in words(stranger.get(last_link(node, "ann")))
    assert now_of(node, third).exchange.state == rules.REQUESTED


def test_nobody_came_too_early_is_explained_at_the_calendar(node: Node, app: Flask, desk: Askable) -> None:
    key, _organisation = bookable(node)
    what = asking.askable(node, key)
    assert what is not None
    one = asked(node, what, starts_at=hour(2, 10).starts, ends_at=hour(2, 10).ends)
    act(node, one, rules.ACCEPT)
    editor = signed_in(app, node, SLUG, "editor")
    path = f"{DESK}/listings/{key}/bookings/{now_of(node, one).booking_id}"
    send(editor, f"{path}/mark", path, state="no_show")
    assert "The day that was agreed has not come yet." in words(editor.get(path))
    send(editor, f"{path}/mark", path, state="out")
    assert now_of(node, one).exchange.state == rules.HANDED_OVER


def test_the_owner_names_another_time_by_the_link_in_a_mail(node: Node, stranger: FlaskClient) -> None:
    days = {"starts_at": midnight(2), "ends_at": midnight(4)}
    one = asked(node, shared(node, action="lend", title="A tent"), **days)
    act(node, one, rules.ACCEPT)
    ann, cem = last_link(node, "ann"), last_link(node, "cem")
    form = html.fromstring(stranger.get(ann).get_data(as_text=True))
    assert [form.xpath(f"string(//input[@name='{name}']/@value)") for name in ("first", "last")] == [
        "2026-12-02",
        "2026-12-03",
    ]
    assert "Another time" not in words(stranger.get(cem))
    wrong = send(stranger, ann, ann, do="reschedule", first="2026-12-09", last="2026-12-07", words="The van is late.")
    assert problems(wrong) == ["Choose a time that is to come, with its end after its beginning, and at most a year."]
    kept = html.fromstring(wrong.get_data(as_text=True))
    assert kept.xpath("string(//textarea[@id='reschedule-words'])") == "The van is late."
    assert kept.xpath("//input[@name='last']/@value") == ["2026-12-07"]
    assert problems(send(stranger, ann, ann, do="reschedule", first="soon")) == ["Write the day like this: 2026-12-31."]
    assert "Wed 9 Dec – Thu 10 Dec" in words(
        press(stranger, ann, do="reschedule", first="2026-12-09", last="2026-12-10", words="The van is late.")
    )
    page = words(stranger.get(cem))
    assert "Wed 9 Dec – Thu 10 Dec" in page
    assert "The van is late." in page
    assert send(stranger, cem, cem, do="reschedule", first="2026-12-11", last="2026-12-12").status_code == 422
    clock_of(node).pass_by(days=9)
    act(node, one, rules.MEET)
    lent = html.fromstring(stranger.get(ann).get_data(as_text=True))
    assert lent.xpath("//input[@name='first']") == []
    assert "Back" not in words(press(stranger, ann, do="reschedule", last="2026-12-30"))
    assert now_of(node, one).exchange.ends_at == midnight(31)
    assert subjects(node)[-1] == ("cem", "Another day to bring it back: A tent")


def midnight(day: int) -> int:
    """The beginning of a day of December 2026, when the clocks of London show UTC."""
    return hour(day, 0).starts


def test_what_cannot_be_asked_for_here_stays_as_it_was(node: Node, app: Flask, stranger: FlaskClient) -> None:
    desk = shared(node)
    client = signed_in(app, node, SLUG, "owner")
    assert send(client, f"{DESK}/requests", f"{DESK}/requests", fairness="new").status_code == 303
    assert stranger.get(form_of(desk)).status_code == 404
    page = words(stranger.get(f"/listings/{desk.row.key}"))
    assert "This site takes no requests for it. Please ask the organisation itself." in page


def test_links_of_others_and_of_former_members_open_nothing(node: Node, stranger: FlaskClient, desk: Askable) -> None:
    asked(node, desk)
    ann = last_link(node, "ann")
    for path in (ann[:-1] + ("A" if ann[-1] != "A" else "B"), "/asked/x", "/asked/" + "0" * 16 + ".asker." + "a" * 32):
        assert stranger.get(path).status_code == 404
        assert stranger.post(path).status_code in (400, 404)
    account = next(one for one in accounts.every(node) if one.email == "ann@school.example")
    members.leave(node, account, SLUG)
    assert stranger.get(ann).status_code == 404


def test_pages_by_link_are_kept_by_nobody(node: Node, stranger: FlaskClient, desk: Askable) -> None:
    one = asked(node, desk)
    act(node, one, rules.ACCEPT)
    cem = last_link(node, "cem")
    for path in (cem, f"{cem}/mine.json", f"{cem}/qr.svg"):
        response = stranger.get(path)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-store"
    assert stranger.get(f"{cem}/mine.json").get_json()["email"] == "cem@cem.example"
    assert stranger.get(f"{last_link(node, 'ann')}/mine.json").status_code == 404


def test_the_copy_for_a_place_without_a_connection_names_nobody(node: Node, app: Flask, desk: Askable) -> None:
    one = asked(node, desk, words="For our club.", for_whom="The chess club")
    act(node, one, rules.ACCEPT)
    browsers = {last_link(node, "ann"): client_of(app), f"{DESK}/requests/{one}": signed_in(app, node, SLUG, "editor")}
    for path, client in browsers.items():
        page = client.get(f"{path}/bay")
        assert page.headers["Cache-Control"] == "no-store"
        said = words(page)
        assert links.code_of(node, one, OWNER)[:3] in said
        assert [name for name in ("Cem", "For our club", "chess", "Editor") if name in said] == []
        assert f'data-bay-copy="{path}/bay"' in client.get(path).get_data(as_text=True)
    act(node, one, rules.MEET)
    assert 'data-bay-copy=""' in client_of(app).get(last_link(node, "ann")).get_data(as_text=True)


def test_who_asks_has_everything_forgotten(node: Node, stranger: FlaskClient, desk: Askable) -> None:
    one = asked(node, desk, words="Please.")
    cem = links.asker_url(node, one).removeprefix("https://share.example.org")
    response = send(stranger, f"{cem}/forget", cem)
    assert response.status_code == 303
    page = words(stranger.get(cem))
    assert "You have said that you do not need it any more." in page
    assert "Please." not in page
    assert now_of(node, one).exchange.state == rules.WITHDRAWN
    gone = words(stranger.get(cem))
    assert "Your name, your address and what was written here are deleted." in gone
    assert "What is kept about you" not in gone
    assert "are deleted" not in words(stranger.get(last_link(node, "ann")))


def test_the_desk_shows_what_waits_in_the_stated_order(node: Node, app: Flask) -> None:
    from node.services.exchanges import reading

    what = shared(node, quantity=9)
    had = asked(node, what, "Cem")
    act(node, had, rules.ACCEPT)
    act(node, had, rules.MEET)
    for name, need in (("Cem", 0), ("Dai", 0), ("Eve", 2)):
        clock_of(node).pass_by(hours=1)
        asked(node, what, name, need=need)
    client = signed_in(app, node, SLUG, "viewer")

    def order() -> list[str]:
        page = html.fromstring(client.get(f"{DESK}/requests").get_data(as_text=True))
        return page.xpath("//section[.//*[@id='waiting-title']]//li//bdi/text()")  # type: ignore[no-any-return]

    organisation = what.row.organisation_id
    assert order() == ["Cem", "Dai", "Eve"]
    assert "Requests3 waiting" in words(client.get(f"{DESK}/listings"))
    reading.put_rules(node, organisation, AskingRules(True, "need"))
    assert order() == ["Eve", "Cem", "Dai"]
    reading.put_rules(node, organisation, AskingRules(True, "new"))
    assert order() == ["Dai", "Eve", "Cem"]


@pytest.mark.parametrize("side", [OWNER, ASKER])
def test_each_side_reads_who_has_said_that_it_was_handed_over(
    side: str, node: Node, stranger: FlaskClient, desk: Askable
) -> None:
    one = asked(node, desk)
    act(node, one, rules.ACCEPT)
    act(node, one, rules.HAND_OVER, side)
    pages = {OWNER: words(stranger.get(last_link(node, "ann"))), ASKER: words(stranger.get(last_link(node, "cem")))}
    assert "You have said that it was handed over. They are asked." in pages.pop(side)
    assert "They say that it was handed over. Is that so?" in pages.popitem()[1]


def test_the_desk_answers_and_a_viewer_only_looks(node: Node, app: Flask, desk: Askable) -> None:
    one = asked(node, desk)
    path = f"{DESK}/requests/{one}"
    viewer, editor = signed_in(app, node, SLUG, "viewer"), signed_in(app, node, SLUG, "editor")
    assert send(viewer, path, path, do="accept").status_code == 403
    assert problems(send(editor, path, path, do="decline")) == ["Say why, in a few words: they read it."]
    assert "You have declined." in words(press(editor, path, do="decline", words="It is broken."))
    assert any("> It is broken." in text for _, _, text in mails(node))
    assert send(editor, path, path, do="accept").status_code == 422
    assert signed_in(app, node, "library", "owner").get(f"/desk/library/requests/{one}").status_code == 404


def test_a_scanned_code_is_filled_in_and_wants_a_press(node: Node, app: Flask, desk: Askable) -> None:
    one = asked(node, desk)
    act(node, one, rules.ACCEPT)
    editor, code = signed_in(app, node, SLUG, "editor"), links.code_of(node, one, ASKER)
    page = html.fromstring(editor.get(f"{DESK}/requests/{one}?code={code}").get_data(as_text=True))
    assert page.xpath("//input[@name='code']/@value") == [code]
    # What stands first is the press that confirms it for both, and nothing beside it that says less.
    assert page.xpath("//main//button[contains(@class, 'button-main')]/text()") == ["Handed over"]
    assert "You have their code" in page.xpath("//h2/text()")
    assert page.xpath("//input[@value='hand_over']") == []
    scanned = f"/exchanges/{one}?for=owner&code={code}"
    unknown = app.test_client().get(scanned, base_url=URL).get_data(as_text=True)
    [desk_path] = html.fromstring(unknown).xpath("//main//a[@class]/@href")
    # Whoever is signed in is not asked first whether they are.
    editor.set_cookie(AT_DESK, "1", domain="share.example.org", secure=True)
    assert editor.get(scanned).headers["Location"] == desk_path
    assert editor.get(desk_path).headers["Location"] == f"{DESK}/requests/{one}?code={code}"
    for wrong in (f"{one}?for=asker&code={code}", f"nothing?for=owner&code={code}"):
        refused = editor.get(f"/desk/meet/{wrong}")
        assert refused.status_code == 404
        assert f"{code[:3]} {code[3:]}" in words(refused)
        assert "With that account it cannot be confirmed" in words(refused)
    assert editor.get(f"/desk/meet/{one}?for=owner&code=12").status_code == 404
    assert "sign-in" in app.test_client().get(desk_path, base_url=URL).headers["Location"]
    for picture in (f"{DESK}/requests/{one}/qr.svg", f"{last_link(node, 'cem')}/qr.svg"):
        assert editor.get(picture).mimetype == "image/svg+xml"
    assert now_of(node, one).exchange.state == rules.ACCEPTED


def test_already_gave_it_away_in_two_presses(node: Node, app: Flask) -> None:
    what = shared(node, quantity=5)
    one = asked(node, what, quantity=2)
    editor, path = signed_in(app, node, SLUG, "editor"), f"{DESK}/listings/{what.row.key}/given"
    assert path in editor.get(f"{DESK}/listings").get_data(as_text=True)
    assert send(editor, path, path, who=one).status_code == 303
    assert now_of(node, one).exchange.state == rules.HANDED_OVER
    assert listing(node, what.row.key).listing().quantity.available == 3
    assert subjects(node)[-1] == ("cem", "Was it handed over? A desk")
    assert problems(send(editor, path, path, who="elsewhere", quantity="9"))
    assert send(editor, path, path, who="elsewhere", quantity="3").status_code == 303
    assert listing(node, what.row.key).state == "withdrawn"
    assert "Outcome not known" in words(editor.get(f"{DESK}/requests"))


@pytest.mark.parametrize("do", ["accept", "decline", "write", "cancel"])
def test_what_was_written_is_not_lost_where_it_is_over_meanwhile(
    do: str, node: Node, stranger: FlaskClient, desk: Askable
) -> None:
    one, ann = asked(node, desk), last_link(node, "ann")
    act(node, one, rules.WITHDRAW, ASKER)
    told = send(stranger, ann, last_link(node, "cem"), do=do, words="Come on <b>Monday</b>.")
    assert problems(told) == ["This is over: nothing more can be changed about it."]
    page = html.fromstring(told.get_data(as_text=True))
    assert page.xpath("//*[@class='error-summary']/h2/text()") == ["Nothing was changed."]
    assert page.xpath("//*[@aria-labelledby='unsent-title']/p/text()") == ["Come on <b>Monday</b>."]


def test_no_means_a_dispute(node: Node, stranger: FlaskClient, desk: Askable) -> None:
    one = asked(node, desk)
    act(node, one, rules.ACCEPT)
    act(node, one, rules.HAND_OVER, OWNER)
    assert "You see it differently." in words(press(stranger, last_link(node, "cem"), do="dispute"))
    assert subjects(node)[-1] == ("ann", "They see it differently: A desk")


def test_who_runs_the_node_decides_a_dispute(node: Node, app: Flask, desk: Askable) -> None:
    one = asked(node, desk)
    operator, editor = signed_in(app, node, SLUG, "operator"), signed_in(app, node, SLUG, "editor")
    for name, side in ((rules.ACCEPT, OWNER), (rules.HAND_OVER, OWNER), (rules.DISPUTE, ASKER)):
        act(node, one, name, side)
    assert ("operator", "They see it differently: A desk") in subjects(node)
    path = f"{DESK}/requests/{one}"
    send(editor, path, path, do="settle_received", words="So it was.")
    assert now_of(node, one).exchange.state == rules.DISPUTED
    assert "Decide" not in words(editor.get(path))
    seen = words(operator.get(path))
    assert "They see it differently. Read what each side says, and decide." in seen
    assert "Riverside School saysIt was handed over" in seen
    assert "Cem saysThat is not so" in seen
    assert "Decide: it came back" not in seen
    # What they wrote there would look like the organisation's word.
    assert "Write to them" not in seen
    assert "Say why, in a few words" in words(send(operator, path, path, do="settle_cancelled"))
    decided = words(press(operator, path, do="settle_cancelled", words="It stands in the hall still."))
    assert "Who runs this site has decided: nothing came of it." in decided
    for to, subject, text in mails(node)[-2:]:
        assert subject == "It is decided: A desk", to
        assert "who runs this site has looked at “A desk” and decided: nothing came of it." in text
        assert "> It stands in the hall still." in text
    page = words(client_of(app).get(last_link(node, "cem")))
    assert "Who runs this site, " in page
    assert "It stands in the hall still." in page


def test_at_the_end_nobody_reads_that_nobody_has_said_anything_where_one_has(
    node: Node, stranger: FlaskClient, desk: Askable
) -> None:
    one = asked(node, desk)
    for name in (rules.ACCEPT, rules.HAND_OVER):
        act(node, one, name, OWNER)
    act(node, one, rules.LAPSE, CLOCK)
    assert "Only one of you has said that it was handed over, so" in words(stranger.get(last_link(node, "ann")))
    assert "only one of you has said that “A desk” was handed over" in " ".join(mails(node)[-1][2].split())


def test_what_a_side_has_taken_back_is_not_said_for_it_in_a_dispute(node: Node, app: Flask, desk: Askable) -> None:
    one = asked(node, desk)
    said = ((rules.ACCEPT, OWNER), (rules.HAND_OVER, OWNER), (rules.TAKE_BACK, OWNER))
    for name, side in (*said, (rules.HAND_OVER, ASKER), (rules.DISPUTE, OWNER), (rules.DISPUTE, ASKER)):
        act(node, one, name, side)
    seen = words(signed_in(app, node, SLUG, "operator").get(f"{DESK}/requests/{one}"))
    assert "Riverside School saysThat is not so" in seen
    other = asked(node, shared(node, "lamp"), "Dai")
    for name, side in (*said, (rules.HAND_OVER, ASKER), (rules.DISPUTE, ASKER)):
        act(node, other, name, side)
    seen = words(signed_in(app, node, SLUG, "operator").get(f"{DESK}/requests/{other}"))
    assert "Dai saysThat is not so" in seen
    assert "Riverside School says" not in seen


def test_what_never_was_handed_over_stands_on_its_listing_again(node: Node, desk: Askable) -> None:
    one = asked(node, desk)
    for name, side in ((rules.ACCEPT, OWNER), (rules.HAND_OVER, OWNER), (rules.DISPUTE, ASKER)):
        act(node, one, name, side)
    assert listing(node, desk.row.key).state == "withdrawn"
    act(node, one, rules.SETTLE, OPERATOR, outcome=rules.CANCELLED)
    assert (listing(node, desk.row.key).state, now_of(node, one).exchange.counted) == ("live", 0)


def test_what_somebody_has_now_is_not_what_they_had_before(node: Node, desk: Askable) -> None:
    first = asked(node, desk)
    for name, side in ((rules.ACCEPT, OWNER), (rules.HAND_OVER, OWNER), (rules.HAND_OVER, ASKER)):
        act(node, first, name, side)
    again = asked(node, shared(node, "another"))
    pages = [reading.by_organisation(node, now_of(node, one).organisation_id, one) for one in (first, again)]
    assert [page is not None and page.had_before for page in pages] == [False, True]


def test_who_took_something_and_never_said_so_is_not_new_again(node: Node, desk: Askable) -> None:
    first = asked(node, desk)
    for name in (rules.ACCEPT, rules.HAND_OVER):
        act(node, first, name, OWNER)
    again = asked(node, shared(node, "another"))
    page = reading.by_organisation(node, now_of(node, again).organisation_id, again)
    assert page is not None
    assert page.had_before


def test_who_has_given_something_has_not_had_anything(node: Node) -> None:
    given = asked(node, shared(node, "wanted", direction="want"))
    for name, side in ((rules.ACCEPT, OWNER), (rules.HAND_OVER, ASKER), (rules.HAND_OVER, OWNER)):
        act(node, given, name, side)
    again = asked(node, shared(node))
    page = reading.by_organisation(node, now_of(node, again).organisation_id, again)
    assert page is not None
    assert not page.had_before


def test_the_owner_reads_by_the_mails_link_whose_turn_it_is(node: Node, app: Flask, stranger: FlaskClient) -> None:
    chairs = shared(node, "chairs", 6)
    reading.put_rules(node, chairs.row.organisation_id, AskingRules(True, "need"))
    alone = asked(node, chairs, "Ben")
    assert "Their turn" not in words(stranger.get(last_link(node, "ann")))
    assert "Whose turn it isIf several ask, who needs it most has it." in words(stranger.get(last_link(node, "ben")))
    asked(node, chairs, "Cem", need=2)
    assert "Their turnThey come first. If several ask" in words(stranger.get(last_link(node, "ann")))
    page = words(signed_in(app, node, SLUG, "editor").get(f"{DESK}/requests/{alone}"))
    assert "Their turn1 other comes before them. If several ask, who needs it most has it." in page
    every = words(signed_in(app, node, SLUG, "owner").get(f"{DESK}/requests"))
    assert "If several ask, who needs it most has it. They stand in that order." in every


def test_the_owner_reads_what_was_asked_in_the_mail(node: Node, desk: Askable) -> None:
    asked(node, desk, words="For our club.")
    assert "> For our club." in mails(node)[-1][2]


def test_who_has_asked_cannot_be_told_by_the_time_that_the_answer_takes(node: Node, desk: Askable) -> None:
    asked(node, desk)

    def looked_for(email: str, number: int) -> Callable[[], object]:
        return lambda: asking.send_links(node, desk.row.id, email, "en-GB", f"192.0.2.{number}")

    looked_for("warm@x.example", 9)()
    known, unknown = [], []
    for number in range(8):
        # In turns, so that what else the machine does meets both; and on other days, as one may not try often.
        clock_of(node).pass_by(days=1)
        known.append(least_s([looked_for("cem@cem.example", 10 + number)]))
        unknown.append(least_s([looked_for(f"ben{number}@x.example", 10 + number)]))
    assert median(known) / 3 < median(unknown) < median(known) * 3
    assert not [mail for mail in mails(node) if "nobody" in mail[0]]
