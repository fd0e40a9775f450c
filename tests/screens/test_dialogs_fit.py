"""Every dialog at 80x24, with more in it than fits: what its keys do can still be read."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.widget import Widget

import fluxtui.screens
import fluxtui.widgets
from fluxtui.app.app import FluxApp
from fluxtui.app.commands import COMMANDS
from fluxtui.controllers.dataset.bulk_actions import BulkEditQuestion
from fluxtui.controllers.generation.batch_setup import BatchQuestion
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.planner import HistoryQuestion
from fluxtui.controllers.generation.preview import PreviewQuestion, preview_of
from fluxtui.controllers.generation.stock import Stock
from fluxtui.controllers.pictures.item import ViewItem
from fluxtui.domain.money import Estimate
from fluxtui.domain.prompts import Templates
from fluxtui.domain.shortcuts import Shortcut
from fluxtui.domain.uses import Offer
from fluxtui.domain.weights import Base
from fluxtui.screens.commands import deeds_of, palette_of
from fluxtui.screens.finetune.samples_dialog import SamplesDialog
from fluxtui.screens.gallery.export_dialog import ExportDialog
from fluxtui.screens.generate.batch_dialog import BatchDialog
from fluxtui.screens.generate.history_dialog import HistoryDialog
from fluxtui.screens.generate.preview_dialog import PreviewDialog
from fluxtui.screens.home.dialog import HomeDialog
from fluxtui.screens.models.add_dialog import AddDialog
from fluxtui.screens.models.dashboard_dialogs import DashboardDialog, StepsDialog
from fluxtui.screens.models.own_dialog import OwnFileDialog
from fluxtui.screens.place import PlaceScreen
from fluxtui.screens.settings.key_dialog import KeyDialog
from fluxtui.screens.settings.new_profile import NewProfileDialog
from fluxtui.screens.settings.shortcut_list import PressDialog
from fluxtui.screens.workbench.bulk_dialog import BulkDialog
from fluxtui.services.lora import DashboardFile
from fluxtui.services.lora.dashboard import steps_for
from fluxtui.services.prompts.history import PastPrompt
from fluxtui.services.samples import SampleOffer
from fluxtui.widgets.dialogs import Choice, ChoiceDialog, ConfirmDialog, Dialog, TypeWordDialog, open_dialog
from fluxtui.widgets.dialogs.base import DeliberateDialog
from fluxtui.widgets.dialogs.line import LineDialog
from fluxtui.widgets.dialogs.name import NameDialog
from fluxtui.widgets.dialogs.path import PathDialog
from fluxtui.widgets.help_panel import HelpPanel
from fluxtui.widgets.path_picker import PathPicker
from fluxtui.widgets.recall_dialog import RecallDialog
from tests.piloting.waiting import settled, until_screen

LONG = "A sentence that says far more than anybody would like to read on a small screen. " * 6
MANY = tuple(f"{number} {LONG}" for number in range(30))
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WITHOUT_KEY_LINE = {HelpPanel}
"""What says its keys in the border."""


async def _history(words: str) -> tuple[PastPrompt, ...]:
    return tuple(PastPrompt(prompt=prompt, at=NOW) for prompt in MANY)


def _preview(app: FluxApp, offer: Offer, prompt: str) -> PreviewDialog:
    form = GenerateForm("demo", "flux-dev", prompt=prompt, templates=Templates.ALL)
    stock = Stock((offer,))
    shown = partial(preview_of, stock, offer)
    return PreviewDialog(PreviewQuestion(app.services.prompts, form, shown))


async def dialogs(app: FluxApp, folder: Path) -> AsyncIterator[Dialog[Any]]:
    services = app.services
    (offers,) = await services.models.offers(("demo",))
    offer = next(item for item in offers.offers if item.endpoint.info.id == "flux-dev")
    state = await services.profiles.state("demo")
    numbers = "|".join(str(number) for number in range(12))
    path = Path(f"/home/anna/{'desk' * 30}.safetensors")
    yield ConfirmDialog("Train?", MANY, price="$6.00", confirm_label="Train")
    yield ConfirmDialog("Train?", MANY, price="$6.00", danger=True)
    yield TypeWordDialog("Delete?", MANY, LONG)
    yield ChoiceDialog("Which?", [Choice(text, text, text) for text in MANY], free_text="or an id")
    yield LineDialog("Which?", LONG * 4)
    yield NameDialog("preset", LONG * 4, frozenset(), limit=40)
    yield PathDialog("Which?", LONG * 4)
    yield BulkDialog(BulkEditQuestion(dict.fromkeys(MANY, LONG), "TOK"))
    yield NewProfileDialog()
    yield KeyDialog(state)
    yield OwnFileDialog()
    yield AddDialog((offers, offers))
    yield DashboardDialog("Anna")
    yield StepsDialog(DashboardFile(path, "anna", Base.KLEIN_9B, steps_for(path, "anna", Base.KLEIN_9B)))
    yield ExportDialog("3 pictures", date(2026, 11, 23))
    yield HomeDialog([ViewItem(path=folder / "a.png", parameters={"prompt": LONG * 5})])
    yield HistoryDialog(HistoryQuestion(_history))
    yield _preview(app, offer, f"{LONG} {{{numbers}}}")
    yield _preview(app, offer, f"{LONG} __{'x' * 60}__ {{a|b}}")
    yield RecallDialog()
    yield palette_of(tuple(deeds_of(app.screen, COMMANDS)))
    yield PressDialog(Shortcut("jobs.cancel", LONG * 4, "Jobs", ("x", "ctrl+x", "f8", "pagedown")))
    yield PathPicker(folder)
    yield SamplesDialog(MANY, SampleOffer(offer, Estimate(2.5, "a picture")), "TOK")
    form = GenerateForm("demo", "flux-dev")
    yield BatchDialog(BatchQuestion(form, Stock((offer,)), offer, lambda setup: None))


def kinds() -> set[type[Dialog[Any]]]:
    """Return every dialog of the program."""
    for package in (fluxtui.screens, fluxtui.widgets):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    found: set[type[Dialog[Any]]] = set()
    left: list[type[Dialog[Any]]] = [Dialog]
    while left:
        kind = left.pop()
        left += kind.__subclasses__()
        if kind.__module__.startswith("fluxtui."):
            found.add(kind)
    return found - {Dialog, DeliberateDialog}


@pytest.mark.timeout(120)
async def test_the_keys_of_every_dialog_are_seen_at_80x24(
    make_app: Callable[..., FluxApp], tmp_path: Path
) -> None:
    for number in range(40):
        (tmp_path / f"{number}.png").touch()
    app, seen, hidden = make_app(), set(), []
    async with app.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, PlaceScreen)
        async for dialog in dialogs(app, tmp_path):
            seen.add(type(dialog))
            open_dialog(app, dialog)
            await until_screen(pilot, type(dialog))
            await settled(pilot)
            inner = dialog.query_one(".dialog").content_region
            last = dialog.query(".dialog-keys, .dialog-buttons, .dialog-answer").last()
            if not last.region or not inner.contains_region(last.region) or not last.region.height:
                hidden.append(f"{type(dialog).__name__}: {last.region} in {inner}")
            prices = [
                one for one in dialog.query(".dialog-price, #cost") if not inner.contains_region(one.region)
            ]
            hidden += [f"{type(dialog).__name__}: {one.region}" for one in prices]
            dialog.dismiss(None)
            await pilot.pause()
    assert hidden == []
    assert kinds() - seen == WITHOUT_KEY_LINE


@pytest.mark.usefixtures("still_state")
async def test_a_dialog_that_closes_has_its_place_laid_out_no_more_than_drawn(
    make_app: Callable[..., FluxApp], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    asked: list[dict[str, Any]] = []
    refresh = Widget.refresh

    def noted(self: Widget, *regions: Any, **options: Any) -> Widget:
        if isinstance(self, PlaceScreen):
            asked.append(options)
        return refresh(self, *regions, **options)

    async with app.run_test(size=(120, 40)) as pilot:
        await until_screen(pilot, PlaceScreen)
        for key in ("f1", "ctrl+p"):
            await pilot.press(key)
            await settled(pilot)
            assert len(app.screen_stack) > 1
            with monkeypatch.context() as patched:
                patched.setattr(Widget, "refresh", noted)
                await pilot.press("escape")
                await settled(pilot)
            assert len(app.screen_stack) == 1
    assert asked
    assert not [options for options in asked if options.get("layout")]
