"""Everything that is known of a finetune, as titles and texts for its details."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from fluxtui.controllers.jobs.trained_on import archive_text, keys_text, pictures_text, source_text
from fluxtui.controllers.models.fact import TOLD, TRAINED_ON, TRAINING, Fact
from fluxtui.controllers.models.use_facts import file_facts, misfit_facts, use_facts, why_nowhere
from fluxtui.domain.durations import exact_time, progress_text, relative_time
from fluxtui.domain.endpoint import number_text
from fluxtui.domain.finetune import OWN_FILES, Finetune, FinetuneState
from fluxtui.domain.jobs import Job
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import plural, safe_text
from fluxtui.domain.training_set import TrainingSet
from fluxtui.services.models import ADDED_BY_HAND, ProfileAnswer, Uses
from fluxtui.services.training_sets import TrainingArchive

STATE_SENTENCES: dict[FinetuneState, str] = {
    FinetuneState.READY: "Ready: Enter generates with it.",
    FinetuneState.TRAINING: "Still training; it can be used when that is done.",
    FinetuneState.MISSING: "The service did not list it when last asked; it may be in another region.",
    FinetuneState.DELETED: "Deleted at the service; its pictures are still here.",
}

_SHOWN_KEYS = frozenset(
    {
        "finetune_comment",
        "finetune_id",
        "finetune_type",
        "iterations",
        "learning_rate",
        "lora_rank",
        "mode",
        "priority",
        "captioning",
        "trigger_word",
        ADDED_BY_HAND,
    }
)
"""What a service tells that stands among the facts already."""


def profile_words(profile: str) -> str:
    """Return whose a finetune is, for people: the name of the profile, or that the user brought it."""
    return "own file" if profile == OWN_FILES else profile


def facts_of(
    finetune: Finetune,
    job: Job | None,
    now: datetime,
    uses: Uses | None = None,
    kept: TrainingArchive | None = None,
    defaults: Mapping[str, Any] | None = None,
) -> tuple[Fact, ...]:
    """Return what is known of a finetune.

    Args:
        finetune: which.
        job: the training it came from, if that was done here.
        now: aware.
        uses: where it can be used and how its file is, once that is known.
        kept: the archive that it was trained on, where it is known.
        defaults: the values that were kept for generating with it.
    """
    is_own = finetune.profile == OWN_FILES
    progress = progress_text(job.progress) if job is not None and job.is_active else ""
    facts = [
        Fact("Progress", progress),
        Fact("Trigger word", finetune.trigger_word or "none known"),
        Fact("Base model", finetune.base.title if finetune.base else "not known"),
        Fact("Profile", profile_words(finetune.profile)),
        Fact("Cost", show_credits(job.credits) if job is not None else ""),
        Fact("Id", finetune.id, is_long=True),
        Fact("Begins with", defaults_text(defaults or {}), is_long=True),
        Fact("Taken in", _moment(finetune.created_at, now) if is_own else "", is_long=True),
        *(use_facts(uses) if uses is not None else ()),
        *file_facts(finetune, uses.file if uses is not None else None),
        *(() if is_own else _training_facts(finetune, job, now)),
        *_dataset_facts(finetune.dataset or TrainingSet(), kept),
        *(() if is_own else _told_facts(finetune, now)),
        *(misfit_facts(uses) if uses is not None else ()),
    ]
    return tuple(fact for fact in facts if fact.text)


def _training_facts(finetune: Finetune, job: Job | None, now: datetime) -> list[Fact]:
    captioning = "" if finetune.captioning is None else "automatic" if finetune.captioning else "own only"
    return [
        Fact("Type", finetune.finetune_type or "", section=TRAINING),
        Fact("Mode", finetune.mode or "", section=TRAINING),
        Fact("Rank", _number(finetune.lora_rank), section=TRAINING),
        Fact("Iterations", _number(finetune.iterations), section=TRAINING),
        Fact("Learning rate", _number(finetune.learning_rate), section=TRAINING),
        Fact("Priority", (finetune.priority or "").replace("_", " "), section=TRAINING),
        Fact("Captioning", captioning, section=TRAINING),
        Fact("Trainer", finetune.endpoint or "", is_long=True, section=TRAINING),
        Fact("Trained", _moment(finetune.created_at, now), is_long=True, section=TRAINING),
        Fact("Asked for", _asked_text(finetune, job), is_long=True, section=TRAINING),
    ]


def _asked_text(finetune: Finetune, job: Job | None) -> str:
    """Return the parameters of a training that are not told above already."""
    told = _SHOWN_KEYS | {name for name in Finetune.model_fields if getattr(finetune, name) is not None}
    if finetune.iterations is not None:
        told |= {"steps"}
    asked = job.parameters.items() if job is not None else ()
    return ", ".join(
        f"{name.replace('_', ' ')} {_asked_value(value)}" for name, value in asked if name not in told
    )


def defaults_text(defaults: Mapping[str, Any]) -> str:
    """Return the values that were kept for generating with a finetune, or `''`."""
    shown = [
        f"{safe_text(name, limit=40).replace('_', ' ')} {_asked_value(v)}" for name, v in defaults.items()
    ]
    return f"{', '.join(shown)} (c forgets it)" if shown else ""


def _asked_value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number_text(value) if isinstance(value, float) else safe_text(value, limit=80)


def _told_facts(finetune: Finetune, now: datetime) -> list[Fact]:
    compared = _moment(finetune.refreshed_at, now) or "never compared with the service"
    return [*_extra_facts(finetune), Fact("Local copy", compared, is_long=True, section=TOLD)]


def _moment(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return ""
    return f"{relative_time(moment, now)} ({exact_time(moment)})"


def _number(value: float | None) -> str:
    return "" if value is None else number_text(value)


def _dataset_facts(dataset: TrainingSet, kept: TrainingArchive | None) -> list[Fact]:
    texts = {
        "Your pictures": source_text(dataset),
        "Pictures": pictures_text(dataset),
        "Archive": archive_text(kept),
        "Dataset hash": dataset.sha256,
        "Files": ", ".join(dataset.names),
        "Keys": keys_text(kept),
    }
    return [Fact(title, text, is_long=True, section=TRAINED_ON) for title, text in texts.items()]


def _extra_facts(finetune: Finetune) -> list[Fact]:
    shown = _SHOWN_KEYS | {"timestamp"} if finetune.created_at else _SHOWN_KEYS
    return [
        Fact(key.replace("_", " "), str(value), is_long=True, section=TOLD)
        for key, value in finetune.raw.items()
        if key not in shown and value not in (None, "", [], {})
    ]


def refreshed_text(answers: Sequence[ProfileAnswer]) -> str:
    """Return what came of asking services of which at least one answered, as one sentence."""
    good = [answer.profile for answer in answers if answer.result is not None]
    results = [answer.result for answer in answers if answer.result is not None]
    whose = good[0] if len(good) == 1 else plural(len(good), "service")
    if len(answers) == 1:
        whose = "The service"
    told = sum(len(result.finetunes) - len(result.missing) for result in results)
    parts = [f"{whose} told of {plural(told, 'finetune')}"]
    missing = [item.name for result in results for item in result.missing]
    if missing:
        more = " and others" if len(missing) > 3 else ""
        parts.append(f"no longer listed: {', '.join(missing[:3])}{more}")
    failures = [failure for result in results for failure in result.failures]
    if failures:
        parts.append(
            f"details of {plural(len(failures), 'finetune')} could not be had ({failures[0].sentence()})"
        )
    not_asked = sum(result.not_asked for result in results)
    if not_asked:
        parts.append(f"{not_asked:,} more are listed, and r asks for the next of them")
    if any(result.is_part for result in results):
        parts.append("the list goes on beyond what is read, so none is called missing")
    return "; ".join(parts).rstrip(".") + "."


def state_sentence(finetune: Finetune, uses: Uses | None) -> str:
    """Return what can be done with a finetune now, as a sentence."""
    if not finetune.is_usable or uses is None:
        return STATE_SENTENCES[finetune.state]
    if not uses.fitting:
        return f"Nothing generates with it: {why_nowhere(uses)}"
    beware = f" Beware: {finetune.weights.fault}." if finetune.weights and finetune.weights.fault else ""
    if finetune.state is FinetuneState.MISSING:
        return f"Its service lists it no more, but its file is here: Enter generates with it.{beware}"
    return f"{STATE_SENTENCES[finetune.state]}{beware}"
