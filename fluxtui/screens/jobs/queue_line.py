"""The line above the jobs: what flies and waits for each profile, and what holds its queue."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from fluxtui.services.jobs.pauses import Pause, PauseReason
from fluxtui.services.jobs.queues import QueueState
from fluxtui.widgets.plain import plain

_WORDS = {PauseReason.USER: "paused by you", PauseReason.CREDITS: "paused: out of credits"}


def queue_line(states: Iterable[QueueState]) -> Content:
    """Return the queues of which there is something to tell, or an empty content."""
    told = [state for state in states if state.in_flight or state.order or state.pause]
    parts: list[Content] = []
    for state in told:
        if parts:
            parts.append(Content("   "))
        parts += _queue(state, named=len(told) > 1)
    return Content.assemble(*parts)


def _queue(state: QueueState, *, named: bool) -> Iterable[Content]:
    if named:
        yield plain(f"{state.profile}: ", "bold")
    if state.pause is not None:
        yield plain(pause_text(state.pause), "bold $text-warning")
        yield plain(", p resumes · ", "$foreground-muted")
    limit = "" if state.limit is None else f" of {state.limit}"
    yield plain(f"{state.in_flight}{limit} in flight, {len(state.order)} queued", "$foreground-muted")
    if state.order and state.pause is None:
        yield plain(" · p pauses", "$foreground-muted")


def pause_text(pause: Pause) -> str:
    """Return why a queue is paused and since when, in local time."""
    return f"{_WORDS[pause.reason]} since {pause.since.astimezone():%H:%M}"
