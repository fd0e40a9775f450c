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

from fluxtui.domain.jobs import Job, JobState

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


def _is_poll(arguments: tuple[Any, ...], _: Any) -> bool:
    return "get_result" in str(arguments[1])


def _has_begun(_: tuple[Any, ...], result: Any) -> bool:
    return result is not None


_EVENT = "fluxtui.services.journal.jobs:write_event"
_BEGIN = "fluxtui.services.journal.jobs:JobStore.begin"
_MOVE = "fluxtui.services.journal.jobs:JobStore.move"
_FINISH = "fluxtui.services.journal.pictures:PictureStore.finish"
_PUT = "fluxtui.services.journal.finetunes:FinetuneStore.put"
_POST = "fluxtui.api.service:APIService.post"
_GET = "fluxtui.api.service:APIService.get"
_DOWNLOAD = "fluxtui.api.service:APIService.download"
_KEEP = "fluxtui.services.storage.service:StorageService.keep"

POINTS = {
    "order written, not committed": Point(_EVENT, "before", _writes(JobState.DRAFT)),
    "submitting written, not committed": Point(_EVENT, "before", _writes(JobState.SUBMITTING)),
    "submitting committed": Point(_BEGIN, "after", _has_begun),
    "POST about to leave": Point(_POST, "before"),
    "POST on its way": Point(_POST, "during"),
    "POST answered": Point(_POST, "after"),
    "training answered": Point("fluxtui.providers.bfl.provider:BFLProvider.train", "after"),
    "acceptance written, not committed": Point(_EVENT, "before", _writes(JobState.WAITING)),
    "acceptance committed": Point(_MOVE, "after", _moved(JobState.WAITING)),
    "poll on its way": Point(_GET, "during", _is_poll),
    "poll answered": Point(_GET, "after", _is_poll),
    "collecting committed": Point(_MOVE, "after", _moved(JobState.COLLECTING)),
    "download on its way": Point(_DOWNLOAD, "during"),
    "download complete": Point(_DOWNLOAD, "after"),
    "place chosen, before the rename": Point(_KEEP, "before"),
    "within the rename": Point("os:link", "after"),
    "after the rename": Point(_KEEP, "after"),
    "done written, not committed": Point(_EVENT, "before", _writes(JobState.DONE)),
    "done committed": Point(_FINISH, "after"),
    "finetune saved, before done": Point(_PUT, "after"),
    "doubt noted": Point(_MOVE, "after", _moved(JobState.IN_DOUBT)),
    "training found, before adoption": Point("fluxtui.services.jobs.doubt:adopt", "before"),
}
"""By the name under which a death is counted."""

RARE = ("training answered", "finetune saved, before done", "training found, before adoption")
"""Only trainings come to these, and of them there are few."""


def die_at(name: str, turn: int, note: Path) -> None:
    """Let this process end as by `kill -9` when a moment has come for the `turn`-th time."""
    point = POINTS[name]
    module, _, path = point.target.partition(":")
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
