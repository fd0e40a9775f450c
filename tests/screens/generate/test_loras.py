"""The list of LoRAs in the generate place: beside the finetune above it, the price and the order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.domain.finetune import OWN_FILES, Finetune
from fluxtui.domain.loras import LoraRow
from fluxtui.domain.weights import Base
from fluxtui.screens.generate.choosers import FinetuneChooser
from fluxtui.widgets.dialogs import ChoiceDialog
from fluxtui.widgets.parameter_form.lora_stack import LoraStackControl
from tests.piloting.waiting import until_screen

KLEIN = "fal-ai/flux-2/klein/9b/lora"
BARE = "fal-ai/flux-2/klein/9b"


def own(name: str, word: str) -> Finetune:
    url = f"https://example.org/{name}.safetensors"
    return Finetune(
        profile=OWN_FILES, id=name, name=name, base=Base.KLEIN_9B, weights_url=url, trigger_word=word
    )


@pytest.fixture
def at_fal(make_app: Callable[..., Any]) -> Any:
    """The application with the profiles demo and fal."""
    more = {
        "profiles.fal.provider": "fal",
        "profiles.fal.base_url": "http://127.0.0.1:9",
        "profiles.fal.rest_url": "http://127.0.0.1:9",
        "profiles.fal.platform_url": "http://127.0.0.1:9",
        "profiles.fal.api_key": "a:b",
    }
    return make_app(more=more)


async def shown(place: Any, finetune: str | None) -> LoraStackControl:
    """Show a form at an endpoint that takes three, and return its list with the focus."""
    await place.until(lambda: place.generation.catalogue.is_complete)
    place.app.finetunes = (own("fox", "FOX"), own("owl", "OWL"))
    await place.show(GenerateForm("fal", KLEIN, finetune, "fog"))
    await place.until(lambda: place.screen.query(LoraStackControl))
    control: LoraStackControl = place.screen.query_one(LoraStackControl)
    control.focus()
    return control


@pytest.mark.usefixtures("still_state")
async def test_what_is_first_and_on_is_the_finetune_above(at_fal: Any, open_place: Any) -> None:
    async with open_place(at_fal) as place:
        control = await shown(place, "files/fox")
        assert control.rows == (LoraRow("files/fox"),)
        await place.pilot.press("a")
        await until_screen(place.pilot, ChoiceDialog)
        await place.pilot.press("enter")
        await place.until(lambda: len(place.generation.form.stack) == 2)
        assert "fox" in place.text("#finetune")
        await place.pilot.press("shift+up")
        await place.until(lambda: place.generation.form.finetune == "files/owl")
        await place.until(lambda: "owl" in place.text("#finetune"))
        await place.until(lambda: "OWL" in place.text(".chip"))
        await place.pilot.press("space", "down", "0", ".", "4")
        await place.until(lambda: place.generation.form.finetune == "files/fox")
        assert place.generation.form.stack == (LoraRow("files/owl", on=False), LoraRow("files/fox", 0.4))
        values = place.generation.form.request_values(place.generation.editor.offer, own("fox", "FOX"))
        assert values["loras"] == [{"finetune": "files/fox", "weight": 0.4}]
        assert values["prompt"] == "FOX, fog"


@pytest.mark.usefixtures("still_state")
async def test_what_is_chosen_above_is_in_the_list(at_fal: Any, open_place: Any) -> None:
    async with open_place(at_fal) as place:
        control = await shown(place, None)
        assert not control.rows
        chooser = place.screen.query_one(FinetuneChooser)
        chooser._choose("files/owl")
        await place.until(lambda: control.rows == (LoraRow("files/owl"),))
        assert place.generation.form.endpoint_id == KLEIN
        chooser._choose("")
        await place.until(lambda: place.generation.form.finetune is None)
        await place.until(lambda: not any(row.on for row in control.rows))
        assert place.generation.form.endpoint_id == KLEIN


@pytest.mark.usefixtures("still_state")
async def test_an_endpoint_without_loras_leaves_them_for_later(at_fal: Any, open_place: Any) -> None:
    async with open_place(at_fal) as place:
        await shown(place, "files/fox")
        await place.pilot.press("right")
        await place.until(lambda: place.generation.form.values.get("finetune_strength") == 1.1)
        await place.generation.choose_offer(f"fal/{BARE}")
        await place.until(lambda: not place.screen.query(LoraStackControl))
        assert "loras" not in place.generation.form.request_values(place.generation.editor.offer)
        await place.generation.choose_offer(f"fal/{KLEIN}")
        await place.until(lambda: place.screen.query(LoraStackControl))
        assert place.screen.query_one(LoraStackControl).rows == (LoraRow("files/fox", 1.1),)
