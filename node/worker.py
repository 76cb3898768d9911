"""The worker's clock: what a node does by itself, and how often.

APScheduler only fires; what is due, and who does it, stands in the database. Several workers on one database therefore
share the work, and one that dies loses nothing but its leases.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event, Thread
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from node.context import Node
from node.tasks import Tasks

HOUR_S = 3600
SOON_S, APART_S = 120, 5
"""After so long what is done once an hour or a day is done for the first time, and so long apart from each other."""
IMPORT_EVERY_S = 3
"""How often it is asked whether an import waits to be gone on with."""
COPY_EVERY_S = 5
"""How often it is asked whether a photograph that an import named waits to be fetched."""
FOLLOW_EVERY_S = 0.5
STORIES_EVERY_S = 10
"""How often it is asked whether the stories of a source are due."""
MESSAGES_EVERY_S = 1.0
"""How often it is asked whether a message to another node waits to be sent: somebody looks at a screen meanwhile.

What a process sends that has a worker in it is sent at once; what others put there waits for the next look.
"""
LOOK_AT_CLOCK_S, STEP_S = 5.0, 1.0
"""How often it is asked whether the clock was put back, and from when on that matters."""
BACK_UP_EVERY_S = 600
"""How often it is asked whether the day's backup is due."""


def start(node: Node) -> Callable[[], None]:
    """Start the clock in the background; what is returned stops it, and waits for what is being done."""
    clock = Clock()
    closers = publisher_jobs(clock, node)
    if node.settings.aggregate:
        closers += _aggregator_jobs(clock, node)
    clock.scheduler.start()

    def stop() -> None:
        node.lines.end()
        clock.stop()
        for close in closers:
            close()

    return stop


def follow(node: Node) -> Callable[[], None]:
    """Keep the search index in this machine's home in step, and nothing else: for `sharefeed web` without a worker.

    Where a worker on the same home writes the index already, this one finds it locked and leaves it alone.
    """
    from node.search.keeping import IndexKeeper

    clock, keeper = Clock(), IndexKeeper(node)
    clock.every(FOLLOW_EVERY_S, keeper.catch_up)
    clock.scheduler.start()

    def stop() -> None:
        clock.stop()
        keeper.close()

    return stop


def _ahead() -> float:
    return time.time() - time.monotonic()


class Clock:
    """Fires the tasks of one worker, also while the clock of the machine is put back.

    ``ahead`` says how far that clock is ahead of one that only goes on, in seconds.
    """

    def __init__(self, ahead: Callable[[], float] = _ahead, look_every_s: float = LOOK_AT_CLOCK_S) -> None:
        self.tasks, self.begun = Tasks(), datetime.now(UTC)
        self._ahead, self._known = ahead, ahead()
        self._end_looking = watch_for(Event(), look_every_s, self._look, self.tasks)
        # The default grace of one second would drop every job that a busy moment delays.
        self.scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def every(self, seconds: float, job: Callable[[], Any], at_once: bool = False) -> None:
        """Do something every so many seconds, for the first time then, or ``at_once``.

        What is done once an hour or a day is first done some minutes after the start, one task after the other: a node
        that is started anew each night would never come to it.
        """
        first = timedelta(seconds=0 if at_once else min(seconds, SOON_S + APART_S * len(self.scheduler.get_jobs())))
        self.scheduler.add_job(self.tasks.careful(job), "interval", seconds=seconds, next_run_time=self.begun + first)

    def _look(self) -> None:
        """Where the clock was put back, let every task be due as much earlier: else all wait until it is that late."""
        known, self._known = self._known, self._ahead()
        back = known - self._known
        if back > STEP_S:
            for job in self.scheduler.get_jobs():
                job.modify(next_run_time=job.next_run_time - timedelta(seconds=back))

    def stop(self) -> None:
        self._end_looking()
        self.scheduler.shutdown(wait=True)


def watch_for(asked: Event, seconds: float, job: Callable[[], Any], tasks: Tasks | None = None) -> Callable[[], None]:
    """Do something when ``asked`` is set, and every so many seconds; what is returned ends that, and waits for it.

    With ``tasks``, what it meets is known among them.
    """
    run, ended = (tasks or Tasks()).careful(job), Event()

    def watch() -> None:
        while not ended.is_set():
            asked.wait(seconds)
            asked.clear()
            if not ended.is_set():
                run()

    def end() -> None:
        ended.set()
        asked.set()
        thread.join()

    thread = Thread(target=watch, name="watch", daemon=True)
    thread.start()
    return end


