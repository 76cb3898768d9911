"""The worker's clock: what a node does by itself, and how often.

APScheduler only fires; what is due, and who does it, stands in the database. Several workers on one database therefore
share the work, and one that dies loses nothing but its leases.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from node.context import Node
from schemas.errors import SharefeedError

log = logging.getLogger(__name__)

HOUR_S = 3600
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
BACK_UP_EVERY_S = 600
"""How often it is asked whether the day's backup is due."""


def start(node: Node) -> Callable[[], None]:
    """Start the clock in the background; what is returned stops it, and waits for what is being done."""
    scheduler = _scheduler()
    closers = _publisher_jobs(scheduler, node)
    if node.settings.aggregate:
        closers += _aggregator_jobs(scheduler, node)
    scheduler.start()

    def stop() -> None:
        scheduler.shutdown(wait=True)
        for close in closers:
            close()

    return stop


def follow(node: Node) -> Callable[[], None]:
    """Keep the search index in this machine's home in step, and nothing else: for `sharefeed web` without a worker.

    Where a worker on the same home writes the index already, this one finds it locked and leaves it alone.
    """
    from node.search.keeping import IndexKeeper

    scheduler, keeper = _scheduler(), IndexKeeper(node)
    _every(scheduler, FOLLOW_EVERY_S, keeper.catch_up)
    scheduler.start()

    def stop() -> None:
        scheduler.shutdown(wait=True)
        keeper.close()

    return stop


def _scheduler() -> BackgroundScheduler:
    # The default grace of one second would drop every job that a busy moment delays.
    return BackgroundScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )


def _every(scheduler: BackgroundScheduler, seconds: float, job: Callable[[], Any], at_once: bool = False) -> None:
    first = {"next_run_time": datetime.now(UTC)} if at_once else {}
    scheduler.add_job(_careful(job), "interval", seconds=seconds, **first)


def watch_for(asked: Event, seconds: float, job: Callable[[], Any]) -> Callable[[], None]:
    """Do something when ``asked`` is set, and every so many seconds; what is returned ends that, and waits for it."""
    run, ended = _careful(job), Event()

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

    thread = Thread(target=watch, name="messages", daemon=True)
    thread.start()
    return end


def _careful(job: Callable[[], Any]) -> Callable[[], None]:
    """The same, but it never fails: what does is logged."""

    def run() -> None:
        try:
            job()
        except SharefeedError as error:
            # No fault of the program's, and said in a sentence of its own; the next firing tries again.
            log.warning("a regular task failed: %s", error)
        except Exception:
            # The next firing tries again; a clock that stops would stop for ever.
            log.exception("a regular task failed: %s", getattr(job, "__name__", job))

    return run


def _publisher_jobs(scheduler: BackgroundScheduler, node: Node) -> list[Callable[[], None]]:
    from node.services.backup import backups
    from node.services.bookings import regular
    from node.services.desk import listings
    from node.services.health import certificate, checks
    from node.services.health import watch as health_watch
    from node.services.identity import invitations
    from node.services.importing import imports, steps
    from node.services.listings import board_reports, expiry, reminders
    from node.services.mail import postman
    from node.services.moving import moves
    from node.services.pictures import fetching, uploads

    def expire() -> None:
        while expiry.expire(node):
            pass

    def back_up() -> None:
        try:
            backups.make_due(node)
        except SharefeedError as error:
            # No fault of the program's, so no trace of it; it is tried again each time.
            log.warning("%s", error)

    post = postman.Postman(node)

    def watch() -> None:
        health_watch.watch(node)

    _every(scheduler, checks.BEAT_EVERY_S, lambda: health_watch.beat(node), at_once=True)
    _every(scheduler, health_watch.LOOK_EVERY_S, watch)
    _every(scheduler, HOUR_S, lambda: health_watch.ask_ourselves(node))
    _every(scheduler, HOUR_S, lambda: certificate.look(node))
    _every(scheduler, HOUR_S, lambda: board_reports.read_due(node))

    _every(scheduler, 60, expire)
    _every(scheduler, 6 * HOUR_S, lambda: expiry.prune(node))
    _every(scheduler, BACK_UP_EVERY_S, back_up)
    _every(scheduler, HOUR_S, lambda: uploads.tidy(node))
    _every(scheduler, 5, post.deliver)
    _every(scheduler, IMPORT_EVERY_S, lambda: steps.work(node))
    _every(scheduler, COPY_EVERY_S, lambda: fetching.fetch_due(node))
    _every(scheduler, 24 * HOUR_S, lambda: imports.tidy(node))
    _every(scheduler, HOUR_S, lambda: reminders.remind(node))
    _every(scheduler, HOUR_S, lambda: moves.finish(node))
    _every(scheduler, HOUR_S, lambda: postman.tidy(node))
    _every(scheduler, 24 * HOUR_S, lambda: listings.tidy(node))
    _every(scheduler, HOUR_S, lambda: invitations.tidy(node))
    _every(scheduler, 60, lambda: regular.each_minute(node))
    _every(scheduler, HOUR_S, lambda: regular.each_hour(node))
    _every(scheduler, 24 * HOUR_S, lambda: regular.each_day(node))
    return _exchange_jobs(scheduler, node)


def _exchange_jobs(scheduler: BackgroundScheduler, node: Node) -> list[Callable[[], None]]:
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
    end_sending = watch_for(node.outgoing, MESSAGES_EVERY_S, courier.dispatch)
    _every(scheduler, HOUR_S, lambda: sending.tidy(node))
    _every(scheduler, 60, lambda: chasing.chase(node))
    _every(scheduler, HOUR_S, forget)
    _every(scheduler, HOUR_S, lambda: issue.issue_missing(node), at_once=True)
    _every(scheduler, HOUR_S, lambda: brought_receipts.check_waiting(node))
    return [end_sending, courier.close]


def _aggregator_jobs(scheduler: BackgroundScheduler, node: Node) -> list[Callable[[], None]]:
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

    _every(scheduler, 1, poller.start_due)
    _every(scheduler, FOLLOW_EVERY_S, keeper.catch_up)
    _every(scheduler, 5, harvest.due)
    _every(scheduler, STORIES_EVERY_S, lambda: stories.read_due(node, poller.fetcher))
    _every(scheduler, 5, lambda: proxy.fetch_wanted(node, poller.fetcher, 8))
    _every(scheduler, 15, lambda: alert_news.look(node))
    _every(scheduler, 60, expire_foreign)
    _every(scheduler, 60, end_alerts)
    _every(scheduler, HOUR_S, tidy)
    _every(scheduler, HOUR_S, lambda: other_clocks.keep(node, poller.clocks))
    return [poller.close, keeper.close]
