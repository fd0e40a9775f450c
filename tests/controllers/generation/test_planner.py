"""Templates, previews, styles and the history without a screen: what was shown is what is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.planner import HistoryQuestion
from fluxtui.controllers.generation.preview import Preview, PreviewDraft, PreviewQuestion
from fluxtui.controllers.generation.prompt_plan import PromptInputs, plan
from fluxtui.controllers.questions import Confirmation, NameQuestion, Selection
from fluxtui.domain.axes import TypedAxis
from fluxtui.domain.batches import BatchSetup, SeedMode
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job
from fluxtui.domain.prompts import Templates
from fluxtui.services.prompts import PastPrompt, PromptOrigin
from fluxtui.simulator.running import Simulator
from tests.controllers.generation.conftest import Desk, OpenDesk
from tests.fakes.generation import START

MANY = "|".join(str(number) for number in range(90))


def dev(prompt: str, **changes: Any) -> GenerateForm:
    return GenerateForm("demo", "flux-dev", prompt=prompt, **changes)


async def sent(desk: Desk) -> list[str]:
    return sorted(str(job.parameters["prompt"]) for job in await desk.jobs())


async def test_all_combinations_are_one_batch_whose_template_is_kept(
    simulator: Simulator, open_desk: OpenDesk
) -> None:
    form = dev("a {red|grey} {fox|owl}", templates=Templates.ALL)
    async with open_desk(simulator.base_url, first=form) as desk:
        await desk.background.settled()
        assert desk.generation.cost is not None
        assert desk.generation.cost.label == "Generate 4 · $0.10  ^S"
        await desk.generation.submit()
        await desk.background.settled()
        assert await sent(desk) == ["a grey fox", "a grey owl", "a red fox", "a red owl"]
        (batch,) = {job.batch for job in await desk.jobs()}
        used = await desk.host.services.prompts.template_of(str(batch))
        assert used is not None
        assert used.template == "a {red|grey} {fox|owl}"


async def test_a_template_is_worked_out_once_typing_rests(open_desk: OpenDesk) -> None:
    async with open_desk(first=dev("a fox")) as desk:
        for text in ("a {red|", "a {red|grey", "a {red|grey} fox"):
            desk.generation.editor.enter_prompt(text)
        assert desk.generation.prompts.plan is None
        await desk.background.settled()
        (prompt,) = desk.generation.prompts.prompts
        assert prompt in ("a red fox", "a grey fox")


async def test_what_was_worked_out_is_what_is_sent_and_the_next_is_drawn_anew(
    simulator: Simulator, open_desk: OpenDesk
) -> None:
    async with open_desk(simulator.base_url, first=dev(f"fox {{{MANY}}}", count=2)) as desk:
        await desk.background.settled()
        shown, seed = desk.generation.prompts.prompts, desk.generation.form.prompt_seed
        await desk.generation.submit()
        assert await sent(desk) == sorted(shown)
        assert desk.generation.form.prompt_seed not in (None, seed)


@pytest.mark.parametrize("send", [True, False])
async def test_what_the_preview_showed_is_kept_and_perhaps_sent(
    simulator: Simulator, open_desk: OpenDesk, send: bool
) -> None:
    async with open_desk(simulator.base_url, first=dev(f"fox {{{MANY}}}", count=2)) as desk:
        asked = PromptInputs(f"fox {{{MANY}}}", True, Templates.RANDOM, 4711, 2)
        shown = (await plan(desk.host.services.prompts, asked)).prompts
        desk.host.answers.append(Preview(Templates.RANDOM, 4711, send))
        await desk.generation.preview()
        await desk.background.settled()
        assert desk.generation.form.prompt_seed == 4711 or send
        assert await sent(desk) == (sorted(shown) if send else [])


async def test_the_preview_has_the_prompts_with_the_word_once_and_their_sum(
    open_desk: OpenDesk, make_finetune: Callable[..., Finetune]
) -> None:
    ultra = "flux-pro-1.1-ultra-finetuned"
    form = GenerateForm("demo", ultra, "demo/ft-1", "{LUMI|a lamp} at {dusk|dawn}", templates=Templates.ALL)
    async with open_desk(first=form, finetunes=(make_finetune(),)) as desk:
        desk.host.answers.append(None)
        await desk.generation.preview()
        (question,) = desk.host.questions
        assert isinstance(question, PreviewQuestion)
        made = await plan(question.prompts, PromptInputs.by(question.form))
        shown = question.shown(question.form, made.prompts)
        assert [prompt.count("LUMI") for prompt in shown.prompts] == [1] * 4
        assert shown.cost.startswith("4 pictures for about $")


async def test_a_grid_draws_one_prompt_for_all_of_it(simulator: Simulator, open_desk: OpenDesk) -> None:
    setup = BatchSetup(axes=(TypedAxis(parameter="steps", values="20, 25, 30"),))
    async with open_desk(simulator.base_url, first=dev("a {red|grey|blue} fox", setup=setup)) as desk:
        await desk.generation.submit()
        first, *others = await sent(desk)
        assert others == [first, first]
        assert "{" not in first


async def test_all_combinations_and_a_grid_together_are_refused(open_desk: OpenDesk) -> None:
    setup = BatchSetup(axes=(TypedAxis(parameter="steps", values="20, 30"),))
    form = dev("a {red|grey} fox", templates=Templates.ALL, setup=setup)
    async with open_desk(first=form) as desk:
        await desk.generation.submit()
        assert "cannot go with a grid" in desk.news
        assert await desk.jobs() == ()


async def test_all_combinations_can_have_one_seed(simulator: Simulator, open_desk: OpenDesk) -> None:
    form = dev("a {red|grey} owl", templates=Templates.ALL, values={"seed": 7})
    form = replace(form, setup=BatchSetup(seeds=SeedMode.FIXED))
    async with open_desk(simulator.base_url, first=form) as desk:
        await desk.generation.submit()
        assert await sent(desk) == ["a grey owl", "a red owl"]
        assert {job.seed for job in await desk.jobs()} == {7}


async def test_a_template_that_is_wrong_is_not_sent(open_desk: OpenDesk) -> None:
    async with open_desk(first=dev("a __nothing_here__ fox")) as desk:
        await desk.generation.submit()
        refusal = desk.generation.submission.refusal
        assert refusal is not None
        assert [problem.field for problem in refusal.problems] == ["prompt"]
        assert await desk.jobs() == ()


@pytest.mark.parametrize(
    ("prompt", "doubt"),
    [
        ('{"light": "warm|cold",}', "looks like JSON"),
        ("x __ lead__ y", "“__ lead__” may be meant as the wildcard “lead”, but would be sent"),
    ],
)
async def test_what_is_doubtful_is_sent_only_after_a_yes_and_asked_about_once(
    simulator: Simulator, open_desk: OpenDesk, prompt: str, doubt: str
) -> None:
    async with open_desk(simulator.base_url, is_open=False) as desk:
        folder = desk.host.services.prompts.directory
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "lead.txt").write_text("fox")
        await desk.generation.open(dev(prompt))
        desk.host.answers += (False, True)
        await desk.generation.submit()
        assert desk.news == "Nothing was sent."
        assert await desk.jobs() == ()
        for _ in range(2):
            desk.clock.go_on()
            await desk.generation.submit()
        assert await sent(desk) == [prompt, prompt]
        assert len(desk.host.questions) == 2
        for question in desk.host.questions:
            assert isinstance(question, Confirmation)
            assert doubt in question.sentences[0]


async def test_a_prompt_of_the_history_takes_the_place_of_the_present_one_which_is_kept(
    open_desk: OpenDesk,
) -> None:
    async with open_desk(first=dev("half a thought", style="{prompt} in ink", style_name="Ink")) as desk:
        history = desk.host.services.prompts.history
        sent_before = PastPrompt(prompt="a {red|blue} owl", at=START, origin=PromptOrigin.SENT)
        desk.host.answers += (sent_before, PastPrompt(prompt="a {red|blue} fox", at=START))
        await desk.generation.prompts.choose_from_history()
        assert isinstance(desk.host.questions[0], HistoryQuestion)
        form = desk.generation.form
        assert (form.prompt, form.templates, form.style) == ("a {red|blue} owl", Templates.OFF, "")
        await desk.background.settled()
        assert [past.prompt for past in await history.search("thought")] == ["half a thought"]


async def test_a_prompt_is_cleared_and_kept(open_desk: OpenDesk) -> None:
    async with open_desk(first=dev("one\ntwo three")) as desk:
        desk.generation.prompts.clear()
        assert desk.generation.form.prompt == ""
        await desk.background.settled()
        kept = await desk.host.services.prompts.history.search("")
        assert [past.prompt for past in kept] == ["one\ntwo three"]


async def test_a_prompt_that_was_sent_as_it_stood_is_used_again_so(
    open_desk: OpenDesk, make_job: Callable[..., Job]
) -> None:
    from fluxtui.controllers.navigation import GenerateAgain

    async with open_desk(first=dev("a fox")) as desk:
        for prompt, templates in (("a {red|blue} owl", Templates.OFF), ("an owl", Templates.RANDOM)):
            job = make_job(parameters={"prompt": prompt, "steps": 20})
            await desk.generation.follow(GenerateAgain.from_job(job))
            assert (desk.generation.form.prompt, desk.generation.form.templates) == (prompt, templates)


async def test_styles_go_round_the_prompt_are_kept_and_deleted(
    simulator: Simulator, open_desk: OpenDesk
) -> None:
    async with open_desk(simulator.base_url, first=dev("a fox")) as desk:
        styles, host = desk.generation.styles, desk.host
        host.answers.append("made:Ink drawing")
        await styles.choose()
        assert desk.generation.form.style_name == "Ink drawing"
        await desk.generation.submit()
        (prompt,) = await sent(desk)
        assert prompt.startswith("A drawing of a fox in black ink")
        assert desk.generation.form.prompt == "a fox"
        host.answers += ("save", "mine", "own:mine", "delete", "own:mine", "none")
        await styles.choose()
        assert isinstance(host.questions[-1], NameQuestion)
        assert desk.news == "Saved as the style mine; F9 offers it."
        await styles.choose()
        assert desk.generation.form.style_name == "mine"
        await styles.choose()
        assert desk.news == "The style mine is deleted."
        await styles.choose()
        question = host.questions[-1]
        assert isinstance(question, Selection)
        assert "own:mine" not in [choice.value for choice in question.choices]
        assert desk.generation.form.style == ""


async def test_a_preview_draws_makes_all_and_sends_as_it_stands(open_desk: OpenDesk) -> None:
    setup = BatchSetup(axes=(TypedAxis(parameter="seed", values="1, 2"),))
    async with open_desk(first=dev("a {red|blue} owl", setup=setup)) as desk:
        desk.host.answers.append(None)
        await desk.generation.preview()
        (question,) = desk.host.questions
        assert isinstance(question, PreviewQuestion)
        draft = PreviewDraft(question)
        before = draft.can_be_sent
        await draft.work_out()
        assert (before, draft.can_be_sent) == (False, True)
        assert draft.shown.cost == "2 pictures over Seed for about $0.05."
        assert len(set(draft.shown.prompts)) == 1
        draft.switch()
        outdated = draft.can_be_sent
        await draft.work_out()
        assert (outdated, draft.can_be_sent) == (False, False)
        assert draft.shown.cost.startswith("✗ All combinations of a template cannot go with a grid")
        draft.switch()
        await draft.work_out()
        assert draft.shown.prompts == ("a {red|blue} owl",) * 2
        assert "{red|blue} is sent as it stands" in draft.kind().lower()
        assert draft.answer(send=True) == Preview(Templates.OFF, question.form.prompt_seed, True)
        draft.toggle_off()
        draft.draw_others()
        answer = draft.answer(send=False)
        assert (answer.templates, answer.send) == (Templates.RANDOM, False)