def publisher_jobs(clock: Clock, node: Node) -> list[Callable[[], None]]:
    from node.services.bookings import regular
    from node.services.desk import listings
    from node.services.health import certificate, checks
    from node.services.health import watch as health_watch
    from node.services.identity import invitations
    from node.services.importing import imports, steps
    from node.services.listings import board_reports, expiry, reminders
    from node.services.mail import postman
    from node.services.moving import moves
    from node.services.pictures import fetching, leftovers, unused, uploads

    def expire() -> None:
        while expiry.expire(node):
            pass

    post, watcher = postman.Postman(node), health_watch.Watcher(node)

    def beat() -> None:
        health_watch.beat(node, clock.tasks.failing())

    clock.every(checks.BEAT_EVERY_S, beat, at_once=True)
    clock.every(health_watch.LOOK_EVERY_S, partial(health_watch.ask_ourselves, node), at_once=True)
    clock.every(health_watch.LOOK_EVERY_S, partial(postman.knock, node), at_once=True)
    clock.every(health_watch.LOOK_EVERY_S, watcher.look)
    clock.every(HOUR_S, partial(certificate.look, node))
    clock.every(HOUR_S, partial(board_reports.read_due, node))

    clock.every(60, expire)
    clock.every(6 * HOUR_S, partial(expiry.prune, node))
    clock.every(BACK_UP_EVERY_S, partial(health_watch.back_up, node))
    clock.every(HOUR_S, partial(uploads.tidy, node))
    clock.every(5, post.deliver)
    clock.every(IMPORT_EVERY_S, partial(steps.work, node))
    clock.every(COPY_EVERY_S, partial(fetching.fetch_due, node))
    clock.every(24 * HOUR_S, partial(leftovers.sweep, node))
    clock.every(24 * HOUR_S, partial(unused.tidy, node))
    clock.every(24 * HOUR_S, partial(imports.tidy, node))
    clock.every(HOUR_S, partial(reminders.remind, node))
    clock.every(HOUR_S, partial(moves.finish, node))
    clock.every(HOUR_S, partial(postman.tidy, node))
    clock.every(24 * HOUR_S, partial(listings.tidy, node))
    clock.every(HOUR_S, partial(invitations.tidy, node))
    clock.every(60, partial(regular.each_minute, node))
    clock.every(HOUR_S, partial(regular.each_hour, node))
    clock.every(24 * HOUR_S, partial(regular.each_day, node))
    return _exchange_jobs(clock, node)


def _exchange_jobs(clock: Clock, node: Node) -> list[Callable[[], None]]:
    from node.services.exchanges import chasing
    from node.services.exchanges.people import privacy
    from node.services.messages import sending
    from node.services.moving import brought_receipts
    from node.services.receipts import issue

    def forget() -> None:
        while privacy.purge(node):
            pass
        node.database.wipe()

    courier = sending.Courier(node)
    end_sending = watch_for(node.outgoing, MESSAGES_EVERY_S, courier.dispatch, clock.tasks)
    clock.every(HOUR_S, partial(sending.tidy, node))
    clock.every(60, partial(chasing.chase, node))
    clock.every(HOUR_S, forget)
    clock.every(HOUR_S, partial(issue.issue_missing, node), at_once=True)
    clock.every(HOUR_S, partial(brought_receipts.check_waiting, node))
    return [end_sending, courier.close]


def _aggregator_jobs(clock: Clock, node: Node) -> list[Callable[[], None]]:
    from node.search.keeping import IndexKeeper
    from node.services.aggregating import proposals, sources
    from node.services.aggregating.polling import Poller
    from node.services.alerts import choices as alert_choices
    from node.services.alerts import matches as alert_matches
    from node.services.alerts import news as alert_news
    from node.services.health import other_clocks
    from node.services.moderation import decisions, reporting
    from node.services.pictures import proxy
    from node.services.receipts.harvest import Harvest
    from node.services.stories import harvest as stories

    poller, keeper = Poller(node), IndexKeeper(node)
    harvest = Harvest.of(node, poller.fetcher)

    def expire_foreign() -> None:
        while decisions.expire_foreign(node):
            pass

    def end_alerts() -> None:
        while alert_matches.end_of_gone(node):
            pass

    def tidy() -> None:
        decisions.apply_overdue(node)
        decisions.judge_again(node)
        sources.hide_suspended(node)
        sources.show_resumed(node)
        decisions.forget_old(node)
        proxy.forget_unused(node)
        proposals.forget_people(node)
        reporting.tidy(node)
        alert_choices.tidy(node)

    clock.every(1, poller.start_due)
    clock.every(FOLLOW_EVERY_S, keeper.catch_up)
    clock.every(5, harvest.due)
    clock.every(STORIES_EVERY_S, partial(stories.read_due, node, poller.fetcher))
    clock.every(5, partial(proxy.fetch_wanted, node, poller.fetcher, 8))
    clock.every(15, partial(alert_news.look, node))
    clock.every(60, expire_foreign)
    clock.every(60, end_alerts)
    clock.every(HOUR_S, tidy)
    clock.every(HOUR_S, partial(other_clocks.keep, node, poller.clocks))
    return [poller.close, keeper.close]
