"""Is everything working? Each part in each state, what is said of it, and who is told when."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from federation.fetch import Answer
from node.context import Node
from node.services.backup import backups
from node.services.backup.archive import BackupError
from node.services.health import certificate, checks, other_clocks, watch, words
from node.services.health.certificate import Span
from node.services.health.checks import BROKEN, LOOK, OK, Finding
from node.services.health.other_clocks import OtherClocks
from node.services.identity import accounts
from node.services.mail import postman
from node.services.syndication import feed_readers
from node.services.syndication.feed_readers import Notebook, node_of
from node.settings import KEY_FILE, SECRET_FILE
from node.storage import measured, messages, outbox
from node.storage.engine import StorageError
from node.storage.measured import Reading
from node.storage.outbox import Mail
from tests.fakes.publisher import URL, clock_of, publisher
from tests.fakes.sites import Sites
from tests.fakes.sites import found as answer_of
from tests.fakes.smtp_server import MailServer

DAY_S = 86_400
CITY = "sharefeed/1.0 (+https://city.example/)"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = publisher(tmp_path / "home")
    for name in (SECRET_FILE, "sharefeed.sqlite"):
        os.chmod(made.settings.home / name, 0o600)
    watch.beat(made)
    yield made
    made.database.close()


def found(node: Node, code: str) -> tuple[str, str]:
    (one,) = checks.look(node, [code])
    return one.state, one.reason


def changed(node: Node, **values: object) -> Node:
    return Node(node.settings.changed(**values), node.database, node.clock)


def test_a_node_that_is_looked_after_is_well_but_for_what_is_not_set_up(node: Node) -> None:
    backups.make(node)
    states = {one.code: one.state for one in checks.look(node)}
    assert {code for code, state in states.items() if state != OK} <= {"mail", "disk"}
    assert set(states) == set(words.NAMES)


class TestTheWorker:
    def test_that_never_began(self, tmp_path: Path) -> None:
        assert found(publisher(tmp_path / "other"), "worker") == (BROKEN, "never")

    def test_of_which_a_part_keeps_failing(self, node: Node) -> None:
        watch.beat(node, "expiry.prune: the database refused: locked")
        assert found(node, "worker") == (BROKEN, "failing")
        assert "expiry.prune" in words.told(checks.look(node, ["worker"])[0], str).what
        clock_of(node).pass_by(seconds=checks.SILENT_S + 1)
        watch.beat(node)
        assert found(node, "worker") == (OK, "ok")

    def test_that_stands_still(self, node: Node) -> None:
        assert found(node, "worker") == (OK, "ok")
        clock_of(node).pass_by(seconds=checks.SILENT_S + 1)
        assert found(node, "worker") == (BROKEN, "silent")


class TestBackups:
    def test_go_from_none_to_well_to_old(self, node: Node) -> None:
        assert found(node, "backup") == (LOOK, "none")
        backups.make(node)
        assert found(node, "backup") == (OK, "ok")
        clock_of(node).pass_by(days=2, seconds=1)
        assert found(node, "backup") == (BROKEN, "old")

    def test_that_did_not_fit_are_not_well_although_there_is_one_of_yesterday(self, node: Node) -> None:
        backups.make(node)
        clock_of(node).pass_by(days=1)
        blocked = node.settings.home / "backups" / ".lock"
        blocked.unlink()
        blocked.mkdir()
        with pytest.raises(BackupError):
            watch.back_up(node)
        assert found(node, "backup") == (LOOK, "failed")
        blocked.rmdir()
        watch.back_up(node)
        assert found(node, "backup") == (OK, "ok")

    def test_that_are_not_made_or_not_readable_are_named(self, node: Node) -> None:
        made = backups.make(node)
        made.path.write_bytes(b"")
        assert found(node, "backup") == (BROKEN, "unreadable")
        assert found(changed(node, backup_folder=""), "backup") == (LOOK, "off")


class TestTheClock:
    def test_that_was_put_back_is_noted_for_a_day(self, node: Node) -> None:
        clock_of(node).pass_by(hours=-2)
        assert found(node, "clock") == (BROKEN, "behind")
        watch.beat(node)
        (one,) = checks.look(node, ["clock"])
        assert (one.state, one.reason, one.values["minutes"]) == (LOOK, "moved", 120)
        clock_of(node).pass_by(days=1, seconds=1)
        watch.beat(node)
        assert found(node, "clock") == (OK, "ok")

    def test_that_is_set_right_by_a_little_was_not_put_back(self, node: Node) -> None:
        clock_of(node).pass_by(seconds=-30)
        watch.beat(node)
        assert found(node, "clock") == (OK, "ok")

    @pytest.mark.parametrize(
        ("ahead", "expected"),
        [
            pytest.param(90, (OK, "ok"), id="a-little"),
            pytest.param(300, (LOOK, "ahead"), id="ahead"),
            pytest.param(-300, (LOOK, "late"), id="behind"),
            pytest.param(-7200, (BROKEN, "late"), id="by-hours"),
        ],
    )
    def test_that_is_not_as_others_are_is_said(self, node: Node, ahead: int, expected: tuple[str, str]) -> None:
        other_clocks.keep(node, clocks(node, ahead, ahead + 5, ahead - 5, 40_000))
        assert found(node, "clock") == expected
        clock_of(node).pass_by(days=2)
        watch.beat(node)
        assert found(node, "clock") == (OK, "ok")

    @pytest.mark.parametrize(
        ("ahead", "expected"),
        [
            pytest.param([90], (OK, "ok"), id="a-little"),
            pytest.param([7200], (LOOK, "doubted"), id="one"),
            pytest.param([-7200], (LOOK, "doubted"), id="one-is-behind"),
            pytest.param([7200, -30], (OK, "ok"), id="two-of-which-one-agrees"),
        ],
    )
    def test_is_only_doubted_where_few_are_asked(self, node: Node, ahead: list[int], expected: tuple[str, str]) -> None:
        other_clocks.keep(node, clocks(node, *ahead))
        assert found(node, "clock") == expected

    def test_many_are_believed_and_not_the_few_that_come_after_them(self, node: Node) -> None:
        other_clocks.keep(node, clocks(node, 3600, 3600, 3600))
        clock_of(node).pass_by(hours=23)
        watch.beat(node)
        other_clocks.keep(node, clocks(node, 1))
        assert found(node, "clock") == (BROKEN, "ahead")
        clock_of(node).pass_by(hours=1)
        watch.beat(node)
        other_clocks.keep(node, clocks(node, 1))
        assert found(node, "clock") == (OK, "ok")

    def test_is_not_told_by_what_a_cache_has_kept(self, node: Node) -> None:
        asked = clocks(node, 3600, 3600, 3600)
        for number in range(3):
            sites = Sites(found_at(f"https://n{number}.example/", node, 3))
            asked._fetcher = sites  # type: ignore[assignment] - the same sites, whose caches let go
            asked.get(f"https://n{number}.example/")
        other_clocks.keep(node, asked)
        assert found(node, "clock") == (OK, "ok")


def found_at(url: str, node: Node, ahead: int) -> Answer:
    """An answer of a site beside whose clock ours is so many seconds ahead."""
    return answer_of(url, "{}", date=node.clock() - timedelta(seconds=ahead))


def clocks(node: Node, *ahead: int) -> OtherClocks:
    """What is known after one answer of each of these sites."""
    answers = [found_at(f"https://n{number}.example/", node, one) for number, one in enumerate(ahead)]
    made = OtherClocks(Sites(*answers), node.clock)
    for answer in answers:
        made.get(answer.url)
    return made


class TestTheCertificate:
    def see(self, node: Node, begun_days_ago: float, days_left: float) -> tuple[str, str]:
        span = Span(node.now - int(begun_days_ago * DAY_S), node.now + int(days_left * DAY_S))
        asked: list[tuple[str, int]] = []

        def ask(host: str, port: int) -> Span:
            asked.append((host, port))
            return span

        certificate.look(node, ask)
        assert asked == [("share.example.org", 443)]
        return found(node, "certificate")

    @pytest.mark.parametrize(
        ("begun", "left", "expected"),
        [
            pytest.param(60, 30, (OK, "ok"), id="to-be-renewed"),
            pytest.param(80, 10, (LOOK, "soon"), id="not-renewed"),
            pytest.param(87, 3, (BROKEN, "soon"), id="ends-in-days"),
            pytest.param(4, 2, (OK, "ok"), id="a-short-one"),
            pytest.param(5.5, 0.5, (LOOK, "soon"), id="a-short-one-not-renewed"),
        ],
    )
    def test_is_missed_in_time(self, node: Node, begun: float, left: float, expected: tuple[str, str]) -> None:
        assert found(node, "certificate") == (OK, "unknown")
        assert self.see(node, begun, left) == expected

    def test_that_has_ended_is_broken_and_one_that_cannot_be_seen_stays_as_it_was(self, node: Node) -> None:
        self.see(node, 60, 30)

        def away(_host: str, _port: int) -> Span:
            raise OSError("no route to host")

        certificate.look(node, away)
        assert found(node, "certificate") == (OK, "ok")
        clock_of(node).pass_by(days=31)
        assert found(node, "certificate") == (BROKEN, "over")

    def test_is_not_asked_of_an_address_without_one(self, node: Node) -> None:
        plain = changed(node, node_url="http://127.0.0.1:8000/")
        certificate.look(plain, lambda _host, _port: pytest.fail("it was asked"))
        assert found(plain, "certificate") == (OK, "none")


class TestTheDisk:
    GB = 10**9

    @pytest.mark.parametrize(
        ("readings", "free", "days"),
        [
            pytest.param([], 50 * GB, None, id="nothing-known"),
            pytest.param([(2, 90)], 50 * GB, None, id="too-short-a-time"),
            pytest.param([(10, 50)], 60 * GB, None, id="it-gets-emptier"),
            pytest.param([(10, 60), (1, 30)], 50 * GB, 49, id="a-gigabyte-a-day"),
            pytest.param([(10, 60)], GB // 10, 0, id="full"),
        ],
    )
    def test_it_is_told_when_it_will_be_full(
        self, node: Node, readings: list[tuple[int, int]], free: int, days: int | None
    ) -> None:
        known = [Reading(checks.DISK, node.now - ago * DAY_S, gigabytes * self.GB) for ago, gigabytes in readings]
        assert checks.days_left(known, free, node.now) == days

    def test_it_is_measured_once_a_day_and_said_when_it_fills(self, node: Node) -> None:
        free = backups.free_bytes(node.settings.home)
        for _ in range(3):
            watch.watch(node)
        with node.database.write() as tx:
            assert len(measured.every(tx, checks.DISK)) == 1
            measured.keep(tx, Reading(checks.DISK, node.now - 10 * DAY_S, 100 * free), 9)
        if free > checks.LITTLE_BYTES:
            assert found(node, "disk") == (LOOK, "filling")


class TestMail:
    def wait(self, node: Node, tried_s_ago: int) -> None:
        with node.database.write() as tx:
            mail = Mail(key="a", topic="a", recipient="a@b.example", message="x", made_at=0, due_at=node.now)
            outbox.add(tx, mail)
            (claimed,) = outbox.claim(tx, node.now, 60, 1)
            outbox.postpone(tx, claimed, node.now - tried_s_ago, node.now + 60, "the server is away")

    def test_that_is_not_set_up_is_said(self, node: Node) -> None:
        assert found(node, "mail") == (LOOK, "off")
        assert found(changed(node, mail_capture=True), "mail") == (LOOK, "captured")

    @pytest.mark.parametrize(
        ("ago", "expected"),
        [pytest.param(60, (LOOK, "late"), id="once"), pytest.param(5 * 3600, (BROKEN, "stuck"), id="for hours")],
    )
    def test_that_does_not_go(self, node: Node, ago: int, expected: tuple[str, str]) -> None:
        mailing = changed(node, smtp_host="mail.example", mail_from="a@b.example")
        assert found(mailing, "mail") == (OK, "ok")
        self.wait(mailing, ago)
        assert found(mailing, "mail") == expected
        assert "the server is away" in words.told(checks.look(mailing, ["mail"])[0], str).what

    def test_whose_password_others_may_read(self, node: Node) -> None:
        path = node.settings.home / "smtp"
        path.write_text("secret")
        path.chmod(0o644)
        open_ = changed(node, smtp_host="m.example", mail_from="a@b.example", smtp_user="a", smtp_password_file="smtp")
        assert found(open_, "mail") == (BROKEN, "no-password")


class TestTheMailServer:
    def test_is_asked_before_a_mail_has_to_wait(self, node: Node) -> None:
        with MailServer() as server:
            place = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none"}
            mailing = changed(node, mail_from="a@b.example", **place)
            server.greeting = "421 closed for the night"
            assert postman.knock(mailing)
            assert found(mailing, "mail") == (LOOK, "away")
            assert "closed for the night" in words.told(checks.look(mailing, ["mail"])[0], str).what
            server.greeting = "220 here again"
            assert postman.knock(mailing)
            assert found(mailing, "mail") == (OK, "ok")
            assert not postman.knock(mailing)
            clock_of(node).pass_by(hours=1)
            assert postman.knock(mailing)
            assert server.taken == []

    def test_is_not_asked_where_there_is_none(self, node: Node) -> None:
        assert not postman.knock(node)
        assert not postman.knock(changed(node, smtp_host="127.0.0.1", mail_from="a@b.example", mail_capture=True))


class TestMessages:
    @pytest.mark.parametrize(
        ("hours", "expected"),
        [pytest.param(1, (LOOK, "late"), id="for an hour"), pytest.param(25, (BROKEN, "stuck"), id="for a day")],
    )
    def test_that_do_not_arrive_are_named(self, node: Node, hours: int, expected: tuple[str, str]) -> None:
        assert found(node, "messages") == (OK, "ok")
        self.postpone(node)
        clock_of(node).pass_by(hours=hours)
        assert found(node, "messages") == expected
        said = words.told(checks.look(node, ["messages"])[0], str).what
        assert "https://club.example/" in said
        assert "no route to host" in said

    def test_that_were_given_up_are_named_for_a_week_more(self, node: Node) -> None:
        self.postpone(node)
        with node.database.write() as tx:
            (claimed,) = messages.claim(tx, node.now, 60, 1)
            messages.settle(tx, claimed, messages.FAILED, "no route to host")
        assert found(node, "messages") == (LOOK, "failed")
        clock_of(node).pass_by(days=15)
        assert found(node, "messages") == (OK, "ok")

    def postpone(self, node: Node) -> None:
        with node.database.write() as tx:
            messages.add(tx, "urn:uuid:1", "https://club.example/", "", "message", "{}", node.now)
            (claimed,) = messages.claim(tx, node.now, 60, 1)
            messages.postpone(tx, claimed, node.now, "no route to host")


def test_a_secret_that_others_may_read_is_broken(node: Node) -> None:
    path = node.settings.home / SECRET_FILE
    path.chmod(0o640)
    assert found(node, "secrets") == (BROKEN, "open")
    path.chmod(0o600)
    path.write_text("3f9a")
    assert found(node, "secrets") == (BROKEN, "short")
    path.unlink()
    assert found(node, "secrets") == (BROKEN, "missing")


def test_a_database_that_others_may_read_is_looked_at_where_they_can_reach_it(node: Node) -> None:
    file = node.settings.home / "sharefeed.sqlite"
    file.chmod(0o644)
    assert found(node, "secrets") == (LOOK, "names")
    node.settings.home.chmod(0o700)
    assert found(node, "secrets") == (OK, "ok")
    node.settings.home.chmod(0o755)
    file.chmod(0o600)
    assert found(node, "secrets") == (OK, "ok")


def test_a_key_that_cannot_be_used_is_broken(node: Node) -> None:
    assert found(node, "secrets") == (OK, "ok")
    (node.settings.home / KEY_FILE).chmod(0o644)
    assert found(node, "secrets") == (BROKEN, "key")


def test_a_search_that_is_not_there_yet_is_looked_at(node: Node) -> None:
    assert found(node, "search") == (OK, "none")
    assert found(changed(node, aggregate=True), "search") == (LOOK, "building")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(b'{"id": "https://share.example.org/"}', (OK, "ok"), id="us"),
        pytest.param(b'{"id": "https://other.example/"}', (BROKEN, "unreachable"), id="another node"),
        pytest.param(b"<html>", (BROKEN, "unreachable"), id="no document"),
        pytest.param(b"[]", (BROKEN, "unreachable"), id="another document"),
        pytest.param(OSError("no route to host"), (BROKEN, "unreachable"), id="nobody"),
    ],
)
def test_our_own_address_is_asked_as_others_have_to(node: Node, answer: bytes | OSError, expected: object) -> None:
    asked: list[str] = []

    def ask(url: str) -> bytes:
        asked.append(url)
        if isinstance(answer, OSError):
            raise answer
        return answer

    assert found(node, "address") == (OK, "unknown")
    watch.ask_ourselves(node, ask)
    assert asked == [f"{URL}.well-known/sharefeed.json"]
    assert found(node, "address") == expected


def test_a_database_that_cannot_be_written_is_broken_and_the_rest_is_still_seen(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    with node.database.write() as tx:
        tx.exec_driver_sql("DROP TABLE heartbeats")
    seen = {one.code: (one.state, one.reason) for one in checks.look(node)}
    assert seen["database"] == (BROKEN, "unwritable")
    assert seen["worker"] == (BROKEN, "unseen")
    assert seen["secrets"] == (OK, "ok")


def test_a_database_of_a_newer_version_is_said_to_be_so(node: Node) -> None:
    with node.database.write() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert found(node, "database") == (BROKEN, "newer")


def with_pragma(node: Node, pragma: str) -> None:
    """Let every connection of the node have this from now on."""

    def prepare(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA {pragma}")

    event.listen(node.database.engine, "connect", prepare)
    node.database.engine.dispose()


def test_a_database_that_can_only_be_read_is_said_to_be_so(node: Node) -> None:
    with_pragma(node, "query_only=ON")
    assert found(node, "database") == (BROKEN, "read-only")


def test_a_database_that_another_program_holds_is_said_to_be_so(node: Node) -> None:
    with_pragma(node, "busy_timeout=20")
    with closing(sqlite3.connect(node.settings.home / "sharefeed.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert found(node, "database") == (BROKEN, "busy")


class TestWhoReads:
    @pytest.mark.parametrize(
        ("agent", "node_url"),
        [
            pytest.param(CITY, "https://city.example/", id="a node"),
            pytest.param("sharefeed/0.1 (+https://city.example/board)", "https://city.example/board/", id="a folder"),
            pytest.param("Mozilla/5.0 (X11; Linux)", None, id="a browser"),
            pytest.param("sharefeed/1.0 (+javascript:alert(1))", None, id="a script"),
            pytest.param("sharefeed/1.0 (+https://a:b@city.example/)", None, id="with a password"),
            pytest.param("sharefeed/1.0 (+https://city.example/?who=anna)", None, id="with a name in it"),
            pytest.param("sharefeed/1.0 (+https://city.example/) " + "x" * 5000, None, id="with more behind"),
            pytest.param("sharefeed/1.0 (+https://[city/)", None, id="no address"),
        ],
    )
    def test_only_a_node_has_a_name(self, agent: str, node_url: str | None) -> None:
        assert node_of(agent) == node_url

    def test_is_noted_once_in_ten_minutes_and_after_the_clock_was_put_back(self, node: Node) -> None:
        notebook = Notebook()
        assert notebook.note(node, CITY)
        assert not notebook.note(node, CITY)
        clock_of(node).pass_by(minutes=-30)
        assert notebook.note(node, CITY)
        clock_of(node).pass_by(minutes=10)
        assert notebook.note(node, CITY, "00000000-0000-0000-0000-000000000000.7")
        assert [(one.node_url, one.position) for one in feed_readers.readers(node)] == [("https://city.example/", 7)]

    def test_is_kept_within_bounds(self, node: Node) -> None:
        for number in range(205):
            clock_of(node).pass_by(seconds=1)
            Notebook().note(node, f"sharefeed/1.0 (+https://n{number}.example/)")
        kept = feed_readers.readers(node)
        assert len(kept) == 200
        assert kept[0].node_url == "https://n204.example/"

    def test_gone_quiet_is_said(self, node: Node) -> None:
        assert found(node, "readers") == (OK, "none")
        Notebook().note(node, CITY)
        assert found(node, "readers") == (OK, "ok")
        clock_of(node).pass_by(days=8)
        assert found(node, "readers") == (LOOK, "quiet")


class TestTelling:
    @pytest.fixture
    def mailing(self, node: Node) -> Node:
        accounts.add(node, "Olga", "olga@share.example", operator=True)
        backups.make(node)
        watch.ask_ourselves(node, lambda _: b'{"id": "https://share.example.org/"}')
        return changed(node, mail_capture=True)

    def mails(self, node: Node) -> list[str]:
        with node.database.read() as tx:
            return [mail.message for mail in outbox.captured(tx, 50)]

    def test_is_once_when_it_is_sure_and_once_when_it_is_over(self, mailing: Node) -> None:
        path = mailing.settings.home / SECRET_FILE
        path.chmod(0o644)
        assert watch.watch(mailing) == 0
        assert watch.watch(mailing) == 1
        assert [watch.watch(mailing) for _ in range(3)] == [0, 0, 0]
        (one,) = checks.look(mailing, ["secrets"])
        assert one.amiss_since == mailing.now
        assert checks.count_broken(mailing) == 1
        clock_of(mailing).pass_by(minutes=5)
        watch.beat(mailing)
        path.chmod(0o600)
        assert watch.watch(mailing) == 1
        assert watch.watch(mailing) == 0
        assert checks.count_broken(mailing) == 0
        well, broken = self.mails(mailing)
        assert "Something is broken" in broken
        assert "chmod 600" in broken
        assert "Well again" in well

    def test_nobody_is_written_to_of_what_was_over_at_the_next_look(self, mailing: Node) -> None:
        path = mailing.settings.home / SECRET_FILE
        path.chmod(0o644)
        watch.watch(mailing)
        path.chmod(0o600)
        assert watch.watch(mailing) == 0
        assert self.mails(mailing) == []

    def test_a_database_that_takes_nothing_is_told_past_it_once_and_when_it_is_well(
        self, node: Node, caplog: pytest.LogCaptureFixture
    ) -> None:
        accounts.add(node, "Olga", "olga@share.example", operator=True)
        with MailServer() as server:
            place = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none"}
            watcher = watch.Watcher(changed(node, mail_from="post@share.example", **place))
            watcher.look()
            with_pragma(node, "query_only=ON")
            for _ in range(4):
                with pytest.raises(StorageError):
                    watcher.look()
            [told] = server.taken
            assert told.recipient == "olga@share.example"
            assert "Something is broken" in told.message["Subject"]
            assert "can only be read" in str(told.message.get_body(("plain",)))
            assert [record.getMessage() for record in caplog.records if "broken: Database" in record.getMessage()]
            with_pragma(node, "query_only=OFF")
            watcher.look()
            watcher.look()
            assert ["Well again" in taken.message["Subject"] for taken in server.taken] == [False, True]

    def test_it_can_be_turned_off(self, mailing: Node) -> None:
        (mailing.settings.home / SECRET_FILE).chmod(0o644)
        silent = changed(mailing, health_mails=False)
        assert [watch.watch(silent) for _ in range(3)] == [0, 0, 0]


@pytest.mark.parametrize("key", sorted(words._WORDS))
def test_what_is_amiss_says_what_it_means_and_what_to_do(key: str) -> None:
    what, means, following = words._WORDS[key]
    assert bool(means) == bool(following)
    assert what.endswith(".") or "%(problem)s" in what
    assert not any(sentence.endswith("!") for sentence in (what, means, following))


def test_unseen_parts_have_words_too() -> None:
    assert words.told(Finding("mail", BROKEN, "unseen", {"problem": "x"}), str).what.endswith("x")
    assert words.whole([], str) == "Everything is working."
