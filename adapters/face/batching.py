"""Frames of many presentations, a bounded queue, a few workers that take what is waiting as one batch.

The queue is short on purpose: a gate that waits longer than a person does is worse than one that says "busy".
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import Generic, TypeVar

from access.domain.errors import ExternalSystemError

J = TypeVar("J")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[J, R]):
    job: J
    answer: Future[R]


class Batcher(Generic[J, R]):
    """Runs jobs through `run` in batches.

    Args:
        run: answers a batch in order; called by several threads.
        workers: threads, one a core.
        max_batch: most jobs taken at once.
        max_waiting: jobs in the queue beyond which new ones are refused.
        timeout_s: how long a caller waits for all of its answers.
        prepare: run once in each worker; the constructor waits for it and raises what it raised.
    """

    def __init__(
        self,
        run: Callable[[Sequence[J]], Sequence[R]],
        workers: int,
        max_batch: int,
        max_waiting: int,
        timeout_s: float,
        prepare: Callable[[], None],
    ) -> None:
        self._run = run
        self._workers = workers
        self._max_batch = max_batch
        self._max_waiting = max_waiting
        self._timeout_s = timeout_s
        self._waiting: queue.SimpleQueue[_Waiting[J, R] | None] = queue.SimpleQueue()
        self._room = threading.Lock()
        self._threads = [
            threading.Thread(target=self._work, args=(n,), name=f"face-{n}", daemon=True) for n in range(workers)
        ]
        self._prepare = prepare
        self._ready: list[Future[None]] = [Future() for _ in self._threads]
        for thread in self._threads:
            thread.start()
        for ready in self._ready:
            ready.result()

    def __call__(self, jobs: Sequence[J]) -> list[R]:
        """Answers in order.

        Raises:
            ExternalSystemError: ``face.busy`` at once when the queue is full, ``face.timeout`` when it took
                too long; whatever `run` raised.
        """
        items: list[_Waiting[J, R]] = [_Waiting(job, Future()) for job in jobs]
        with self._room:
            if self._waiting.qsize() + len(items) > self._max_waiting:
                raise ExternalSystemError("face.busy", "the face queue is full")
            for item in items:
                self._waiting.put(item)
        until = time.monotonic() + self._timeout_s
        try:
            return [item.answer.result(max(0.0, until - time.monotonic())) for item in items]
        except FutureTimeoutError as error:
            raise ExternalSystemError("face.timeout", "the face queue took too long") from error
        finally:
            for item in items:
                item.answer.cancel()  # what nobody waits for any more is not begun

    def waiting(self) -> int:
        """Jobs that no worker has taken yet."""
        return self._waiting.qsize()

    def close(self) -> None:
        """Finish what is waiting, then stop the workers."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join(self._timeout_s)

    def _work(self, number: int) -> None:
        try:
            self._prepare()
        except Exception as error:
            self._ready[number].set_exception(error)
            return
        self._ready[number].set_result(None)
        while (first := self._waiting.get()) is not None:
            batch = self._batch(first)
            if batch:
                self._answer(batch)

    def _batch(self, first: _Waiting[J, R]) -> list[_Waiting[J, R]]:
        """What waits now, shared between the workers, at most `max_batch`; given-up jobs are dropped."""
        share = min(self._max_batch, 1 + self._waiting.qsize() // self._workers)
        batch = [first]
        while len(batch) < share:
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                break
            if item is None:  # closing: leave the mark for the next worker
                self._waiting.put(None)
                break
            batch.append(item)
        return [item for item in batch if item.answer.set_running_or_notify_cancel()]

    def _answer(self, batch: list[_Waiting[J, R]]) -> None:
        try:
            answers = self._run([item.job for item in batch])
        except Exception as error:
            if len(batch) == 1:
                batch[0].answer.set_exception(error)
                return
            for item in batch:  # one job may have spoilt it for the others, who belong to other people: each alone
                self._answer([item])
            return
        for item, answer in zip(batch, answers, strict=True):
            item.answer.set_result(answer)
