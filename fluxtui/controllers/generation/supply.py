"""What every profile offers, asked for; one that cannot be used stands in nobody's way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from functools import cached_property

from fluxtui.controllers.generation.price import Funds, available_funds
from fluxtui.controllers.generation.stock import Stock
from fluxtui.controllers.host import Host
from fluxtui.controllers.signal import Listener
from fluxtui.domain.errors import FluxError
from fluxtui.domain.uses import Offer
from fluxtui.providers.base import Abilities
from fluxtui.services.bundle import Services
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class OfferAnswer:
    """What one profile offers and its service can do; or `fault`, why it cannot be used, as a sentence."""

    profile: str
    offers: tuple[Offer, ...] = ()
    abilities: Abilities | None = None
    fault: str = ""


async def ask_profile(services: Services, profile: str) -> OfferAnswer:
    """Ask what a profile offers; the network is not needed for it, but its key may have to be fetched."""
    try:
        offers = await services.inference.offers(profile)
        return OfferAnswer(profile, offers, await services.account.abilities(profile))
    except FluxError as error:
        return OfferAnswer(profile, fault=error.sentence())


@dataclass(frozen=True)
class Supply:
    """What the profiles have answered so far; immutable, an answer gives a new one.

    Attributes:
        profiles: those that are asked, in the order in which they are listed.
        answers: by profile.
    """

    profiles: tuple[str, ...] = ()
    answers: Mapping[str, OfferAnswer] = field(default_factory=dict)

    def for_profiles(self, profiles: tuple[str, ...]) -> Supply:
        """Return the supply of other profiles; what is known of them holds until they answer anew."""
        return Supply(profiles, {name: answer for name, answer in self.answers.items() if not answer.fault})

    def with_answer(self, answer: OfferAnswer) -> Supply:
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
    def faults(self) -> tuple[OfferAnswer, ...]:
        """The answers of the profiles that cannot be used."""
        return tuple(answer for answer in self._in_order if answer.fault)

    @property
    def _in_order(self) -> list[OfferAnswer]:
        return [self.answers[profile] for profile in self.profiles if profile in self.answers]

    def tells_balance(self, profile: str) -> bool:
        """Tell whether the service of a profile says what is left, as far as it is known."""
        answer = self.answers.get(profile)
        return answer is None or answer.abilities is None or answer.abilities.tells_balance


class OfferCatalogue:
    """Asks the profiles what they offer, and keeps what there is to choose from."""

    def __init__(self, host: Host, changed: Listener) -> None:
        """Args:
        host: whose profiles they are, with the finetunes and the prices that are known.
        changed: called when there is something else to choose from.
        """
        self._host = host
        self._changed = changed
        self._supply = Supply()
        self._stock = Stock()
        self._left_out: frozenset[str] = frozenset()
        """The profiles of which it was told that they cannot be used."""
        self._config: object = None
        """The configuration under which the profiles were asked."""
        self.is_complete = False
        """Whether every profile has answered."""
        self.fault = ""
        """Why nothing can be generated at all, as a sentence."""

    @property
    def stock(self) -> Stock:
        """What there is to choose from now."""
        return self._stock

    def begin(self) -> tuple[str, ...]:
        """Begin anew and return the profiles to ask; what is known of them holds until they answer."""
        self.is_complete = False
        self._config = self._host.services.config.config
        profiles = tuple(dict.fromkeys((self._host.profile, *self._host.usable_profiles)))
        self._supply = self._supply.for_profiles(profiles)
        return profiles

    async def ask(self, profiles: Iterable[str]) -> None:
        """Ask profiles what they offer, all at once."""
        await asyncio.gather(*map(self._ask, profiles))

    async def _ask(self, profile: str) -> None:
        self._supply = self._supply.with_answer(await ask_profile(self._host.services, profile))
        self.restock()

    def complete(self) -> None:
        """Say of each profile once that it is left out, or why nothing can be generated at all."""
        self.is_complete = True
        faults = {answer.profile: answer.fault for answer in self._supply.faults}
        self.fault = "" if self._stock.offers else next(iter(faults.values()), "")
        if self._stock.offers:
            for profile in sorted(faults.keys() - self._left_out):
                self._host.tell(f"Generate does without {profile}: {faults[profile]}", severity="warning")
            self._left_out = frozenset(faults)
        self._changed()

    @property
    def may_have_changed(self) -> bool:
        """Whether it is worth asking again, such as for a profile that had no key."""
        changed = self._config is not None and self._config is not self._host.services.config.config
        return bool(self.fault or (changed and self._supply.faults))

    def restock(self) -> None:
        """Take over the finetunes and the prices that are known now."""
        self._stock = Stock(self._supply.offers, self._host.finetunes, self._host.prices)
        self._changed()

    def funds(self, profile: str) -> Funds:
        """Return what a profile has to pay with; `''` is none."""
        if not profile:
            return Funds()
        return available_funds(self._host, profile, is_told=self._supply.tells_balance(profile))
