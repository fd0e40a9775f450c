"""Everything that is known of a finetune, as titles and texts for its details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fluxtui.domain.endpoint import number_text
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.jobs import Job
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import file_size, plural
from fluxtui.services.models import RefreshResult
from fluxtui.widgets.progress import exact_time, progress_text, relative_time

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
    }
)
"""What a service tells that stands among the facts already."""


@dataclass(frozen=True)
class Fact:
    """One thing that is known; `is_long` ones want a line of their own."""

    title: str
    text: str
    is_long: bool = False


def facts_of(finetune: Finetune, job: Job | None, now: datetime) -> tuple[Fact, ...]:
    """Return what is known of a finetune; `job` is the training it came from, if that was done here."""
    progress = progress_text(job.progress) if job is not None and job.is_active else ""
    facts = [
        Fact("Progress", progress),
        Fact("Trigger word", finetune.trigger_word or "none known"),
        Fact("Type", finetune.finetune_type or ""),
        Fact("Mode", finetune.mode or ""),
        Fact("Rank", _number(finetune.lora_rank)),
        Fact("Iterations", _number(finetune.iterations)),
        Fact("Learning rate", _number(finetune.learning_rate)),
        Fact("Priority", (finetune.priority or "").replace("_", " ")),
        Fact(
            "Captioning",
            "" if finetune.captioning is None else "automatic" if finetune.captioning else "own only",
        ),
        Fact("Cost", show_credits(job.credits) if job is not None else ""),
        Fact("Id", finetune.id, is_long=True),
        Fact("Trained", _moment(finetune.created_at, now), is_long=True),
        *_dataset_facts(finetune.dataset or {}),
        *_extra_facts(finetune),
        Fact(
            "Local copy",
            _moment(finetune.refreshed_at, now) or "never compared with the service",
            is_long=True,
        ),
    ]
    return tuple(fact for fact in facts if fact.text)


def _moment(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return ""
    return f"{relative_time(moment, now)} ({exact_time(moment)})"


def _number(value: float | None) -> str:
    return "" if value is None else number_text(value)


_DATASET_TITLES = {
    "source": "Dataset",
    "pictures": "Pictures",
    "captioned": "Captions",
    "size": "Dataset size",
    "sha256": "Dataset hash",
    "names": "Files",
}


def _dataset_facts(dataset: Mapping[str, Any]) -> list[Fact]:
    return [
        Fact(title, _dataset_text(key, dataset[key]), is_long=True)
        for key, title in _DATASET_TITLES.items()
        if dataset.get(key) not in (None, "", [])
    ]


def _dataset_text(key: str, value: Any) -> str:
    if key == "size" and isinstance(value, int):
        return file_size(value)
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)


def _extra_facts(finetune: Finetune) -> list[Fact]:
    shown = _SHOWN_KEYS | {"timestamp"} if finetune.created_at else _SHOWN_KEYS
    return [
        Fact(key.replace("_", " "), str(value), is_long=True)
        for key, value in finetune.raw.items()
        if key not in shown and value not in (None, "", [], {})
    ]


def refreshed_text(result: RefreshResult) -> str:
    """Return what came of asking the service, as a sentence."""
    parts = [f"The service told of {plural(len(result.finetunes) - len(result.missing), 'finetune')}"]
    if result.missing:
        names = ", ".join(item.name for item in result.missing[:3])
        parts.append(f"it does not list {names}{' and others' if len(result.missing) > 3 else ''} any more")
    if result.failures:
        first = result.failures[0]
        parts.append(
            f"details of {plural(len(result.failures), 'finetune')} could not be had ({first.sentence()})"
        )
    return "; ".join(parts).rstrip(".") + "."
