"""A process that does reviews: takes work, says that it is alive, takes over from the dead."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from datetime import timedelta
from urllib.parse import urlsplit

from dbos import DBOS, DBOSConfig

from reviewbot.config import Settings
from reviewbot.config.settings import xdg
from reviewbot.jobs import names
from reviewbot.jobs.checking import Checking
from reviewbot.jobs.delivering import Delivering
from reviewbot.jobs.listening import Listening
from reviewbot.jobs.queue import Queue
from reviewbot.jobs.reviewing import Reviewing
from reviewbot.jobs.sending import Sending
from reviewbot.jobs.steps import Steps
from reviewbot.jobs.sweep import Sweep, Sweeper
from reviewbot.jobs.telling import Telling
from reviewbot.jobs.threads import Threads
from reviewbot.jobs.tidying import Tidying
from reviewbot.outbox.channels import open_channel
from reviewbot.outbox.patchwork import open_patchwork
from reviewbot.pipeline import Reviewer
from reviewbot.store.store import Store

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
BEATS = 4
"""A worker is heard of this often before it counts as lost."""
SHUTDOWN_SECONDS = 10
WAKE_SECONDS = 1.0
SENT_AT_ONCE = 4
"""Mails by one worker, checks that it sets, threads that it reads; of one list one by one."""


class Worker:
    """This process as a worker. DBOS knows one per process, so there is one of these."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._place = f"{socket.gethostname()}:{os.getpid()}"
        self.id = f"{self._place}:{secrets.token_hex(4)}"
        self._lost_after = settings.service.worker_lost_seconds
        self._stopping = threading.Event()
        self._heart = threading.Thread(target=self._beat_on, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begins to take work; returns at once."""
        DBOS(config=_configuration(self._store, self.id))
        reviewer = Reviewer.load(self._settings)
        steps = Steps(self._settings, self._store, reviewer)
        delivering = self._delivering(reviewer)
        checking = self._checking()
        first_wait = self._settings.service.look_again_seconds
        Reviewing(steps, checking, Telling(checking), first_wait)
        Sending(delivering, Listening(Threads(self._settings, self._store, reviewer)))
        self._queue = Queue(self._store, reviewer.rule_set)
        sweep = Sweep(self._settings, self._store, self._queue, steps, delivering)
        tidying = Tidying(self._settings, self._store, self._queue)
        every = self._settings.service.sweep_seconds
        self._sweeper = Sweeper(sweep, tidying, self._store, every)
        self._store.workers.beat(self.id, self._place)
        DBOS.launch()
        self._register_queues()
        self._take_over()
        self._heart.start()
        self._sweeper.start()
        log.info("worker started", extra={"worker": self.id})

    def wait(self) -> None:
        """Returns when somebody has asked this worker to stop."""
        # A signal that another thread of ours gets is handled when this one wakes up.
        while not self._stopping.wait(WAKE_SECONDS):
            pass

    def ask_to_stop(self) -> None:
        """Ends `wait`; may be called by a signal's handler."""
        self._stopping.set()

    def stop(self) -> None:
        """Ends: what is at work may finish, for some seconds; the rest goes to others."""
        self._stopping.set()
        self._heart.join()
        self._sweeper.stop()
        self._queue.close()
        DBOS.destroy(workflow_completion_timeout_sec=SHUTDOWN_SECONDS)
        self._store.workers.leave(self.id)
        log.info("worker stopped", extra={"worker": self.id})

    def _register_queues(self) -> None:
        """No list takes all places of a worker: one with a slow archive would hold up the rest."""
        service = self._settings.service
        of_one_list = max(service.reviews_at_once - 1, 1)
        for queue in (names.FETCH_QUEUE, names.REVIEW_QUEUE):
            DBOS.register_queue(
                queue,
                worker_concurrency=service.reviews_at_once,
                partition_concurrency=service.reviews_a_list,
                partition_worker_concurrency=min(service.reviews_a_list, of_one_list),
                polling_interval_sec=POLL_SECONDS,
                on_conflict="always_update",
            )
        for queue in (names.SEND_QUEUE, names.TELL_QUEUE, names.LISTEN_QUEUE):
            DBOS.register_queue(
                queue,
                worker_concurrency=SENT_AT_ONCE,
                partition_concurrency=1,
                polling_interval_sec=POLL_SECONDS,
                on_conflict="always_update",
            )

    def _delivering(self, reviewer: Reviewer) -> Delivering:
        settings, store = self._settings, self._store
        state_dir = xdg("XDG_STATE_HOME", ".local/state")
        channel = open_channel(settings.outbox, settings.mail_address, state_dir)
        pause = 1 / settings.service.archive_rate

        def archive_has(message_id: str, archive: str) -> bool:
            return reviewer.archive_has(message_id, archive, store.pace.turn, pause)

        return Delivering(settings, store, channel, archive_has)

    def _checking(self) -> Checking:
        settings, pace = self._settings, self._store.pace

        def wait(url: str) -> None:
            time.sleep(pace.turn(urlsplit(url).netloc, 1 / settings.service.archive_rate))

        return Checking(
            settings, self._store, open_patchwork(settings.outbox, settings.contact, wait)
        )

    def _beat_on(self) -> None:
        while not self._stopping.wait(self._lost_after / BEATS):
            try:
                self._store.workers.beat(self.id, self._place)
                self._take_over()
            except Exception:  # a database that is away for a while must not end the worker
                log.exception("no heartbeat")

    def _take_over(self) -> None:
        """Puts back into the queue what lost workers had begun; finished steps stay done."""
        for lost in self._store.workers.lost(timedelta(seconds=self._lost_after)):
            # DBOS does not tell who is dead, and has no public word for this call. Two workers
            # may both make it: what one has put back is no longer the dead one's.
            found = DBOS._recover_pending_workflows([lost])
            self._store.workers.forget(lost)
            log.warning("took over from a lost worker", extra={"worker": lost, "jobs": len(found)})


def _configuration(store: Store, worker_id: str) -> DBOSConfig:
    engine = store.sessions.engine
    return {
        "name": names.APPLICATION,
        "application_version": names.VERSION,
        "executor_id": worker_id,
        "system_database_url": engine.url.render_as_string(hide_password=False),
        "system_database_engine": engine,
        "log_level": "WARNING",
    }
