"""Where a finetune can be used and what its file is, as facts for its details."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from fluxtui.controllers.models.fact import FILE, METADATA, NO_USES, USES, Fact
from fluxtui.domain.endpoint import Availability, FinetuneBy
from fluxtui.domain.finetune import OWN_FILES, Finetune
from fluxtui.domain.text import file_size
from fluxtui.domain.uses import Misfit, Offer, Use, why_not
from fluxtui.domain.weights import Base
from fluxtui.services.lora.dashboard import ACCEPTED
from fluxtui.services.models import KIND_WORDS, FileState, Uses, model_words

_FILE_WORDS: dict[FileState, str] = {
    FileState.KEPT: "● kept here",
    FileState.MISSING: "✗ missing",
    FileState.CHANGED: "✗ no longer what it was",
}
_ADDITION = re.compile(r" with (?:a )?(?:finetune|LoRAs?)\b")
"""Stands in the title of an endpoint for what it takes, which needs no saying here."""


def file_words(state: FileState, profile: str) -> str:
    """Return how a file is, with a sign, so that colour is never the only difference, and what helps."""
    words = _FILE_WORDS[state]
    return words if state is FileState.KEPT else f"{words}: {_remedy(profile)}"


def _remedy(profile: str) -> str:
    if profile == OWN_FILES:
        return "o takes it in again"
    return "w fetches it again where the service still has it"


def use_facts(uses: Uses) -> list[Fact]:
    """Return the endpoints that generate with a finetune, by profile, or why there is none."""
    facts = [
        Fact(profile, " · ".join(titles), is_long=True, section=USES)
        for profile, titles in _by_profile(uses.fitting).items()
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
    how = file_words(state, finetune.profile) if state is not None else ""
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
