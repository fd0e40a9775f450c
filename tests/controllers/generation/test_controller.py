"""Generating without a screen, as a script does: a form, its price, a yes, and the picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from fluxtui.controllers.generation.controller import CHANGING
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.navigation import GenerateAgain, GenerateWith, UsePicture
from fluxtui.controllers.questions import Confirmation
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.loras import STRENGTH
from fluxtui.domain.notices import Balance
from fluxtui.simulator.running import Simulator
from tests.controllers.generation.conftest import OpenDesk
from tests.fakes.generation import START, Atelier

MakeFinetune = Callable[..., Finetune]
MakeJob = Callable[..., Job]

ULTRA = "flux-pro-1.1-ultra-finetuned"
KLEIN = "flux-2-klein-4b-finetuned"
MIX = "atelier/mix"


def dev(prompt: str = "a lamp", **changes: Any) -> GenerateForm:
    return GenerateForm("demo", "flux-dev", prompt=prompt, **changes)


async def test_a_script_orders_a_picture_and_has_it_on_disk(
    simulator: Simulator, open_desk: OpenDesk
) -> None:
    form, more = dev("a lamp in fog", count=2, values={"seed": 7}), {"generation.confirm_above_usd": 0.01}
    balances = {"demo": Balance(10_000.0, START)}
    async with open_desk(simulator.base_url, more=more, first=form, balances=balances) as desk:
        assert desk.generation.cost is not None
        assert desk.generation.cost.label == "Generate 2 · $0.05  ^S"
        desk.host.answers.append(True)
        await desk.generation.submit()
        (question,) = desk.host.questions
        assert isinstance(question, Confirmation)
        assert question.price == "2 × $0.025 = $0.05"
        assert question.sentences[0] == "Balance $100.00, $99.95 afterwards."
        assert desk.news == "2 pictures ordered for about $0.05."
        jobs = await desk.ended(2)
        assert {job.state for job in jobs} == {JobState.DONE}
        assert sorted(job.seed or 0 for job in jobs) == [7, 8]
        assert all(desk.host.services.storage.inside(job.picture or "").is_file() for job in jobs)
        assert len(simulator.ledger()) == 2
        assert not simulator.violations()


async def test_a_no_sends_nothing(simulator: Simulator, open_desk: OpenDesk) -> None:
    form = GenerateForm("demo", "flux-pro-1.1-ultra", prompt="a lamp", count=24)
    async with open_desk(simulator.base_url, first=form) as desk:
        desk.host.answers.append(False)
        await desk.generation.submit()
        assert desk.news == "Nothing was sent."
        assert await desk.jobs() == ()
        assert simulator.ledger() == []


async def test_what_is_wrong_is_told_and_nothing_is_sent(simulator: Simulator, open_desk: OpenDesk) -> None:
    async with open_desk(simulator.base_url, first=dev(count=99)) as desk:
        generation = desk.generation
        await generation.submit()
        assert "Pictures must be a whole number, 1 to 24" in desk.news
        refusals = [generation.submission.refusal]
        generation.editor.enter_count(1)
        refusals.append(generation.submission.refusal)
        assert [refusal is None for refusal in refusals] == [False, True]
        generation.editor.enter_values(generation.editor.offer.endpoint, {"width": 100})  # type: ignore[union-attr]
        await generation.submit()
        refusal = generation.submission.refusal
        assert refusal is not None
        assert [problem.field for problem in refusal.problems] == ["width"]
        assert await desk.jobs() == ()


async def test_nothing_is_sent_while_the_form_is_being_changed(
    simulator: Simulator, open_desk: OpenDesk
) -> None:
    async with open_desk(simulator.base_url, first=dev()) as desk:
        generation = desk.generation
        work = generation.follow(GenerateAgain("demo", "flux-2-pro", {"prompt": "a fox", "seed": 7}))
        await generation.submit()
        assert desk.news == CHANGING
        await work
        await generation.submit()
        (job,) = await desk.ended(1)
        assert (job.endpoint, job.parameters["prompt"]) == ("flux-2-pro", "a fox")


async def test_what_is_asked_before_the_profiles_answer_is_done_then(
    open_desk: OpenDesk, make_finetune: MakeFinetune
) -> None:
    async with open_desk(is_open=False, finetunes=(make_finetune(),)) as desk:
        generation = desk.generation
        generation.editor.enter_prompt("typed early")
        await generation.follow(GenerateWith("demo/ft-1"))
        await generation.follow(UsePicture("/fox.png", "image_prompt", "demo", ULTRA))
        changing = [generation.is_changing]
        await generation.open(dev("of before"))
        await desk.background.settled()
        form = generation.form
        assert [*changing, generation.is_changing] == [True, False]
        assert (form.finetune, form.endpoint_id, form.prompt) == ("demo/ft-1", ULTRA, "typed early")
        assert form.values["image_prompt"] == "/fox.png"
        kept = await desk.host.services.prompts.history.search("of before")
        assert [past.prompt for past in kept] == ["of before"]


async def test_changes_in_quick_succession_are_all_made(
    open_desk: OpenDesk, make_finetune: MakeFinetune
) -> None:
    form = GenerateForm("demo", "flux-2-pro", prompt="a lamp")
    async with open_desk(first=form, finetunes=(make_finetune(),)) as desk:
        await desk.host.services.finetune_defaults.keep("demo/ft-1", {STRENGTH: 1.5})
        generation = desk.generation
        first, second = generation.choose_finetune("demo/ft-1"), generation.choose_offer(f"demo/{KLEIN}")
        await first
        await second
        assert (generation.form.finetune, generation.form.endpoint_id) == ("demo/ft-1", KLEIN)
        assert generation.form.values[STRENGTH] == 1.5
        assert generation.form.prompt == "a lamp"


async def test_what_is_typed_while_defaults_are_looked_up_stays(
    open_desk: OpenDesk, make_finetune: MakeFinetune, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = GenerateForm("demo", "flux-2-pro", prompt="a lamp")
    async with open_desk(first=form, finetunes=(make_finetune(),)) as desk:
        generation, defaults = desk.generation, desk.host.services.finetune_defaults
        get = defaults.get

        async def typed_meanwhile(ref: str) -> Mapping[str, Any]:
            generation.editor.enter_prompt("a lamp in fog")
            return await get(ref)

        monkeypatch.setattr(defaults, "get", typed_meanwhile)
        await generation.follow(GenerateWith("demo/ft-1"))
        assert (generation.form.finetune, generation.form.prompt) == ("demo/ft-1", "a lamp in fog")


async def test_a_finetune_that_is_gone_is_not_chosen_any_more(
    open_desk: OpenDesk, make_finetune: MakeFinetune
) -> None:
    finetune = make_finetune()
    async with open_desk(first=GenerateForm("demo", ULTRA, "demo/ft-1"), finetunes=(finetune,)) as desk:
        desk.host.finetunes = ()
        await desk.generation.follow_finetunes((finetune,), ())
        assert desk.generation.form.finetune is None


async def test_without_a_key_it_is_said_what_to_do(open_desk: OpenDesk) -> None:
    async with open_desk(key=None) as desk:
        assert "F7" in desk.generation.catalogue.fault
        assert desk.generation.catalogue.may_have_changed
        await desk.generation.submit()
        assert "F7 Settings takes one" in desk.news
        assert desk.generation.cost is None


async def test_a_profile_that_cannot_be_used_is_left_out_with_a_word(
    open_desk: OpenDesk, atelier: type[Atelier], shared_profiles: Mapping[str, object]
) -> None:
    more = {name: value for name, value in shared_profiles.items() if name != "profiles.studio.api_key"}
    async with open_desk(more={**more, "profiles.studio.api_key_command": "false"}) as desk:
        assert {offer.profile for offer in desk.generation.catalogue.stock.offers} == {"demo", "second"}
        await desk.generation.open()
        told = [notice.text for notice in desk.host.notices]
        assert [text.startswith("Generate does without studio: ") for text in told] == [True]


async def test_each_profile_pays_from_its_own_balance(
    open_desk: OpenDesk, atelier: type[Atelier], shared_profiles: Mapping[str, object]
) -> None:
    balances = {"demo": Balance(1.0, START)}
    async with open_desk(more=shared_profiles, balances=balances) as desk:
        notes = {}
        for profile, endpoint in (("demo", "flux-dev"), ("second", "flux-dev"), ("studio", "atelier/plain")):
            await desk.show(GenerateForm(profile, endpoint, prompt="fog"))
            cost = desk.generation.cost
            assert cost is not None
            notes[profile] = (cost.note, cost.is_wrong)
        assert notes["demo"] == ("✗ Only $0.01 are left at demo", True)
        assert not notes["second"][1]
        assert "balance not told" in notes["studio"][0]


async def test_loras_go_out_with_their_strengths(
    open_desk: OpenDesk,
    atelier: type[Atelier],
    shared_profiles: Mapping[str, object],
    make_finetune: MakeFinetune,
) -> None:
    file = {"profile": "files", "base": "flux-2-dev", "weights_url": "https://example.org/lumi.safetensors"}
    async with open_desk(more=shared_profiles) as desk:
        loras = (make_finetune("fox", name="Fox", **file), make_finetune("owl", name="Owl", **file))
        desk.host.finetunes = await desk.host.services.journal.finetunes.put_many(loras)
        desk.generation.catalogue.restock()
        values = {"finetune_strength": 0.7, "extra_lora": "files/owl"}
        await desk.show(GenerateForm("studio", MIX, "files/fox", "fog", values))
        await desk.generation.submit()

        async def ordered() -> bool:
            return bool(atelier.ordered)

        await desk.until(ordered)
        (body,) = atelier.ordered
        assert (body["finetune_id"], body["extra_lora"]) == ("files/fox", "files/owl")
        assert (body["finetune_strength"], body["prompt"]) == (0.7, "LUMI, fog")
        assert body["loras"] == ["files/fox", "files/owl"]


async def test_a_new_seed_is_drawn_where_the_endpoint_takes_one(open_desk: OpenDesk) -> None:
    async with open_desk(first=dev()) as desk:
        revision = desk.generation.editor.revision
        desk.generation.editor.draw_seed()
        seed = desk.generation.form.values["seed"]
        assert desk.news == f"The seed is now {seed}."
        assert desk.generation.editor.revision > revision


async def test_one_change_is_told_once_it_is_made(open_desk: OpenDesk) -> None:
    """Whoever listens sees the form and what follows from it together."""
    async with open_desk(first=dev()) as desk:
        generation, seen = desk.generation, []

        def look() -> None:
            plan = generation.prompts.plan
            seen.append((generation.form.prompt, plan.prompts if plan is not None else None))

        end = generation.changed.connect(look)
        generation.editor.enter_prompt("an owl")
        assert seen == [("an owl", ("an owl",))]
        generation.editor.enter_prompt("an owl")
        end()
        generation.editor.enter_prompt("a fox")
        assert len(seen) == 1


@pytest.mark.parametrize(("answer", "count"), [(False, 0), (True, 1)])
async def test_another_seed_is_ordered_only_after_a_yes(
    simulator: Simulator, open_desk: OpenDesk, make_job: MakeJob, answer: bool, count: int
) -> None:
    async with open_desk(simulator.base_url, first=dev()) as desk:
        desk.host.answers.append(answer)
        await desk.generation.queue.send_another(make_job(parameters={"prompt": "a lamp", "seed": 5}))
        jobs = await desk.ended(count)
        assert [job.seed != 5 for job in jobs] == [True] * count


async def test_the_winner_is_what_its_finetune_begins_with(
    open_desk: OpenDesk, make_finetune: MakeFinetune, make_job: MakeJob
) -> None:
    async with open_desk(first=dev(), finetunes=(make_finetune(),)) as desk:
        parameters = {"prompt": "a lamp", STRENGTH: 1.5, "seed": 4}
        winner = make_job(endpoint=ULTRA, parameters=parameters, finetune_id="ft-1")
        await desk.generation.queue.keep_defaults(winner, everything=False)
        assert "begins with Finetune strength 1.5" in desk.news
        await desk.generation.follow(GenerateWith("demo/ft-1"))
        assert desk.generation.form.values[STRENGTH] == 1.5


async def test_waiting_jobs_change_places_are_cancelled_and_sent_again(
    simulator: Simulator, open_desk: OpenDesk
) -> None:
    async with open_desk(simulator.base_url, first=dev(count=3, values={"seed": 1})) as desk:
        services, queue = desk.host.services, desk.generation.queue
        await services.jobs.pause("demo")
        await desk.generation.submit()
        last = next(job for job in await desk.jobs() if job.seed == 3)
        await queue.move(last, "to_top")
        stored = await services.journal.jobs.get(last.id)
        assert stored is not None
        assert stored.position is not None
        await queue.cancel(stored)
        assert desk.news.startswith("Cancelled: ")
        stored = await services.journal.jobs.get(last.id)
        assert stored is not None
        assert stored.state is JobState.CANCELLED
        desk.host.answers.append(True)
        await queue.retry(stored)
        assert [job.seed for job in await desk.jobs()].count(3) == 2
        assert simulator.ledger() == []
