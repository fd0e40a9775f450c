"""Everything that is known of a finetune, as titles and texts for its details."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fluxtui.controllers.jobs.trained_on import archive_text, keys_text, pictures_text, source_text
from fluxtui.domain.durations import exact_time, progress_text, relative_time
from fluxtui.domain.endpoint import Availability, FinetuneBy, number_text
from fluxtui.domain.finetune import OWN_FILES, Finetune, FinetuneState
from fluxtui.domain.jobs import Job
from fluxtui.domain.money import show_credits
from fluxtui.domain.result_uses import suits
from fluxtui.domain.text import file_size, plural, safe_text
from fluxtui.domain.training_set import TrainingSet
from fluxtui.domain.uses import Misfit, Offer, Use, why_not
from fluxtui.domain.weights import Base
from fluxtui.services.lora.dashboard import ACCEPTED
from fluxtui.services.models import ADDED_BY_HAND
from fluxtui.services.models.answers import ProfileAnswer
from fluxtui.services.models.glance import KIND_WORDS, model_words
from fluxtui.services.models.uses import FileState, Uses
from fluxtui.services.training_sets import TrainingArchive
from fluxtui.system.dataclass import dataclass

USES = "Where it can be used"
FILE = "LoRA file"
METADATA = "Written into the file"
TRAINING = "Training"
TRAINED_ON = "Trained on"
TOLD = "Told by the service"
NO_USES = "Where it cannot be used"


@dataclass(frozen=True)
class Fact:
    """One thing that is known; `is_long` ones want a line of their own, `section` is what heads them."""

    title: str
    text: str
    is_long: bool = False
    section: str = ""


_FILE_WORDS: dict[FileState, str] = {
    FileState.KEPT: "● kept here",
    FileState.MISSING: "✗ missing",
    FileState.CHANGED: "✗ no longer what it was",
}
_ADDITION = re.compile(r" with (?:a )?(?:finetune|LoRAs?)\b")
"""Stands in the title of an endpoint for what it takes, which needs no saying here."""


def file_text(state: FileState, profile: str) -> str:
    """Return how a file is, with a sign, so that colour is never the only difference, and what helps."""
    words = _FILE_WORDS[state]
    return words if state is FileState.KEPT else f"{words}: {_remedy(profile)}"


NO_PICTURE = "without a picture to be edited, which it was trained for"
"""What is said of endpoints that take words alone, for what has learned an edit."""


def _remedy(profile: str) -> str:
    if profile == OWN_FILES:
        return "o takes it in again"
    return "w fetches it again where the service still has it"


def use_facts(uses: Uses) -> list[Fact]:
    """Return the endpoints that generate with a finetune, by profile, or why there is none.

    Those at which it does not do what it has learned come last, with the reason.
    """
    able = [offer for offer in uses.fitting if suits(offer, uses.finetune)]
    others = [offer for offer in uses.fitting if offer not in able]
    facts = [
        Fact(profile, " · ".join(titles), is_long=True, section=USES)
        for profile, titles in _by_profile(able).items()
    ]
    facts += [
        Fact(profile, f"{' · '.join(titles)}: {NO_PICTURE}", is_long=True, section=USES)
        for profile, titles in _by_profile(others).items()
    ]
    return facts or [Fact("Nowhere", why_nowhere(uses), is_long=True, section=USES)]


def misfit_facts(uses: Uses) -> list[Fact]:
    """Return the endpoints that cannot generate with a finetune, by profile and reason; no ended ones."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for use in uses.others:
        if use.offer.endpoint.info.availability is not Availability.HISTORIC:
            reasons.setdefault((use.offer.profile, _reason(use, uses.finetune)), []).append(_title(use.offer))
    facts = [
        Fact(f"✗ {profile}", f"{' · '.join(titles)}: it {reason}", is_long=True, section=NO_USES)
        for (profile, reason), titles in reasons.items()
    ]
    return facts + [
        Fact(f"✗ {profile}", fault, is_long=True, section=NO_USES) for profile, fault in uses.faults
    ]


def why_nowhere(uses: Uses) -> str:
    """Return in a sentence why no endpoint generates with a finetune."""
    if uses.file is FileState.MISSING and uses.finetune.weights_url is None:
        return f"its file is missing; {_remedy(uses.finetune.profile)}."
    if uses.others:
        nearest = min(uses.others, key=lambda use: _farness(use, uses.finetune))
        return f"it {_reason(nearest, uses.finetune)}.{_way_in(nearest, uses.finetune)}"
    if uses.faults:
        return uses.faults[0][1]
    return "no profile has an endpoint that takes finetunes; F7 Settings makes profiles."


def _farness(use: Use, finetune: Finetune) -> tuple[bool, bool]:
    """Return what sorts endpoints for a finetune's base model first, and those that take files before."""
    taken = use.offer.endpoint.info.finetunes
    is_for_base = taken is not None and finetune.base in taken.bases
    return (not is_for_base, taken is None or taken.by is FinetuneBy.ID)


def _way_in(use: Use, finetune: Finetune) -> str:
    """Return how a file comes to where it would be known by an id, or `''` where there is no way."""
    if use.misfit is Misfit.OTHER_ACCOUNT and finetune.weights is not None and finetune.base in ACCEPTED:
        return " p leads it into BFL's dashboard."
    return ""


def _reason(use: Use, finetune: Finetune) -> str:
    """Return why not as a clause that is the same for all endpoints alike, so that they share a line."""
    if use.misfit is Misfit.OTHER_ACCOUNT:
        whose = "is a file of yours" if finetune.profile == OWN_FILES else f"belongs to {finetune.profile}"
        return f"{whose}; only what {use.offer.profile} has itself is known there"
    return why_not(use.offer, finetune)


def _by_profile(offers: Iterable[Offer]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for offer in offers:
        found.setdefault(offer.profile, []).append(_title(offer))
    return found


def _title(offer: Offer) -> str:
    info = offer.endpoint.info
    title = _ADDITION.sub("", info.title)
    return f"{title} (ended)" if info.availability is Availability.HISTORIC else title


def _possible_words(possible: Sequence[Base]) -> str:
    if not possible:
        return "does not show it"
    return model_words(possible) or "does not show it beyond doubt"


def file_facts(finetune: Finetune, state: FileState | None) -> list[Fact]:
    """Return what is known of the file of a finetune; nothing where there never was one here."""
    weights = finetune.weights
    if weights is None:
        return []
    how = file_text(state, finetune.profile) if state is not None else ""
    made_for = weights.base.title if weights.base else _possible_words(weights.possible)
    facts = [
        Fact("File is", how, is_long=True, section=FILE),
        Fact("Beware", weights.fault, is_long=True, section=FILE),
        Fact("Path", weights.path, is_long=True, section=FILE),
        Fact("Size", file_size(weights.size), section=FILE),
        Fact("Rank", str(weights.rank or ""), section=FILE),
        Fact("Numbers", weights.dtype, section=FILE),
        Fact("Tensors", f"{weights.tensors:,}", section=FILE),
        Fact("Kind", KIND_WORDS[weights.kind] if weights.kind else "", section=FILE),
        Fact("Layers named", weights.layout, section=FILE),
        Fact("Made for", made_for, section=FILE),
        Fact("Came from", weights.source, section=FILE),
        Fact("SHA-256", weights.sha256, is_long=True, section=FILE),
    ]
    written = [
        Fact(key, value, is_long=True, section=METADATA) for key, value in weights.metadata.items() if value
    ]
    return [fact for fact in facts if fact.text] + written


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


def profile_text(profile: str) -> str:
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
        Fact("Profile", profile_text(finetune.profile)),
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
