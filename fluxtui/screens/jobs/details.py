"""One job with its whole story, as text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from textual.content import Content

from fluxtui.domain.jobs import Job, JobEvent, JobState
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import safe_text, shorten
from fluxtui.screens.jobs.rows import kind_word, state_word
from fluxtui.widgets.plain import plain
from fluxtui.widgets.progress import exact_time

LABEL_WIDTH = 11
"""Cells; a longer name of a parameter pushes its own value only."""
VALUE_LIMIT = 2_000
"""Characters shown of one value; the journal has all of it."""

ADVICE = {
    JobState.IN_DOUBT: "The answer was lost: the service may have accepted and billed it. "
    "l looks for it at the service, a sends it again (and may pay twice), x gives it up.",
    JobState.FAILED: "a sends the same again as a new job.",
    JobState.REFUSED: "Nothing was billed. a sends the same again as a new job.",
    JobState.MODERATED: "Moderation stopped it. Change the words or pictures before sending again.",
    JobState.EXPIRED: "It was paid, but the service no longer has it. a makes it anew (and pays again).",
}
"""What to do next, for states in which the user has to know."""


def job_details(job: Job, story: Sequence[JobEvent]) -> Content:
    """Return title, error, advice, facts, story and parameters of a job."""
    parts: list[Content] = [plain(job.title or kind_word(job), "bold"), Content("\n")]
    if job.error:
        title = f"{job.error_title}: " if job.error_title else ""
        parts += [plain(f"✗ {title}{job.error}", "$text-error"), Content("\n")]
    if job.state in ADVICE:
        parts += [plain(ADVICE[job.state], "$text-warning"), Content("\n")]
    parts += [_line(label, value) for label, value in _facts(job) if value]
    parts += [Content.styled("\nStory\n", "bold"), *(_event(event) for event in story)]
    parts += [Content.styled("\nParameters\n", "bold")]
    parts += [_line(name.replace("_", " "), _value(value)) for name, value in job.parameters.items()]
    for part, answer in (job.response or {}).items():
        about = f"with the {part}" if part == "result" else f"to the {part}"
        parts += [Content.styled("\nAnswer ", "bold"), plain(f"{about}\n", newlines=True)]
        members = answer if isinstance(answer, dict) else {"": answer}
        parts += [_line(name.replace("_", " "), _value(value)) for name, value in members.items()]
    return Content.assemble(*parts)


def _facts(job: Job) -> tuple[tuple[str, str], ...]:
    cost = "" if job.cost_credits is None else show_credits(job.cost_credits)
    return (
        ("state", state_word(job.state) + (f" ({job.remote_status})" if job.remote_status else "")),
        ("endpoint", f"{job.endpoint} · {job.profile}"),
        ("finetune", " · ".join(part for part in (job.finetune_name, job.finetune_id) if part)),
        ("cost", f"{cost} (estimate {show_credits(job.estimate_credits)})" if cost else ""),
        ("estimate", "" if cost else show_credits(job.estimate_credits)),
        ("charged", "not known; it counts as possible in what you spent" if job.maybe_billed else ""),
        ("seed", "" if job.seed is None else str(job.seed)),
        ("picture", job.picture or ""),
        ("dataset", _dataset(job.dataset)),
        ("remote id", job.remote_id or ""),
        ("job", job.id),
        ("made", exact_time(job.created_at)),
    )


def _dataset(dataset: dict[str, Any] | None) -> str:
    if not dataset:
        return ""
    fingerprint = str(dataset.get("sha256", ""))[:12]
    return " · ".join(part for part in (str(dataset.get("source", "")), fingerprint) if part)


def _event(event: JobEvent) -> Content:
    note = f"  {event.note}" if event.note else ""
    return Content.assemble(
        plain(f"{_clock(event.at)}  ", "$foreground-muted"),
        plain(f"{state_word(event.state)}{note}\n", newlines=True),
    )


def _clock(moment: datetime) -> str:
    return moment.astimezone().strftime("%H:%M:%S")


def _line(label: str, value: str) -> Content:
    return Content.assemble(
        plain(f"{label:<{LABEL_WIDTH}}", "$foreground-muted"),
        Content(" "),
        plain(value, newlines=True),
        Content("\n"),
    )


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shorten(safe_text(text, newlines=True), VALUE_LIMIT)
