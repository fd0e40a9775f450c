"""Asking every profile what it offers; one that cannot be used stands in nobody's way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from fluxtui.domain.errors import FluxError
from fluxtui.domain.uses import Offer
from fluxtui.providers.base import Abilities
from fluxtui.services.bundle import Services


@dataclass(frozen=True)
class Answer:
    """What one profile offers and its service can do; or `fault`, why it cannot be used, as a sentence."""

    profile: str
    offers: tuple[Offer, ...] = ()
    abilities: Abilities | None = None
    fault: str = ""


async def ask_profile(services: Services, profile: str) -> Answer:
    """Ask what a profile offers; the network is not needed for it, but its key may have to be fetched."""
    try:
        offers = await services.inference.offers(profile)
        return Answer(profile, offers, await services.account.abilities(profile))
    except FluxError as error:
        return Answer(profile, fault=error.sentence())


@dataclass(frozen=True)
class Supply:
    """What the profiles have answered so far; immutable, an answer gives a new one.

    Attributes:
        profiles: those that are asked, in the order in which they are listed.
        answers: by profile.
    """

    profiles: tuple[str, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)

    def asked(self, profiles: tuple[str, ...]) -> Supply:
        """Return the supply of other profiles; what is known of them holds until they answer anew."""
        return Supply(profiles, {name: answer for name, answer in self.answers.items() if not answer.fault})

    def with_answer(self, answer: Answer) -> Supply:
        """Return the supply with one more answer."""
        return replace(self, answers={**self.answers, answer.profile: answer})

    @cached_property
    def offers(self) -> tuple[Offer, ...]:
        """All offers: the profiles in their order, the finetuned ones of each first."""
        return tuple(
            offer
            for answer in self._in_order
            for offer in sorted(answer.offers, key=lambda offer: not offer.endpoint.takes_finetune())
        )

    @property
    def faults(self) -> tuple[Answer, ...]:
        """The answers of the profiles that cannot be used."""
        return tuple(answer for answer in self._in_order if answer.fault)

    @property
    def _in_order(self) -> list[Answer]:
        return [self.answers[profile] for profile in self.profiles if profile in self.answers]

    def tells_balance(self, profile: str) -> bool:
        """Tell whether the service of a profile says what is left, as far as it is known."""
        answer = self.answers.get(profile)
        return answer is None or answer.abilities is None or answer.abilities.tells_balance
