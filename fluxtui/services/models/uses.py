"""Where a finetune can be used: asked of all profiles, with a look at its file."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from enum import StrEnum

from fluxtui.domain.errors import FluxError, StorageError
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.uses import Offer, Use, uses_of
from fluxtui.domain.weights import Weights
from fluxtui.providers.base import Abilities
from fluxtui.services.jobs.gateway import Gateway
from fluxtui.services.storage import StorageService
from fluxtui.system.dataclass import dataclass


class FileState(StrEnum):
    """How the file of a LoRA is, compared with what is known of it."""

    KEPT = "kept"
    MISSING = "missing"
    CHANGED = "changed"


@dataclass(frozen=True)
class ProfileOffers:
    """What one profile generates with and its service can do; or `fault`, why it cannot be used."""

    profile: str
    title: str = ""
    offers: tuple[Offer, ...] = ()
    abilities: Abilities | None = None
    fault: str = ""


@dataclass(frozen=True)
class Uses:
    """Where a finetune can be used.

    Attributes:
        finetune: which.
        file: how its file is, or None where there never was one here.
        all: every endpoint that takes finetunes, with the reason where it cannot take this one.
        faults: why profiles could not be asked, as sentences by profile.
    """

    finetune: Finetune
    file: FileState | None
    all: tuple[Use, ...]
    faults: tuple[tuple[str, str], ...] = ()

    @property
    def fitting(self) -> tuple[Offer, ...]:
        """The endpoints that can generate with it."""
        return tuple(use.offer for use in self.all if use.misfit is None)

    @property
    def others(self) -> tuple[Use, ...]:
        """The endpoints that cannot, each with the reason."""
        return tuple(use for use in self.all if use.misfit is not None)


async def offers_of(gateway: Gateway, profile: str) -> ProfileOffers:
    """Ask what a profile offers; needs no network, but its key may have to be fetched. Raises nothing."""
    try:
        provider = await gateway.provider(profile)
    except FluxError as error:
        return ProfileOffers(profile, fault=error.sentence())
    offers = tuple(Offer(profile, provider.id, endpoint) for endpoint in provider.generation_endpoints())
    return ProfileOffers(profile, provider.title, offers, provider.abilities)


def uses_in(finetune: Finetune, file: FileState | None, answers: Sequence[ProfileOffers]) -> Uses:
    """Return where a finetune can be used; one whose file is gone is like one that never had any."""
    # What has changed is refused by the services that it is sent to, if at all: only a look can tell.
    usable = finetune if file is not FileState.MISSING else finetune.model_copy(update={"weights": None})
    offers = [offer for answer in answers for offer in answer.offers]
    faults = tuple((answer.profile, answer.fault) for answer in answers if answer.fault)
    return Uses(finetune, file, uses_of(usable, offers), faults)


def file_state(storage: StorageService, weights: Weights) -> FileState:
    """Look whether a LoRA's file is there and as long as it was; its content is not read."""
    try:
        found = os.lstat(storage.inside(weights.path))
    except StorageError:
        return FileState.CHANGED
    except OSError:
        return FileState.MISSING
    whole = stat.S_ISREG(found.st_mode) and found.st_size == weights.size
    return FileState.KEPT if whole else FileState.CHANGED
