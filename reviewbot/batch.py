"""Many requests in a few processes: one answer a line, as each is ready.

Workers are forked once the rules are loaded. A worker that dies (out of memory, a crash in a
library) costs the one request that it had, and is replaced.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess

import reviewbot.sources.series  # noqa: F401  # slow to load (b4): once, before the fork
from reviewbot.errors import BadInput, Failed
from reviewbot.model import Review
from reviewbot.pipeline import Request, Reviewer
from reviewbot.report.json import document

_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of output, and whether it has new findings."""

    line: str
    news: bool = False


@dataclass(slots=True)
class _Worker:
    """A process, our end of its pipe, and the request that it is at."""

    process: ForkProcess
    pipe: Connection
    line: bytes


def answers(requests: bytes, reviewer: Reviewer, jobs: int) -> Generator[Answer, None, None]:
    """Answers each line of `requests`, in any order; closing the iterator ends the work."""
    waiting = (line for line in requests.split(b"\n") if line.strip())
    workers = [_started(reviewer, line) for line in islice(waiting, jobs)]
    try:
        while workers:
            for pipe in wait([worker.pipe for worker in workers]):
                worker = next(each for each in workers if each.pipe is pipe)
                yield _received(worker)
                workers.remove(worker)
                line = next(waiting, None)
                if line is None:
                    _stop(worker)
                else:
                    workers.append(_again(worker, reviewer, line))
    finally:
        for worker in workers:
            _stop(worker)


def answer(line: bytes, reviewer: Reviewer) -> Answer:
    """Answers one request; whatever goes wrong becomes its answer."""
    start = time.perf_counter()
    values: Mapping[str, object] = {}
    try:
        values = _values(line)
        reviews = reviewer.review(_request(values))
        said = _reports(reviews)
    except (Exception, SystemExit) as error:  # a library may try to end the process
        return Answer(_error(values, start, error))
    return Answer(_line(values, start, said), any(review.has_news for review in reviews))


def _values(line: bytes) -> Mapping[str, object]:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"not JSON: {error}; a request is one object a line") from error
    if not isinstance(values, dict):
        raise BadInput('not a request: write {"id", "source", "tree"}')
    return values


def _request(values: Mapping[str, object]) -> Request:
    source, tree = values.get("source"), values.get("tree")
    if not isinstance(source, str):
        raise BadInput("the request's source is not text: name a Message-ID or a file")
    if not (tree is None or isinstance(tree, str)):
        raise BadInput("the request's tree is neither text nor null: name a folder")
    return Request(source, tree)


def _reports(reviews: Sequence[Review]) -> dict[str, object]:
    """A source with several series has the others' reports under `more`."""
    first, *more = [document(review) for review in reviews]
    return {"report": first, "more": more} if more else {"report": first}


def _line(values: Mapping[str, object], start: float, said: Mapping[str, object]) -> str:
    seconds = round(time.perf_counter() - start, 4)
    return json.dumps({"id": values.get("id"), "seconds": seconds, **said})


def _error(values: Mapping[str, object], start: float, error: BaseException) -> str:
    message = " ".join(str(error).split())
    return _line(values, start, {"error": {"type": type(error).__name__, "message": message}})


def _started(reviewer: Reviewer, line: bytes) -> _Worker:
    ours, theirs = _FORK.Pipe()
    process = _FORK.Process(target=_work, args=(theirs, reviewer), daemon=True)
    process.start()
    theirs.close()  # so that the end of the process ends the pipe
    ours.send(line)
    return _Worker(process, ours, line)


def _work(pipe: Connection, reviewer: Reviewer) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted, and ends us
    while True:
        try:
            line = pipe.recv()
        except EOFError:
            return
        pipe.send(answer(line, reviewer))


def _received(worker: _Worker) -> Answer:
    try:
        received = worker.pipe.recv()
    except (EOFError, OSError):
        worker.process.join()
        status = worker.process.exitcode
        died = Failed(f"the process that reviewed it ended with status {status}; report the mail")
        return Answer(_error(_values_or_none(worker.line), time.perf_counter(), died))
    assert isinstance(received, Answer)
    return received


def _values_or_none(line: bytes) -> Mapping[str, object]:
    try:
        return _values(line)
    except BadInput:
        return {}


def _again(worker: _Worker, reviewer: Reviewer, line: bytes) -> _Worker:
    """The same worker with its next request, or a new one in the place of a dead one."""
    try:
        worker.pipe.send(line)
    except OSError:
        _stop(worker)
        return _started(reviewer, line)
    return _Worker(worker.process, worker.pipe, line)


def _stop(worker: _Worker) -> None:
    worker.pipe.close()
    worker.process.terminate()
    worker.process.join()
