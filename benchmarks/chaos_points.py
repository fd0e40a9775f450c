"""The moments at which a driver can be made to die: its own methods, wrapped from outside."""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import random
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from chaos_venues import Venue

from fluxtui.domain.endpoint import TrainingEndpoint
from fluxtui.domain.jobs import Job, JobState
from fluxtui.providers.registry import provider_hosts

LONGEST_MOMENT = 0.02
"""Within so many seconds of its begin something on its way is broken off."""

Concerns = Callable[[tuple[Any, ...], Any], bool]


@dataclass(frozen=True)
class Point:
    """A moment of dying.

    Attributes:
        target: `module:name` or `module:Class.name` of what is called then.
        when: before the call, after it, or while it is under way.
        concerns: tells from the arguments, and after the call from the result, whether the call counts.
    """

    target: str
    when: Literal["before", "during", "after"]
    concerns: Concerns = lambda arguments, result: True


def _writes(state: JobState) -> Concerns:
    return lambda arguments, result: arguments[1].state is state


def _moved(state: JobState) -> Concerns:
    return lambda arguments, result: isinstance(result, Job) and result.state is state


def _prepares_training(arguments: tuple[Any, ...], _: Any) -> bool:
    return isinstance(arguments[1], TrainingEndpoint)


def _orders_training(arguments: tuple[Any, ...], _: Any) -> bool:
    return isinstance(arguments[1].request, TrainingEndpoint)


def _has_begun(_: tuple[Any, ...], result: Any) -> bool:
    return result is not None


_EVENT = "fluxtui.services.journal.jobs:write_event"
_BEGIN = "fluxtui.services.journal.jobs:JobStore.begin"
_MOVE = "fluxtui.services.journal.jobs:JobStore.move"
_FINISH = "fluxtui.services.journal.pictures:PictureStore.finish"
_PUT = "fluxtui.services.journal.finetunes:FinetuneStore.put"
_FETCH = "fluxtui.services.jobs.finetunes:fetch_weights"
_DOWNLOAD = "fluxtui.api.service:APIService.download"
_KEEP = "fluxtui.services.storage.service:StorageService.keep"

_PROVIDER = "{provider}"
"""Begins what stands for a method of the venue's provider."""

_POINTS = {
    "order written, not committed": Point(_EVENT, "before", _writes(JobState.DRAFT)),
    "submitting written, not committed": Point(_EVENT, "before", _writes(JobState.SUBMITTING)),
    "submitting committed": Point(_BEGIN, "after", _has_begun),
    "upload of pictures on its way": Point(f"{_PROVIDER}.prepare", "during", _prepares_training),
    "POST about to leave": Point(f"{_PROVIDER}.order", "before"),
    "POST on its way": Point(f"{_PROVIDER}.order", "during"),
    "POST answered": Point(f"{_PROVIDER}.order", "after"),
    "training answered": Point(f"{_PROVIDER}.order", "after", _orders_training),
    "acceptance written, not committed": Point(_EVENT, "before", _writes(JobState.WAITING)),
    "acceptance committed": Point(_MOVE, "after", _moved(JobState.WAITING)),
    "poll on its way": Point(f"{_PROVIDER}.status", "during"),
    "poll answered": Point(f"{_PROVIDER}.status", "after"),
    "collecting committed": Point(_MOVE, "after", _moved(JobState.COLLECTING)),
    "download on its way": Point(_DOWNLOAD, "during"),
    "download complete": Point(_DOWNLOAD, "after"),
    "place chosen, before the rename": Point(_KEEP, "before"),
    "within the rename": Point("os:link", "after"),
    "after the rename": Point(_KEEP, "after"),
    "done written, not committed": Point(_EVENT, "before", _writes(JobState.DONE)),
    "done committed": Point(_FINISH, "after"),
    "weights on their way": Point(_FETCH, "during"),
    "weights in their place, before their finetune": Point(_FETCH, "after"),
    "finetune saved, before done": Point(_PUT, "after"),
    "doubt noted": Point(_MOVE, "after", _moved(JobState.IN_DOUBT)),
    "job found again, before adoption": Point("fluxtui.services.jobs.doubt:adopt", "before"),
}
"""By the name under which a death is counted."""

_UPLOADED = ("upload of pictures on its way",)
_FETCHED = ("weights on their way", "weights in their place, before their finetune")
_FOUND = ("job found again, before adoption",)
RARE = (*_UPLOADED, "training answered", *_FETCHED, "finetune saved, before done", *_FOUND)
"""Mostly trainings come to these, and of them there are few."""


def points(venue: Venue) -> tuple[str, ...]:
    """Return the names of the moments that come at a venue."""
    absent = [] if venue.sends_files else [*_UPLOADED, *_FETCHED]
    absent += [] if venue.abilities.finds else _FOUND
    return tuple(name for name in _POINTS if name not in absent)


def die_at(name: str, turn: int, note: Path, venue: Venue) -> None:
    """Let this process end as by `kill -9` when a moment has come for the `turn`-th time."""
    point = _POINTS[name]
    target = point.target.replace(_PROVIDER, provider_hosts(venue.id).maker)
    module, _, path = target.partition(":")
    *owners, attribute = path.split(".")
    owner: Any = importlib.import_module(module)
    for part in owners:
        owner = getattr(owner, part)
    original = getattr(owner, attribute)
    end = _End(name, turn, note)
    wrap = _wrapped_async if inspect.iscoroutinefunction(original) else _wrapped
    setattr(owner, attribute, wrap(original, point, end))


class _End:
    """Counts until the time has come, then writes down why and kills this process."""

    def __init__(self, name: str, turn: int, note: Path) -> None:
        self._name, self._left, self._note = name, turn, note
        self._lock = threading.Lock()

    def is_now(self) -> bool:
        with self._lock:
            self._left -= 1
            return self._left <= 0

    def come(self) -> None:
        handle = os.open(self._note, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(handle, f"{self._name}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)


def _wrapped(original: Callable[..., Any], point: Point, end: _End) -> Callable[..., Any]:
    @functools.wraps(original)
    def call(*arguments: Any, **keywords: Any) -> Any:
        if point.when == "before" and point.concerns(arguments, None) and end.is_now():
            end.come()
        result = original(*arguments, **keywords)
        if point.when == "after" and point.concerns(arguments, result) and end.is_now():
            end.come()
        return result

    return call


def _wrapped_async(original: Callable[..., Any], point: Point, end: _End) -> Callable[..., Any]:
    @functools.wraps(original)
    async def call(*arguments: Any, **keywords: Any) -> Any:
        timer = None
        if point.when != "after" and point.concerns(arguments, None) and end.is_now():
            if point.when == "before":
                end.come()
            timer = threading.Timer(random.uniform(0, LONGEST_MOMENT), end.come)
            timer.start()
        try:
            result = await original(*arguments, **keywords)
        finally:
            # What was over before its moment came is not broken off; the next call may be.
            if timer is not None:
                timer.cancel()
        if point.when == "after" and point.concerns(arguments, result) and end.is_now():
            end.come()
        return result

    return call
