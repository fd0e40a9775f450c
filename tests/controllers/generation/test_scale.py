"""Ten thousand finetunes: which of them an endpoint goes with is asked once for all that are alike."""

from __future__ import annotations

import pytest

from fluxtui.controllers.generation import stock as module
from fluxtui.controllers.generation.stock import Stock
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.uses import Offer, fits
from fluxtui.domain.weights import Base
from fluxtui.providers.bfl.finetuned import UltraFinetuned


def test_finetunes_that_are_alike_are_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Finetune] = []

    def counted(offer: Offer, finetune: Finetune) -> bool:
        asked.append(finetune)
        return fits(offer, finetune)

    monkeypatch.setattr(module, "fits", counted)
    finetunes = tuple(
        Finetune(profile=("bfl", "other")[number % 2], id=str(number), name=str(number), base=Base.FLUX1_PRO)
        for number in range(1_000)
    )
    offer = Offer("bfl", "bfl", UltraFinetuned)
    stock = Stock((offer,), finetunes)
    expected = [item for item in finetunes if fits(offer, item)]
    assert list(stock.fitting(offer)) == expected
    assert expected
    assert len(asked) <= 4
