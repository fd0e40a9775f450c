"""A picture that is made larger, or varied: what is asked, and what the form has then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fluxtui.controllers.generation.changes import to_request
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.picture_use import (
    LITTLE,
    VARIATIONS,
    choose_upscaler,
    choose_variation,
)
from fluxtui.controllers.generation.stock import Stock
from fluxtui.controllers.navigation import GenerateAgain, UsePicture
from fluxtui.controllers.questions import Selection
from fluxtui.domain.picture_fields import SOURCE
from fluxtui.domain.prices import Prices
from fluxtui.domain.uses import Offer
from fluxtui.providers.bfl.catalogue import GENERATION as BFL
from fluxtui.providers.fal.catalogue import GENERATION as FAL
from fluxtui.services.storage import StorageService

FOX = Path("/pictures/fox.png")
OFFERS = tuple(Offer("fal", "fal", endpoint) for endpoint in FAL)
AGAIN = GenerateAgain("fal", FAL[0].info.id, {"prompt": "a {red|blue} fox", "seed": 7, "steps": 20})


class Asked:
    """A host that answers a selection by part of a choice's title, and keeps what it said."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, wanted: str, offers: tuple[Offer, ...] = OFFERS
    ) -> None:
        self.question: Selection | None = None
        self.told: list[str] = []
        self.prices = Prices()
        self._wanted = wanted

        async def all_offers(_: Any) -> tuple[Offer, ...]:
            return offers

        monkeypatch.setattr("fluxtui.controllers.generation.picture_use.all_offers", all_offers)

    async def ask(self, question: Selection) -> str | None:
        self.question = question
        return next((each.value for each in question.choices if self._wanted in each.label), None)

    def tell(self, text: str, **_: object) -> None:
        self.told.append(text)


def _form(request: Any, count: int = 1) -> GenerateForm:
    stock = Stock(OFFERS)
    begun = replace(GenerateForm(), count=count).at(OFFERS[0])
    return to_request(stock, begun, request, StorageService(Path("/data"))).form


async def test_upscaling_asks_where_with_prices_and_puts_the_picture_into_the_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host: Any = Asked(monkeypatch, "SeedVR")
    request = await choose_upscaler(host, FOX)
    assert isinstance(request, UsePicture)
    assert all("$" in each.note for each in host.question.choices)
    form = _form(request, count=4)
    assert form.values[SOURCE] == str(FOX)
    assert "upscale" in form.endpoint_id
    assert form.count == 1


async def test_without_an_upscaler_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    offers = tuple(Offer("bfl", "bfl", endpoint) for endpoint in BFL)
    host: Any = Asked(monkeypatch, "", offers)
    assert await choose_upscaler(host, FOX) is None
    assert host.told == ["None of your services makes a picture larger; fal.ai does."]


async def test_other_seeds_make_four_of_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    host: Any = Asked(monkeypatch, "Other seeds")
    request = await choose_variation(host, FOX, AGAIN)
    assert isinstance(request, GenerateAgain)
    form = _form(request)
    assert (form.count, form.prompt, form.is_template) == (VARIATIONS, "a {red|blue} fox", False)
    assert "seed" not in form.values
    assert form.values["steps"] == 20


async def test_a_picture_is_varied_a_little_with_its_own_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    host: Any = Asked(monkeypatch, "from a picture")
    request = await choose_variation(host, FOX, AGAIN)
    assert isinstance(request, UsePicture), [each.label for each in host.question.choices]
    form = _form(request)
    assert (form.count, form.prompt, form.is_template) == (VARIATIONS, "a {red|blue} fox", False)
    assert form.values["prompt_strength"] == LITTLE
    assert form.values[SOURCE] == str(FOX)


async def test_what_was_made_elsewhere_is_varied_from_the_picture_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host: Any = Asked(monkeypatch, "Other seeds")
    assert await choose_variation(host, FOX, None) is None
    assert not any("Other seeds" in each.label for each in host.question.choices)


async def test_the_number_of_pictures_stays_where_none_is_asked_for() -> None:
    form = to_request(
        Stock(OFFERS),
        replace(GenerateForm().at(OFFERS[0]), count=3),
        UsePicture(str(FOX), "vary"),
        StorageService(Path("/data")),
    ).form
    assert form.count == 3
