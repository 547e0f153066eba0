"""The store as the rooms above see it: one object, a repository for each thing it keeps."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, text

from reviewbot.store.answers import Answers
from reviewbot.store.browse import Browse
from reviewbot.store.checks import Checks
from reviewbot.store.deliveries import Deliveries
from reviewbot.store.desk import Desk
from reviewbot.store.detail import Detail
from reviewbot.store.drafts import Drafts
from reviewbot.store.figures import Figures
from reviewbot.store.jobs import Jobs
from reviewbot.store.latest import Latest
from reviewbot.store.marks import Marks
from reviewbot.store.migrate import check_schema, upgrade
from reviewbot.store.pace import Pace
from reviewbot.store.retention import Retention
from reviewbot.store.reviews import Reviews
from reviewbot.store.series import SeriesShelf
from reviewbot.store.sessions import Sessions, open_engine
from reviewbot.store.tokens import Tokens
from reviewbot.store.trends import Trends
from reviewbot.store.workers import Workers


class Store:
    """All that the service remembers. Threads may share one; each method is a transaction.

    Every method raises StoreUnusable where the database does not answer.
    """

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self.series = SeriesShelf(sessions)
        self.reviews = Reviews(sessions)
        self.drafts = Drafts(sessions)
        self.deliveries = Deliveries(sessions)
        self.answers = Answers(sessions)
        self.checks = Checks(sessions)
        self.jobs = Jobs(sessions)
        self.workers = Workers(sessions)
        self.pace = Pace(sessions)
        self.marks = Marks(sessions)
        self.figures = Figures(sessions)
        self.retention = Retention(sessions)
        self.tokens = Tokens(sessions)
        self.browse = Browse(sessions)
        self.detail = Detail(sessions)
        self.desk = Desk(sessions)
        self.latest = Latest(sessions)
        self.trends = Trends(sessions)

    @classmethod
    def open(cls, url: str) -> Store:
        """Opens the database, as `reviewbot migrate` left it. Raises StoreUnusable."""
        return cls._opened(url, check_schema)

    @classmethod
    def create(cls, url: str) -> Store:
        """Opens the database and brings its tables up to date. Raises StoreUnusable."""
        return cls._opened(url, upgrade)

    @classmethod
    def _opened(cls, url: str, prepare: Callable[[Engine], None]) -> Store:
        store = cls(Sessions(open_engine(url)))
        try:
            prepare(store.sessions.engine)
        except BaseException:
            store.close()
            raise
        return store

    def responds(self) -> None:
        """Asks the database for a sign of life; raises StoreUnusable where there is none."""
        with self.sessions.reading() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        self.sessions.engine.dispose()
