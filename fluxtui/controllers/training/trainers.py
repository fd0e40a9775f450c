"""What can be trained with at all services: which there are, which come first, and what they are called."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import field, replace
from typing import TYPE_CHECKING

from fluxtui.controllers.questions import Choice
from fluxtui.controllers.training.order import TrainingOrder
from fluxtui.domain.endpoint import Availability
from fluxtui.domain.errors import FluxError, InvalidInput, ServiceError
from fluxtui.domain.text import safe_text
from fluxtui.domain.uses import Trainer
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.controllers.host import HostState
    from fluxtui.domain.finetune import Finetune
    from fluxtui.domain.prices import Prices
    from fluxtui.providers.base import Abilities
    from fluxtui.services.bundle import Services

AVAILABILITY = {
    Availability.SERVING: "",
    Availability.BETA: "beta",
    Availability.HISTORIC: "ended",
}
"""A word for trainers that are not simply there."""

_RANK = {Availability.SERVING: 0, Availability.BETA: 1, Availability.HISTORIC: 2}


@dataclass(frozen=True)
class ProfileTrainers:
    """What one profile trains with and its service can do; or `fault`, why it cannot be used."""

    profile: str
    trainers: tuple[Trainer, ...] = ()
    abilities: Abilities | None = None
    fault: FluxError | None = None


async def ask_profile(services: Services, profile: str) -> ProfileTrainers:
    """Ask what a profile trains with: not the network, but its key may have to be fetched for it."""
    try:
        trainers = await services.finetuning.trainers(profile)
        return ProfileTrainers(profile, trainers, await services.account.abilities(profile))
    except FluxError as error:
        return ProfileTrainers(profile, fault=error)


@dataclass(frozen=True)
class Trainers:
    """The trainers of all profiles; a change is a new value.

    Attributes:
        answers: of the profiles, the active one first.
        gone: refs of trainers that their service says it no longer has.
    """

    answers: tuple[ProfileTrainers, ...] = ()
    gone: frozenset[str] = field(default_factory=frozenset)

    @property
    def offered(self) -> tuple[Trainer, ...]:
        """The trainers on offer, those of one service side by side."""
        found = [trainer for answer in self.answers for trainer in answer.trainers]
        services = list(dict.fromkeys(trainer.provider for trainer in found))
        found.sort(key=lambda trainer: services.index(trainer.provider))
        return tuple(trainer for trainer in found if trainer.ref not in self.gone)

    @property
    def is_shared(self) -> bool:
        """Whether several profiles train, so that it has to be said whose a trainer is."""
        return len({trainer.profile for trainer in self.offered}) > 1

    @property
    def lack(self) -> str:
        """What stands in place of a trainer where there is none."""
        has_keys = bool(self.answers) and all(answer.fault is None for answer in self.answers)
        return "none at your services" if has_keys else "none without a key"

    @property
    def fault(self) -> FluxError | None:
        """Why there is nothing to train with, or None where there is."""
        if self.offered:
            return None
        told = next((answer.fault for answer in self.answers if answer.fault is not None), None)
        nothing = InvalidInput(
            "None of your profiles trains finetunes now.",
            next_step="F7 Settings adds a profile of another service.",
        )
        return told or nothing

    def without(self, gone: frozenset[str]) -> Trainers:
        """Return these but for some, by their refs, that their services no longer have."""
        return replace(self, gone=self.gone | gone)

    def chosen(self, ref: str) -> Trainer | None:
        """Return the trainer with a ref, or the first of those that are most surely there."""
        named = next((trainer for trainer in self.offered if trainer.ref == ref), None)
        return named or min(
            self.offered, key=lambda trainer: _RANK[trainer.endpoint.info.availability], default=None
        )

    def abilities(self, profile: str) -> Abilities | None:
        """Return what the service of a profile can do, where it has answered."""
        return next((answer.abilities for answer in self.answers if answer.profile == profile), None)


async def ask_trainers(known: HostState, before: Trainers) -> Trainers:
    """Ask all profiles what they train with; what was found to be gone `before` stays gone."""
    profiles = tuple(dict.fromkeys((known.profile, *known.usable_profiles)))
    answers = await asyncio.gather(*(ask_profile(known.services, profile) for profile in profiles))
    return replace(before, answers=tuple(answers))


async def missing_trainers(services: Services, trainers: Trainers) -> frozenset[str]:
    """Ask the services which of the trainers they no longer have; return their refs.

    A service that cannot be asked now is taken to train: an order of what is gone costs nothing.
    """
    profiles = [answer.profile for answer in trainers.answers if answer.trainers]
    found = await asyncio.gather(*(_gone(services, profile) for profile in profiles))
    return frozenset[str]().union(*found)


async def _gone(services: Services, profile: str) -> frozenset[str]:
    with contextlib.suppress(ServiceError):
        return frozenset(f"{profile}/{name}" for name in await services.finetuning.gone(profile))
    return frozenset()


def trainer_title(trainer: Trainer, *, shared: bool) -> str:
    """Return the title, with the profile where several train, and a word where it is not simply there."""
    info = trainer.endpoint.info
    parts = (info.title, trainer.profile if shared else "", AVAILABILITY[info.availability])
    return " · ".join(part for part in parts if part)


def trainer_choices(trainers: Trainers, prices: Prices) -> tuple[Choice, ...]:
    """Return the trainers with price, advised pictures and service beside the title.

    Args:
        trainers: of all profiles.
        prices: as the services told them.
    """
    shared = trainers.is_shared
    return tuple(
        Choice(trainer.ref, trainer_title(trainer, shared=shared), _note(trainer, prices))
        for trainer in trainers.offered
    )


def checkpoint_choices(trainer: Trainer | None, finetunes: Iterable[Finetune]) -> tuple[Choice, ...]:
    """Return the finetunes that a trainer can go on learning from: its own, whose file can be had."""
    if trainer is None or trainer.endpoint.info.finetunes is None:
        return ()
    return tuple(
        Choice(item.ref, safe_text(item.name, limit=60), item.trigger_word or "")
        for item in finetunes
        if item.endpoint == trainer.endpoint.info.id
        and item.is_usable
        and (item.weights is not None or item.weights_url is not None)
    )


def _note(trainer: Trainer, prices: Prices) -> str:
    estimate = TrainingOrder(trainer).estimate(prices.of(trainer.provider, trainer.endpoint))
    price = estimate.show() if estimate is not None else ""
    rules = trainer.endpoint.rules
    advised = f"{rules.advised_pictures} {rules.unit}s or more"
    return " · ".join(part for part in (price, advised, trainer.service) if part)
