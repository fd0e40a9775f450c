"""Where a finetune can be used and what its file is, as facts for its details."""

from __future__ import annotations

from collections.abc import Iterable

from fluxtui.domain.endpoint import Availability
from fluxtui.domain.text import file_size, plural
from fluxtui.domain.uses import Offer, Use
from fluxtui.domain.weights import Weights
from fluxtui.screens.models.fact import FILE, METADATA, USES, Fact
from fluxtui.services.models import FileState, Uses

FILE_WORDS: dict[FileState, str] = {
    FileState.KEPT: "● kept here",
    FileState.MISSING: "✗ missing: w fetches it again",
    FileState.CHANGED: "✗ no longer what it was: w fetches it again",
}
"""A sign and words for how a file is, so that colour is never the only difference."""


def use_facts(uses: Uses) -> list[Fact]:
    """Return the endpoints that generate with it by profile, then the others by profile and reason."""
    facts = [
        Fact(profile, ", ".join(titles), is_long=True, section=USES)
        for profile, titles in _by_profile(uses.fitting).items()
    ]
    if not facts:
        facts = [Fact("Nowhere", why_nowhere(uses), is_long=True, section=USES)]
    reasons: dict[tuple[str, str], list[str]] = {}
    for use in uses.others:
        reasons.setdefault((use.offer.profile, use.reason), []).append(_title(use.offer))
    facts += [
        Fact(f"✗ {profile}", f"{', '.join(titles)}: it {reason}", is_long=True, section=USES)
        for (profile, reason), titles in reasons.items()
    ]
    facts += [Fact(f"✗ {profile}", fault, is_long=True, section=USES) for profile, fault in uses.faults]
    return facts


def why_nowhere(uses: Uses) -> str:
    """Return in a sentence why no endpoint generates with a finetune."""
    if uses.file is FileState.MISSING and uses.finetune.weights_url is None:
        return "its file is missing; w fetches it again where the service still has it."
    reasons = list(dict.fromkeys(use.reason for use in uses.others))
    if reasons:
        more = f", and {plural(len(reasons) - 1, 'reason')} more" if len(reasons) > 1 else ""
        return f"it {_nearest(uses.others)}{more}."
    if uses.faults:
        return uses.faults[0][1]
    return "no profile has an endpoint that takes finetunes; F7 Settings makes profiles."


def _nearest(uses: Iterable[Use]) -> str:
    """Return the reason that says most: of the finetune's own profile rather than of another one."""
    return min(uses, key=lambda use: "only what" in use.reason).reason


def _by_profile(offers: Iterable[Offer]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for offer in offers:
        found.setdefault(offer.profile, []).append(_title(offer))
    return found


def _title(offer: Offer) -> str:
    info = offer.endpoint.info
    return f"{info.title} (ended)" if info.availability is Availability.HISTORIC else info.title


def file_facts(weights: Weights | None, state: FileState | None) -> list[Fact]:
    """Return what is known of the file of a LoRA; nothing where there never was one here."""
    if weights is None:
        return []
    made_for = weights.base.title if weights.base else "does not show it"
    facts = [
        Fact("File is", FILE_WORDS[state] if state is not None else "", is_long=True, section=FILE),
        Fact("Path", weights.path, is_long=True, section=FILE),
        Fact("Size", file_size(weights.size), section=FILE),
        Fact("Rank", str(weights.rank or ""), section=FILE),
        Fact("Numbers", weights.dtype, section=FILE),
        Fact("Tensors", f"{weights.tensors:,}", section=FILE),
        Fact("Layers named", weights.layout, section=FILE),
        Fact("Made for", made_for, section=FILE),
        Fact("Came from", weights.source, section=FILE),
        Fact("SHA-256", weights.sha256, is_long=True, section=FILE),
    ]
    written = [
        Fact(key, value, is_long=True, section=METADATA) for key, value in weights.metadata.items() if value
    ]
    return [fact for fact in facts if fact.text] + written
