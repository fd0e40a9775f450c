"""What there is to choose from, and which endpoint goes with what is chosen. Pure functions."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property

from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.matching import find_finetune, goes_with
from fluxtui.controllers.generation.price import reported_price
from fluxtui.domain.endpoint import Availability
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.money import UnitPrice
from fluxtui.domain.prices import Prices
from fluxtui.domain.result_uses import suits
from fluxtui.domain.uses import FitsAs, Offer, fits, fits_as
from fluxtui.system.dataclass import dataclass

_AVAILABLE = {Availability.SERVING: 0, Availability.BETA: 1, Availability.HISTORIC: 2}


@dataclass(frozen=True)
class Stock:
    """The offers of all profiles, the finetunes and the prices that are known; a change is a new stock.

    Attributes:
        offers: those of the active profile before others, each profile's finetuned ones first.
        finetunes: all that are known, in whatever state.
        prices: as the services told them.
    """

    offers: tuple[Offer, ...] = ()
    finetunes: tuple[Finetune, ...] = ()
    prices: Prices = field(default_factory=Prices)

    @property
    def is_shared(self) -> bool:
        """Whether several profiles offer something, so that it has to be said whose it is."""
        return len({offer.profile for offer in self.offers}) > 1

    def offer(self, profile: str, endpoint_id: str) -> Offer | None:
        """Return the offer of an endpoint; without a profile, the first one of any."""
        fitting = (offer for offer in self.offers if offer.endpoint.info.id == endpoint_id)
        return next((offer for offer in fitting if not profile or offer.profile == profile), None)

    def offer_called(self, ref: str) -> Offer | None:
        """Return an offer by its ref."""
        return next((offer for offer in self.offers if offer.ref == ref), None)

    def offer_of(self, form: GenerateForm) -> Offer | None:
        """Return the offer that a form is for."""
        return self.offer(form.profile, form.endpoint_id) if form.profile else None

    def finetune_of(self, form: GenerateForm) -> Finetune | None:
        """Return the finetune that a form names, None where it names none that is known."""
        return find_finetune(self.finetunes, form.profile, form.finetune)

    def price_of(self, offer: Offer) -> UnitPrice | None:
        """Return what the service told of an endpoint's price, None where it is not reckoned with."""
        return reported_price(self.prices, offer)

    def ready(self) -> tuple[Finetune, ...]:
        """Return the finetunes that can be used now: favourites first, then in the order of the profiles."""
        return self._ready

    @cached_property
    def _ready(self) -> tuple[Finetune, ...]:
        order = list(dict.fromkeys(offer.profile for offer in self.offers))
        wanted: dict[FitsAs, bool] = {}
        usable = [item for item in self.finetunes if item.is_usable and self._is_wanted(item, wanted)]
        places = {profile: place for place, profile in enumerate(order)}
        usable.sort(key=lambda item: (not item.favourite, places.get(item.profile, len(order))))
        return tuple(usable)

    def _is_wanted(self, finetune: Finetune, known: dict[FitsAs, bool]) -> bool:
        """Tell whether any endpoint takes a finetune; `known` is what was found of those that are alike."""
        kind = fits_as(finetune)
        if kind not in known:
            known[kind] = any(fits(offer, finetune) for offer in self.offers)
        return known[kind]

    def fitting(self, offer: Offer) -> tuple[Finetune, ...]:
        """Return the finetunes that are ready and go with an endpoint."""
        known: dict[FitsAs, bool] = {}
        found = []
        for item in self.ready():
            kind = fits_as(item)
            if kind not in known:
                known[kind] = fits(offer, item)
            if known[kind]:
                found.append(item)
        return tuple(found)

    def offer_for(self, form: GenerateForm) -> Offer | None:
        """Return the endpoint to use for what a form names as its finetune, or for none.

        The present endpoint stays where it will do. Else one that the service still offers is taken, of the
        profile that the finetune belongs to if it can be; what has learned an edit comes to one that edits.
        """
        present = self.offer_of(form)
        if form.finetune is None:
            return self._base_offer(present, form.profile)
        finetune = self.finetune_of(form)
        able = [offer for offer in self.offers if goes_with(offer, form.finetune, finetune)]
        if finetune is not None and finetune.edits:
            able = [offer for offer in able if suits(offer, finetune)] or able
        if present is not None and present in able:
            return present
        home = finetune.profile if finetune is not None else form.profile
        return self._best(able, home)

    def _base_offer(self, present: Offer | None, home: str) -> Offer | None:
        if present is not None and not present.endpoint.needs_finetune():
            return present
        without = [offer for offer in self.offers if not offer.endpoint.takes_finetune()]
        optional = [offer for offer in self.offers if not offer.endpoint.needs_finetune()]
        return self._best(without, home) or self._best(optional, home)

    def _best(self, offers: list[Offer], home: str) -> Offer | None:
        def rank(offer: Offer) -> tuple[bool, bool, int]:
            available = offer.endpoint.info.availability
            return (available is Availability.HISTORIC, offer.profile != home, _AVAILABLE[available])

        return min(offers, key=rank, default=None)

    def beginning(self, form: GenerateForm) -> GenerateForm:
        """Return a form whose own endpoint is not offered, for one that is: the same of another profile, or
        what goes with its finetune or with the first that is ready, or else a base model.
        """
        same = self.offer("", form.endpoint_id)
        if same is not None:
            return form.at(same)
        ready = next((item.ref for item in self.ready()), None)
        for finetune in (form.finetune or ready, None):
            named = form.with_finetune(finetune)
            offer = self.offer_for(named)
            if offer is not None:
                return named.at(offer)
        return form

    def settled(self, form: GenerateForm) -> GenerateForm:
        """Return a form that names its finetune by the ref, where it is known."""
        finetune = self.finetune_of(form)
        return form if finetune is None else form.with_finetune(finetune.ref)
