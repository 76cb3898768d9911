"""Mails as they are written: what stands in them, and what a stranger cannot bring into them."""

from __future__ import annotations

from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from node.context import Node
from node.services.mail import letters
from node.services.mail.letters import Letter, MailError
from node.services.mail.mail_settings import can_mail, check_mail, open_mailbox, smtp_password
from node.settings import SettingError, Settings
from node.storage import outbox
from tests.fakes.publisher import publisher

STOP = "https://share.example.org/alerts/stop/" + "x" * 120


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    return publisher(tmp_path_factory.mktemp("mail") / "home", smtp_host="mail.example", mail_from="post@share.example")


def letter(**members: Any) -> Letter:
    plain = {"to": "anna@park.example", "subject": "Hello", "text": "Free\n", "html": "<p>Free</p>"}
    return Letter(**{**plain, "key": "k", "topic": "t", **members})


def read(node: Node, letter: Letter) -> EmailMessage:
    """The message as a server would read it."""
    sent = letters.build(node, letter).as_bytes().decode("ascii")
    return message_from_string(sent, policy=policy.default)


def test_a_mail_has_what_mails_need(node: Node) -> None:
    made = read(node, letter(unsubscribe_url=STOP))
    assert (str(made["From"]), str(made["To"])) == ("Share <post@share.example>", "anna@park.example")
    assert str(made["Date"]) == "Tue, 01 Dec 2026 09:00:00 +0000"
    assert str(made["Message-ID"]).endswith("@share.example>")
    assert str(made["Auto-Submitted"]) == "auto-generated"
    assert made["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [part.get_content_type() for part in made.iter_parts()] == ["text/plain", "text/html"]
    assert made.get_body(("plain",)).get_content().splitlines() == ["Free"]


def test_the_way_out_is_written_plainly_however_long_it_is(node: Node) -> None:
    lines = letters.build(node, letter(unsubscribe_url=STOP)).as_bytes().decode("ascii").split("\r\n")
    assert f"List-Unsubscribe: <{STOP}>" in lines


def test_the_same_letter_has_the_same_message_id_and_no_other(node: Node) -> None:
    first, again, other = (read(node, letter(key=key))["Message-ID"] for key in ("a", "a", "b"))
    assert first == again != other
    assert "List-Unsubscribe" not in read(node, letter())


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("", id="empty"),
        pytest.param("anna", id="no domain"),
        pytest.param("anna@park.example\r\nBcc: all@park.example", id="another header"),
        pytest.param("anna@park.example, ben@park.example", id="two"),
        pytest.param("Anna <anna@park.example>", id="with a name"),
        pytest.param("ännä@park.example", id="letters that servers need an extension for"),
        pytest.param("anna@park..example", id="an empty label"),
        pytest.param(".anna@park.example", id="begins with a dot"),
        pytest.param("anna\x00@park.example", id="NUL"),
        pytest.param("anna@" + "a" * 70 + ".example", id="a label too long"),
    ],
)
def test_no_mail_is_written_to_what_is_no_address(node: Node, address: str) -> None:
    with pytest.raises(MailError), node.database.write() as tx:
        letters.post(tx, node, letter(to=address))
    with node.database.read() as tx:
        assert outbox.count(tx, outbox.WAITING) == 0


def test_a_domain_of_any_script_is_written_to(node: Node) -> None:
    assert letters.deliverable("anna@bücher.example") == "anna@xn--bcher-kva.example"


@examples(deadline=None)
@given(text=st.text(st.characters(codec="utf-8"), max_size=300) | st.just("A\r\nBcc: x@y.example\r\n\r\nBody"))
def test_no_subject_adds_a_header_or_breaks_a_mail(node: Node, text: str) -> None:
    made = read(node, letter(subject=text, text=f"{text}\n", html=f"<p>{text}</p>"))
    assert sorted(made.keys()) == sorted(read(node, letter()).keys())
    assert len(str(made["Subject"])) <= letters.LONGEST_SUBJECT
    assert made["Bcc"] is None


