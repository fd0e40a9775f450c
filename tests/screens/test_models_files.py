"""LoRA files in the models place: taken in, verified, fetched, handed out, deleted; and hostile ones."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.controllers.navigation import ShowFinetune
from fluxtui.domain.finetune import OWN_FILES, Finetune
from fluxtui.domain.weights import Base
from fluxtui.screens.models import ModelsScreen
from fluxtui.screens.models.columns import ModelTable
from fluxtui.screens.models.dashboard_dialogs import DashboardDialog, StepsDialog
from fluxtui.screens.models.details import ModelDetails
from fluxtui.screens.models.own_dialog import OwnFileDialog
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.dialogs import ChoiceDialog
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.path_input import PathInput
from fluxtui.widgets.plain import PlainStatic
from tests.piloting.waiting import until_screen

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]

SIZE = (80, 24)
HOSTILE = "[/x] and [red \x1b[31mof \u202eright to left"


@pytest.fixture
def first_place() -> str:
    """The place that these tests are about."""
    return "models"


async def opened(app: FluxApp, pilot: Pilot[int], until: Until) -> ModelsScreen:
    await until(pilot, lambda: app.profile and app.screen_stack and app.screen.id != "_default")
    await app.go("models")
    screen = app.screen
    assert isinstance(screen, ModelsScreen)
    return screen


async def with_file(app: FluxApp, pilot: Pilot[int], until: Until, file: Path, **more: Any) -> ModelsScreen:
    """Open the place with a LoRA file taken in."""
    screen = await opened(app, pilot, until)
    await app.services.models.take_in(file, **more)
    app.refresh_state("finetunes")
    await until(pilot, lambda: screen.selected is not None)
    return screen


async def dialog_for(app: FluxApp, pilot: Pilot[int], until: Until, path: str) -> OwnFileDialog:
    """Open the dialog for own files and let it look into one."""
    await pilot.press("o")
    await until_screen(pilot, OwnFileDialog)
    dialog = app.screen
    assert isinstance(dialog, OwnFileDialog)
    dialog.query_one(PathInput).value = path
    await pilot.press("enter")
    await until(pilot, lambda: text_of(dialog) not in {"", "Looking into the file …"})
    return dialog


def text_of(dialog: OwnFileDialog) -> str:
    return str(dialog.query_one("AnswerLine", PlainStatic).render())


def screen_text(app: FluxApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips(app.size))


def said(app: FluxApp) -> str:
    return " ".join(str(label.render()) for label in app.screen.query("PlainLabel"))


async def test_an_own_file_is_looked_into_and_taken_in(
    make_app: AppFactory, until: Until, klein_9b: Path
) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await opened(app, pilot, until)
        dialog = await dialog_for(app, pilot, until, str(klein_9b))
        assert "a LoRA for FLUX.2 [klein] 9B · rank 2 · BF16" in text_of(dialog)
        assert dialog.query_one(Chooser).value == Base.KLEIN_9B.value
        dialog.query_one("#own-name", LineInput).value = "Anna"
        await pilot.press("enter")
        dialog.query_one("#own-trigger", LineInput).value = "ANNA"
        await pilot.press("enter")
        await until(pilot, lambda: len(app.finetunes) == 1)
        finetune = app.finetunes[0]
        assert (finetune.profile, finetune.name, finetune.trigger_word) == (OWN_FILES, "Anna", "ANNA")
        await until(pilot, lambda: screen.selected == finetune and screen.controller.activity.words == "")
        assert "Anna is among your finetunes" in app.notices[0].text


async def test_what_the_maker_wrote_is_put_in_and_what_was_typed_stays(
    make_app: AppFactory,
    until: Until,
    make_weights: Callable[..., Path],
    pairs: Callable[..., Any],
    tmp_path: Path,
) -> None:
    tensors = pairs({"single_transformer_blocks.7.proj_mlp": (3072, 12288)}, prefix="transformer.")
    told = {
        "modelspec.title": "My LoRA",
        "modelspec.trigger_phrase": "ohwx man",
        "modelspec.resolution": "1024x768",
        "ss_tag_frequency": '{"10_ohwx": {"smile": 3, "ohwx": 10}, "reg": {"man": 4}}',
    }
    full = make_weights(tmp_path / "full.safetensors", tensors, told)
    silent = make_weights(tmp_path / "silent.safetensors", tensors)
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await opened(app, pilot, until)
        dialog = await dialog_for(app, pilot, until, str(full))
        name, trigger = dialog.query_one("#own-name", LineInput), dialog.query_one("#own-trigger", LineInput)
        assert "a LoRA for FLUX.1 · rank 1 · BF16 · 1024 x 768" in text_of(dialog)
        assert (name.value, trigger.value) == ("My LoRA", "ohwx man")
        assert "its captions say “ohwx” most" in trigger.placeholder
        trigger.value = "mine"
        dialog.query_one(PathInput).focus()
        dialog.query_one(PathInput).value = str(silent)
        await pilot.press("enter")
        await until(pilot, lambda: name.value == "")
        assert trigger.value == "mine"


async def test_what_speaks_against_a_file_is_said_and_a_wrong_model_asked_about(
    make_app: AppFactory,
    until: Until,
    make_weights: Callable[..., Path],
    pairs: Callable[..., Any],
    tmp_path: Path,
) -> None:
    tensors = pairs({"blocks.0.self_attn.q": (5120, 5120)}, prefix="diffusion_model.")
    file = make_weights(tmp_path / "wan.safetensors", tensors, content=bytes(8))
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await opened(app, pilot, until)
        dialog = await dialog_for(app, pilot, until, str(file))
        assert text_of(dialog).startswith("! a LoRA for Wan")
        assert "all its numbers are zero" in text_of(dialog)
        dialog.query_one(Chooser).value = Base.FLUX1_DEV.value
        await pilot.press("enter", "enter")
        assert "it is not for FLUX.1 [dev]" in text_of(dialog)
        dialog.query_one(Chooser).value = Base.WAN.value
        dialog.query_one("#own-trigger", LineInput).focus()
        await pilot.press("enter")
        await until(pilot, lambda: len(app.finetunes) == 1)
        uses = await app.services.models.uses(app.finetunes[0], app.usable_profiles)
        assert uses.fitting == ()


async def test_a_base_model_that_the_file_does_not_show_is_asked_once(
    make_app: AppFactory,
    until: Until,
    make_weights: Callable[..., Path],
    pairs: Callable[..., Any],
    tmp_path: Path,
) -> None:
    file = make_weights(tmp_path / "odd.safetensors", pairs({"strange.layer": (8, 8)}))
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await opened(app, pilot, until)
        dialog = await dialog_for(app, pilot, until, str(file))
        await pilot.press("enter", "enter")
        assert "does not show which model" in text_of(dialog)
        assert isinstance(dialog.focused, Chooser)
        dialog.query_one("#own-trigger", LineInput).focus()
        await pilot.press("enter")
        await until(pilot, lambda: len(app.finetunes) == 1)
        assert app.finetunes[0].base is None
        await until(pilot, lambda: screen.selected is not None)
        await pilot.press("b")
        await until_screen(pilot, ChoiceDialog)
        app.screen.query_one(LineInput).value = "klein 4B"
        await pilot.press("enter")
        await until(pilot, lambda: app.finetunes[0].base is Base.KLEIN_4B)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("short.safetensors", b"abc"),
        ("header.safetensors", (2**40).to_bytes(8, "little") + b"{}"),
        ("json.safetensors", (8).to_bytes(8, "little") + b"{[/x]\x1b[1"),
        ("[x] \x1b[31mred.safetensors", b""),
    ],
)
async def test_what_is_no_lora_is_refused_in_the_dialog(
    make_app: AppFactory, until: Until, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await opened(app, pilot, until)
        dialog = await dialog_for(app, pilot, until, str(tmp_path / name))
        # A line of input cannot hold an escape, so that such a file is not found under its name.
        assert text_of(dialog).startswith("✗ ")
        await pilot.press("enter")
        assert app.screen is dialog
        assert app.finetunes == ()
        assert "\x1b" not in screen_text(app)
        assert app.return_code is None


async def test_links_and_folders_are_followed_or_refused_without_harm(
    make_app: AppFactory, until: Until, tmp_path: Path, klein_9b: Path
) -> None:
    link, folder = tmp_path / "link.safetensors", tmp_path / "folder.safetensors"
    link.symlink_to(klein_9b)
    folder.mkdir()
    pipe = tmp_path / "pipe.safetensors"
    os.mkfifo(pipe)
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await opened(app, pilot, until)
        dialog = await dialog_for(app, pilot, until, str(folder))
        assert "is a folder" in text_of(dialog)
        for path, words in ((pipe, "is not a file"), (link, "a LoRA for FLUX.2 [klein] 9B")):
            dialog.query_one(PathInput).focus()
            dialog.query_one(PathInput).value = str(path)
            await pilot.press("enter")
            await until(pilot, lambda words=words: words in text_of(dialog))


async def test_hostile_metadata_is_shown_as_text(
    make_app: AppFactory,
    until: Until,
    make_weights: Callable[..., Path],
    pairs: Callable[..., Any],
    tmp_path: Path,
) -> None:
    metadata = {"ss_output_name": HOSTILE, HOSTILE: "value", "huge": "x" * 100_000}
    tensors = pairs({"double_blocks.0.img_attn.qkv": (4096, 12288)}, prefix="diffusion_model.")
    file = make_weights(tmp_path / "bad.safetensors", tensors, metadata)
    app = make_app()
    async with app.run_test(size=(160, 60)) as pilot:
        screen = await with_file(app, pilot, until, file, name=HOSTILE, trigger_word=HOSTILE)
        await until(pilot, lambda: "ss_output_name" in screen_text(app))
        shown = screen_text(app)
        assert "[/x] and [red of right" in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        for key in ("v", "w", "y"):
            await pilot.press(key)
            await until(pilot, lambda: screen.controller.activity.words == "")
        assert app.return_code is None


async def test_details_tell_file_and_uses(make_app: AppFactory, until: Until, klein_9b: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 60)) as pilot:
        await with_file(app, pilot, until, klein_9b)
        await until(pilot, lambda: "kept here" in screen_text(app))
        shown = screen_text(app)
        for words in ("Where it can be used", "Nowhere", "loras/anna-portrait-", "SHA-256", "flux2_klein_9b"):
            assert words in shown
        await pilot.press("enter")
        await until(pilot, lambda: app.notices)
        assert "Nothing generates with it" in app.notices[0].text
        assert app.current_mode == "models"


async def test_the_steps_for_the_dashboard_are_told(
    make_app: AppFactory, until: Until, klein_9b: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "desk"
    folder.mkdir()
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await with_file(app, pilot, until, klein_9b)
        await pilot.press("p")
        await until_screen(pilot, DashboardDialog)
        name = app.screen.query_one("#export-name", LineInput)
        assert name.value == "anna-portrait"
        name.value = "Änna & Co"
        await pilot.press("enter")
        assert name.value == "anna-co"
        app.screen.query_one(PathInput).value = str(folder)
        await pilot.press("enter")
        await until_screen(pilot, StepsDialog)
        assert "FLUX.2 [klein] 9B" in said(app)
        assert [path.name for path in folder.iterdir()] == ["anna-co.safetensors"]
        await pilot.press("y")
        assert app.clipboard == str(folder / "anna-co.safetensors")
        await pilot.press("q")
        await until_screen(pilot, ModelsScreen)


async def test_finetunes_of_all_profiles_say_whose_they_are(
    make_app: AppFactory, until: Until, klein_9b: Path
) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await with_file(app, pilot, until, klein_9b, name="Anna")
        assert "Profile" not in screen_text(app).partition("Anna")[0]
        await app.services.journal.finetunes.put(Finetune(profile="second", id="a", name="Lamp"))
        app.refresh_state("finetunes")
        table = screen.query_one(ModelTable)
        await until(pilot, lambda: len(table.shown_keys) == 2)
        await until(pilot, lambda: "own file" in screen_text(app))
        assert "second" in screen_text(app)
        screen.follow(ShowFinetune("second/a"))
        await until(pilot, lambda: screen.selected is not None and screen.selected.name == "Lamp")
        assert screen.query_one(ModelDetails).display
