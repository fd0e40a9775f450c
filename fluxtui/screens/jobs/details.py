"""One job with its whole story, as text."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content

from fluxtui.controllers.jobs.controller import JobStory
from fluxtui.controllers.jobs.rows import is_cancelling, kind_word, state_word
from fluxtui.controllers.jobs.trained_on import archive_text, keys_text, pictures_text, source_text
from fluxtui.domain.durations import exact_time, next_try_text
from fluxtui.domain.jobs import Job, JobEvent, JobKind, JobState
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import safe_text
from fluxtui.domain.training_set import TrainingSet
from fluxtui.services.journal.trash import TRASH
from fluxtui.services.parameter_words import parameters_in_words
from fluxtui.services.training_sets import TrainingArchive
from fluxtui.widgets.fact_lines import fact_line, value_text
from fluxtui.widgets.plain import plain

ADVICE = {
    JobState.FAILED: "a sends the same again as a new job.",
    JobState.REFUSED: "a sends the same again as a new job.",
    JobState.MODERATED: "Moderation stopped it. Change the words or pictures before sending again.",
    JobState.EXPIRED: "It was paid. a makes it anew (and pays again).",
}
"""What to do next, for states in which the user has to know."""

LOOK_AGAIN = "l asks the service for it once more, which costs nothing. "
"""What can be done first where something was paid for and is not here."""

LOST = "The answer was lost: the service may have accepted and billed it. "
FINDABLE = f"{LOST}l looks for it at the service, a sends it again (and may pay twice), x gives it up."
UNFINDABLE = (
    f"{LOST}It cannot be asked for such a job: look at the service's own page what was billed. "
    "a sends it again (and may pay twice), x gives it up."
)
LOG_LINES = 20
"""How many of the last lines of a log are shown; the journal has more."""


def advice_for(job: Job, *, can_be_found: bool = True) -> str:
    """Return what to do next about a job, or `''`.

    Args:
        job: any job.
        can_be_found: whether its service can be asked for a job like it whose answer was lost.
    """
    if job.state is JobState.IN_DOUBT:
        return FINDABLE if can_be_found else UNFINDABLE
    if job.is_looked_for:
        return "Looking costs nothing. x stops it; l begins it again later."
    again = LOOK_AGAIN if job.may_be_looked_for else ""
    return again + ADVICE.get(job.state, "")


def job_details(job: Job, story: JobStory, *, now: datetime | None = None) -> Content:
    """Return title, error, advice, facts, log, story and parameters of a job.

    Args:
        job: any job.
        story: what is told of it beside itself.
        now: the present, aware, for when a job in trouble is asked for again.
    """
    parts: list[Content] = [plain(job.title or kind_word(job), "bold"), Content("\n")]
    if job.error:
        title = f"{job.error_title}: " if job.error_title else ""
        parts += [plain(f"✗ {title}{job.error}", "$text-error"), Content("\n")]
    if advice := advice_for(job, can_be_found=story.can_be_found):
        parts += [plain(advice, "$text-warning"), Content("\n")]
    parts += [fact_line(label, value) for label, value in _facts(job, story.kept, now) if value]
    if lines := [line for line in story.log.splitlines() if line.strip()][-LOG_LINES:]:
        parts += [Content.styled("\nLog\n", "bold"), *(plain(f"{line}\n", newlines=True) for line in lines)]
    parts += [Content.styled("\nStory\n", "bold"), *(_event(event) for event in story.events)]
    parts += [Content.styled("\nParameters\n", "bold")]
    told = parameters_in_words(job.endpoint, job.parameters)
    parts += [fact_line(name, value_text(value)) for name, value in told.items()]
    for part, answer in (job.response or {}).items():
        about = f"with the {part}" if part == "result" else f"to the {part}"
        parts += [Content.styled("\nAnswer ", "bold"), plain(f"{about}\n", newlines=True)]
        members = answer if isinstance(answer, dict) else {"": answer}
        parts += [fact_line(name.replace("_", " "), value_text(value)) for name, value in members.items()]
    return Content.assemble(*parts)


def _facts(job: Job, kept: TrainingArchive | None, now: datetime | None) -> tuple[tuple[str, str], ...]:
    cost = "" if job.cost_credits is None else show_credits(job.cost_credits)
    return (
        ("state", _state(job)),
        ("next try", next_try_text(job, now) if now else ""),
        ("cancelling", _cancelling(job)),
        ("endpoint", f"{job.endpoint} · {job.profile}"),
        ("finetune", " · ".join(part for part in (job.finetune_name, job.finetune_id) if part)),
        ("cost", f"{cost} (estimate {show_credits(job.estimate_credits)})" if cost else ""),
        ("estimate", "" if cost else show_credits(job.estimate_credits)),
        ("charged", "not known; it counts as possible in what you spent" if job.maybe_billed else ""),
        ("seed", "" if job.seed is None else str(job.seed)),
        ("picture", _picture(job)),
        *_dataset(job.dataset or TrainingSet(), kept),
        ("remote id", job.remote_id or ""),
        ("job", job.id),
        ("made", exact_time(job.created_at)),
    )


def _state(job: Job) -> str:
    word = "waits for its training" if job.waits else state_word(job.state)
    return word + (f" ({job.remote_status})" if job.remote_status else "")


def _picture(job: Job) -> str:
    """Return where the picture is, or that it is gone."""
    if job.picture is not None:
        return job.picture + (" (in the trash)" if job.picture.startswith(f"{TRASH}/") else "")
    made = job.kind is JobKind.GENERATION and job.state is JobState.DONE
    return "was deleted for good" if made else ""


def _cancelling(job: Job) -> str:
    """Return that it is to be cancelled and what the service said to that, while it has not ended."""
    if not is_cancelling(job) or job.cancel_asked_at is None:
        return ""
    return (
        f"asked for at {_clock(job.cancel_asked_at)}; {job.cancel_answer or 'the service has not answered'}"
    )


def _dataset(dataset: TrainingSet, kept: TrainingArchive | None) -> tuple[tuple[str, str], ...]:
    return (
        ("trained on", source_text(dataset)),
        ("pictures", pictures_text(dataset)),
        ("archive", archive_text(kept)),
        ("hash", safe_text(dataset.sha256)),
        ("keys", keys_text(kept)),
    )


def _event(event: JobEvent) -> Content:
    note = f"  {event.note}" if event.note else ""
    return Content.assemble(
        plain(f"{_clock(event.at)}  ", "$foreground-muted"),
        plain(f"{state_word(event.state)}{note}\n", newlines=True),
    )


def _clock(moment: datetime) -> str:
    return moment.astimezone().strftime("%H:%M:%S")