@examples(deadline=None)
@given(name=st.text(st.characters(codec="utf-8"), max_size=100))
def test_no_name_of_a_node_adds_a_header(node: Node, name: str) -> None:
    named = Node(node.settings.changed(node_name=name), node.database, node.clock)
    made = read(named, letter())
    assert made["From"].addresses[0].addr_spec == "post@share.example"
    assert sorted(made.keys()) == sorted(read(node, letter()).keys())


def test_html_of_a_mail_shows_what_strangers_wrote_as_text(node: Node) -> None:
    words, where = "<script>alert(1)</script>", {"home_url": "x", "manage_url": "https://x.example/"}
    values = {"site": words, "asked": words, "often": words, "until": "", "confirm_url": "", **where}
    _, html = letters.render(node.settings, "alert_known", "en", **values)
    assert words not in html
    assert "&lt;script&gt;" in html


def test_no_name_turns_the_rest_of_a_mail_around(node: Node) -> None:
    turned, where = "Eve\u202e\u2067", {"home_url": "x", "manage_url": "https://x.example/"}
    values = {"site": turned, "asked": turned, "often": "", "until": "", "confirm_url": "", **where}
    text, html = letters.render(node.settings, "alert_known", "en", **values)
    made = read(node, letter(subject=f"{turned} asks for a desk"))
    assert min(text.count("Eve"), html.count("Eve")) > 0
    assert not {"\u202e", "\u2067"} & set(text + html)
    assert made["Subject"] == "Eve asks for a desk"


# Settings


@pytest.mark.parametrize(
    ("values", "name"),
    [
        pytest.param({"smtp_host": "m.example"}, "mail_from", id="nobody to come from"),
        pytest.param({"mail_from": "Anna <a@b.example>"}, "mail_from", id="a name"),
        pytest.param({"mail_from": "a@b.example\nBcc: c@d.example"}, "mail_from", id="a header"),
        pytest.param({"smtp_security": "ssl"}, "smtp_security", id="no such way"),
        pytest.param({"smtp_port": 0}, "smtp_port", id="no port"),
    ],
)
def test_settings_that_could_not_send_are_refused(values: dict[str, Any], name: str) -> None:
    with pytest.raises(SettingError) as caught:
        check_mail(Settings(Path("/nowhere"), values))
    assert caught.value.name == name


def test_the_password_is_read_from_the_environment_or_a_private_file(tmp_path: Path) -> None:
    settings = Settings(tmp_path, {"smtp_user": "share", "smtp_password_file": "smtp.key"})
    assert smtp_password(settings, {"SHAREFEED_SMTP_PASSWORD": "from outside"}) == "from outside"
    with pytest.raises(SettingError, match="cannot be read"):
        smtp_password(settings, {})
    (tmp_path / "smtp.key").write_text("inside\n")
    (tmp_path / "smtp.key").chmod(0o644)
    with pytest.raises(SettingError, match="chmod 600"):
        smtp_password(settings, {})
    (tmp_path / "smtp.key").chmod(0o600)
    assert smtp_password(settings, {}) == "inside"
    with pytest.raises(SettingError, match="is not set"):
        smtp_password(settings.changed(smtp_password_file=""), {})


@pytest.mark.parametrize(
    ("values", "can", "anyone"),
    [
        pytest.param({}, False, False, id="neither"),
        pytest.param({"smtp_host": "m.example"}, True, False, id="a server"),
        pytest.param({"mail_capture": True}, True, False, id="kept, on a site"),
        pytest.param({"mail_capture": True, "node_url": "http://127.0.0.1:8080/"}, True, True, id="kept, at home"),
        pytest.param({"node_url": "http://localhost/"}, False, False, id="at home, not kept"),
        pytest.param(
            {"mail_capture": True, "node_url": "https://127.0.0.1.evil.example/"}, True, False, id="only looks like it"
        ),
    ],
)
def test_who_may_mail_and_who_may_read_kept_mails(values: dict[str, Any], can: bool, anyone: bool) -> None:
    settings = Settings(Path("/nowhere"), {"node_url": "https://share.example.org/", **values})
    assert (can_mail(settings), open_mailbox(settings)) == (can, anyone)
