"""The generate place over several profiles, one of them of a service that the program has never heard of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.navigation import GenerateAgain, GenerateWith, ShowJob
from fluxtui.domain.finetune import OWN_FILES, Finetune
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.money import UnitPrice
from fluxtui.domain.prices import Prices
from fluxtui.domain.weights import Base
from fluxtui.screens.generate.choosers import EndpointChooser, FinetuneChooser
from fluxtui.screens.generate.prompt_editor import PromptArea
from fluxtui.screens.generate.queue_table import QueueTable, columns_for
from fluxtui.widgets.dialogs import ChoiceDialog, ConfirmDialog
from fluxtui.widgets.flash import Flash
from fluxtui.widgets.parameter_form.row import FieldRow
from tests.piloting.waiting import until_screen

MakeApp = Callable[..., Any]
OpenPlace = Callable[..., Any]
MakeFinetune = Callable[..., Finetune]
MakeJob = Callable[..., Job]

ADDRESS = "https://example.org/lumi.safetensors"
ULTRA = "flux-pro-1.1-ultra-finetuned"
MIX = "atelier/mix"


def news(place: Any) -> str:
    return str(place.screen.query_one(Flash).text)


def own_file(make_finetune: MakeFinetune, name: str = "fox") -> Finetune:
    return make_finetune(name, profile=OWN_FILES, name=name.title(), base=Base.FLUX2_DEV, weights_url=ADDRESS)


async def all_answered(place: Any) -> None:
    await place.until(lambda: place.generation.catalogue.is_complete)


@pytest.fixture
def several(make_app: MakeApp, atelier: Any, shared_profiles: Mapping[str, object]) -> Any:
    """The application with the profiles demo, second and studio."""
    return make_app(more=shared_profiles)


@pytest.mark.usefixtures("still_state")
async def test_all_profiles_offer_their_endpoints(several: Any, open_place: OpenPlace) -> None:
    async with open_place(several) as place:
        await all_answered(place)
        values = [choice.value for choice in place.screen.query_one(EndpointChooser).choices]
        assert values[0].startswith("demo/")
        assert {value.partition("/")[0] for value in values} == {"demo", "second", "studio"}
        assert {f"demo/{ULTRA}", f"second/{ULTRA}", f"studio/{MIX}"} <= set(values)
        chooser = place.screen.query_one(EndpointChooser)
        labels = [chooser.label_of(value) for value in values]
        assert len(set(labels)) == len(labels)


@pytest.mark.usefixtures("still_state")
async def test_a_finetune_of_another_profile_is_chosen_with_its_endpoint(
    several: Any, open_place: OpenPlace, make_finetune: MakeFinetune
) -> None:
    async with open_place(several) as place:
        await all_answered(place)
        place.app.finetunes = (make_finetune(), make_finetune("ft-9", profile="second", name="Wolf"))
        place.screen.follow(GenerateWith("second/ft-9"))
        await place.until(lambda: place.generation.form.finetune == "second/ft-9")
        assert place.generation.form.profile == "second"
        assert "Wolf" in place.text("#finetune")
        assert "second" in place.text("#finetune")


@pytest.mark.usefixtures("still_state")
async def test_the_list_of_finetunes_says_which_do_not_go_with_the_endpoint(
    several: Any, open_place: OpenPlace, make_finetune: MakeFinetune
) -> None:
    async with open_place(several) as place:
        await all_answered(place)
        place.app.finetunes = (make_finetune(base=Base.FLUX1_PRO), own_file(make_finetune))
        await place.show(GenerateForm("studio", MIX, "files/fox", "fog"))
        place.screen.query_one(FinetuneChooser).focus()
        await place.pilot.press("enter")
        await until_screen(place.pilot, ChoiceDialog)
        notes = {choice.value: choice.note for choice in place.app.screen._shown}
        assert "not here: for FLUX.1 [pro]" in notes["demo/ft-1"]
        assert "not here" not in notes["files/fox"]
        await place.pilot.press(*"lumi", "enter")
        await place.until(lambda: place.generation.form.finetune == "demo/ft-1")
        assert (place.generation.form.profile, place.generation.form.endpoint_id) == ("demo", ULTRA)
        assert "The endpoint is now" in news(place)


@pytest.mark.usefixtures("still_state")
async def test_an_endpoint_that_the_finetune_does_not_go_with_is_not_sent_it(
    several: Any, open_place: OpenPlace, make_finetune: MakeFinetune
) -> None:
    async with open_place(several) as place:
        await all_answered(place)
        place.app.finetunes = (make_finetune(base=Base.FLUX1_PRO), own_file(make_finetune))
        await place.show(GenerateForm("demo", ULTRA, "demo/ft-1", "fog"))
        chooser = place.screen.query_one(EndpointChooser)
        chooser._choose(f"studio/{MIX}")
        await place.until(lambda: place.generation.form.endpoint_id == MIX)
        assert "was trained on FLUX.1 [pro]" in news(place)
        assert "none" in place.text("#finetune")
        await place.until(lambda: place.text(".chip") == "")
        place.screen.action_submit()
        await place.until(lambda: isinstance(place.app.focused, FinetuneChooser))
        assert place.app.jobs == ()
        chooser._choose(f"demo/{ULTRA}")
        await place.until(lambda: "Lumi" in place.text("#finetune"))


@pytest.mark.usefixtures("still_state")
async def test_a_further_lora_that_does_not_fit_is_told_at_its_field(
    several: Any, open_place: OpenPlace, make_finetune: MakeFinetune
) -> None:
    async with open_place(several) as place:
        await all_answered(place)
        place.app.finetunes = (make_finetune(base=Base.FLUX1_PRO), own_file(make_finetune))
        await place.show(GenerateForm("studio", MIX, "files/fox", "fog"))
        row = next(row for row in place.screen.query(FieldRow) if row.field.name == "extra_lora")
        row.input._choose("demo/ft-1")
        await place.until(lambda: place.generation.form.values.get("extra_lora") == "demo/ft-1")
        place.screen.action_submit()
        await place.until(lambda: "FLUX.1 [pro]" in row.problem)
        assert place.app.jobs == ()


@pytest.mark.usefixtures("still_state")
async def test_the_price_that_the_service_told_counts_with_its_date(
    several: Any, open_place: OpenPlace, make_finetune: MakeFinetune
) -> None:
    async with open_place(several, size=(120, 40)) as place:
        await all_answered(place)
        place.app.finetunes = (own_file(make_finetune),)
        await place.show(GenerateForm("studio", MIX, "files/fox", "fog"))
        place.app.prices = Prices()
        assert "$0.03 a picture" in place.text(".cost")
        told = UnitPrice(0.05, "images", "2026-11-23", live=True)
        place.app.prices = Prices().with_told("atelier", {MIX: told})
        await place.until(lambda: "told 2026-11-23" in place.text(".cost"))
        assert "$0.05 a picture" in place.text(".cost")
        await place.show(GenerateForm("studio", MIX, "files/fox", "fog", {}, 24))
        await place.pilot.press("ctrl+s")
        await until_screen(place.pilot, ConfirmDialog)
        words = " ".join(str(label.render()) for label in place.app.screen.query("PlainLabel"))
        assert "The service told its price on 2026-11-23." in words
        assert "does not tell what is left" in words
        assert "too little" not in words


async def test_a_running_picture_is_cancelled_at_its_service_after_a_question(
    several: Any, atelier: Any, open_place: OpenPlace
) -> None:
    async with open_place(several) as place:
        await all_answered(place)
        await place.show(GenerateForm("studio", "atelier/plain", None, "fog"))
        place.screen.action_submit()
        await place.until(lambda: [job.state for job in place.app.jobs] == [JobState.RUNNING])
        place.screen.query_one(QueueTable).focus()
        await place.pilot.press("x")
        await until_screen(place.pilot, ConfirmDialog)
        words = " ".join(str(label.render()) for label in place.app.screen.query("PlainLabel"))
        assert "billed for the seconds it took" in words
        await place.pilot.press("n")
        await place.until(lambda: "It goes on" in news(place))
        await place.pilot.press("x")
        await until_screen(place.pilot, ConfirmDialog)
        await place.pilot.press("y")
        await place.until(lambda: [job.state for job in place.app.jobs] == [JobState.CANCELLED])


@pytest.mark.usefixtures("still_state")
async def test_a_service_that_cannot_cancel_says_so(
    several: Any, open_place: OpenPlace, make_job: MakeJob
) -> None:
    async with open_place(several) as place:
        await all_answered(place)
        advice = (await place.app.services.account.abilities("demo")).cancel_advice
        place.app.jobs = (make_job(state=JobState.WAITING),)
        place.screen.query_one(QueueTable).focus()
        await place.pilot.press("x")
        await place.until(lambda: news(place) == advice)


@pytest.mark.usefixtures("still_state")
async def test_lines_of_the_queue_say_whose_they_are(
    several: Any, open_place: OpenPlace, make_job: MakeJob
) -> None:
    async with open_place(several) as place:
        place.app.jobs = (make_job("a", JobState.WAITING, profile="studio"), make_job("b"))
        queue = place.screen.query_one(QueueTable)
        await place.until(lambda: queue.selected_key)
        assert "profile" in [column.key for column in queue._columns]
        assert "studio" in place.text(".sentence")


@pytest.mark.parametrize("width", [36, 63, 72, 100])
def test_a_profile_has_its_column_at_every_width(width: int) -> None:
    assert "profile" in [column.key for column in columns_for(width, shared=True)]
    assert "profile" not in [column.key for column in columns_for(width, shared=False)]


@pytest.mark.usefixtures("still_state")
async def test_a_job_of_another_profile_is_wished_for_again(
    several: Any, open_place: OpenPlace, make_finetune: MakeFinetune
) -> None:
    async with open_place(several) as place:
        await all_answered(place)
        place.app.finetunes = (own_file(make_finetune),)
        values = {"prompt": "LUMI, fog", "finetune_id": "files/fox", "finetune_strength": 0.5, "seed": 3}
        await place.app.go(GenerateAgain("studio", MIX, values, "files/fox"))
        await place.until(lambda: place.generation.form.endpoint_id == MIX)
        form = place.generation.form
        assert (form.profile, form.finetune) == ("studio", "files/fox")
        assert dict(form.values) == {"finetune_strength": 0.5, "seed": 3}
        await place.app.go(GenerateAgain("nobody", MIX, values))
        await place.until(lambda: "The profile nobody does not offer" in news(place))
        assert place.generation.form == form


@pytest.mark.usefixtures("still_state")
async def test_a_draft_remembers_profile_and_finetune(
    make_app: MakeApp,
    atelier: Any,
    shared_profiles: Mapping[str, object],
    open_place: OpenPlace,
    make_finetune: MakeFinetune,
    tmp_path: Any,
) -> None:
    data_dir = tmp_path / "kept"
    async with open_place(make_app(data_dir=data_dir, more=shared_profiles)) as place:
        await all_answered(place)
        place.app.finetunes = (own_file(make_finetune),)
        await place.show(GenerateForm("studio", MIX, "files/fox"))
        place.screen.query_one(PromptArea).insert("fog")
        await place.until(lambda: place.generation.form.prompt == "fog")
        form = place.generation.form
    async with open_place(make_app(data_dir=data_dir, more=shared_profiles)) as place:
        await all_answered(place)
        assert (form.profile, form.finetune) == ("studio", "files/fox")
        assert place.generation.form == form


@pytest.mark.usefixtures("still_state")
async def test_the_jobs_place_sends_a_job_here_with_its_profile_and_finetune(
    several: Any, open_place: OpenPlace, make_finetune: MakeFinetune, make_job: MakeJob
) -> None:
    async with open_place(several) as place:
        await all_answered(place)
        place.app.finetunes = (own_file(make_finetune),)
        values = {"prompt": "fog", "finetune_id": "files/fox", "seed": 3}
        job = {"profile": "studio", "endpoint": MIX, "parameters": values, "finetune_id": "fox"}
        place.app.jobs = (make_job(**job, provider="atelier", finetune_profile=OWN_FILES),)
        await place.app.go(ShowJob("job-1"))
        await place.until(lambda: place.app.screen is not place.screen)
        place.app.screen.action_use_again()
        await place.until(lambda: place.generation.form.endpoint_id == MIX)
        form = place.generation.form
        assert (form.profile, form.finetune, form.prompt) == ("studio", "files/fox", "fog")
