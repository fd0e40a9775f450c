"""What is asked about finetunes and LoRA files, and the answers as values."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fluxtui.controllers.questions import Choice, Confirmation, Question
from fluxtui.domain.endpoint import FinetuneBy
from fluxtui.domain.text import safe_text
from fluxtui.domain.weights import Base
from fluxtui.services.lora import DashboardFile
from fluxtui.services.models.uses import ProfileOffers
from fluxtui.system.dataclass import dataclass

NOT_KNOWN = ""
"""The value of the choice that names no base model."""


@dataclass(frozen=True)
class NewFinetune:
    """What was typed: an id at the service of a profile, and a trigger word or `''`."""

    profile: str
    id: str
    trigger_word: str


@dataclass(frozen=True)
class IdQuestion(Question[NewFinetune]):
    """Which finetune is added by its id; `profiles` are those whose services take one, at least one."""

    profiles: Sequence[ProfileOffers]


@dataclass(frozen=True)
class OwnFile:
    """What was entered: a file, its name and trigger word or `''`, and the model it was trained on."""

    path: Path
    name: str
    trigger_word: str
    base: Base | None


@dataclass(frozen=True)
class OwnFileQuestion(Question[OwnFile]):
    """Which LoRA file of the user's own is taken in, and what it does not say of itself."""


@dataclass(frozen=True)
class DashboardCopy:
    """What was entered: the name for the dashboard, and the folder for the copy or None for the usual one."""

    name: str
    folder: Path | None


@dataclass(frozen=True)
class DashboardQuestion(Question[DashboardCopy]):
    """Under which name, and where, a LoRA is prepared for the dashboard; `name` is what it is called here."""

    name: str


@dataclass(frozen=True)
class DashboardSteps(Question[None]):
    """Nothing is asked: the user reads what is left to do with a LoRA that is ready for the dashboard."""

    prepared: DashboardFile


def base_choices() -> tuple[Choice, ...]:
    """Return every base model, and that it is not known."""
    return (Choice(NOT_KNOWN, "not known"), *(Choice(base.value, base.title) for base in Base))


def unlisted_question(finetune_id: str) -> Confirmation:
    """Return the question whether to take a finetune that the service tells nothing of."""
    return Confirmation(
        "Add it all the same?",
        (
            f"The service tells nothing of {safe_text(finetune_id, limit=60)}.",
            "That is usual for a LoRA uploaded in the dashboard or shared by somebody else; "
            "it can be used if the name is right.",
        ),
        confirm_label="Add",
    )


def bases_by_id(offers: ProfileOffers) -> tuple[Base, ...]:
    """Return the base models of the finetunes that a profile knows by their ids, in the usual order."""
    uses = [offer.endpoint.info.finetunes for offer in offers.offers]
    known = {base for use in uses if use is not None and use.by is FinetuneBy.ID for base in use.bases}
    return tuple(base for base in Base if base in known)
