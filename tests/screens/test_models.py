"""The models place on the real services and a real simulator."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.controllers.navigation import ShowFinetune
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.weights import Base
from fluxtui.screens.models import ModelsScreen
from fluxtui.screens.models.add_dialog import AddDialog
from fluxtui.screens.models.columns import ModelTable
from fluxtui.screens.models.details import ModelDetails
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.dialogs import ChoiceDialog, ConfirmDialog, TypeWordDialog
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainStatic
from tests.piloting.waiting import settled, until_screen

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]

SIZE = (80, 24)
HOSTILE = "[/x] and [red \x1b[31mof \u202eright to left"


@pytest.fixture
def first_place() -> str:
    """The place that these tests are about."""
    return "models"


def finetune(finetune_id: str, **changes: Any) -> Finetune:
    values = {
        "profile": "demo",
        "id": finetune_id,
        "name": finetune_id.title(),
        "trigger_word": "TOK",
        "created_at": datetime(2026, 11, 1, tzinfo=UTC),
        **changes,
    }
    return Finetune.model_validate(values)


def elsewhere(simulator: Simulator, finetune_id: str, comment: str) -> None:
    """Put a finetune at the service that nobody here knows."""
    document = {"finetune_id": finetune_id, "comment": comment}
    httpx.post(f"{simulator.base_url}/simulator/finetunes", json=document).raise_for_status()


async def place(app: FluxApp, pilot: Pilot[int], until: Until, *known: Finetune) -> ModelsScreen:
    """Open the place with some finetunes in the journal."""
    await until(pilot, lambda: app.profile and app.screen.id != "_default" and app.current_mode != "_default")
    await app.services.journal.finetunes.put_many(known)
    app.refresh_state("finetunes")
    await until(pilot, lambda: len(app.finetunes) == len(known))
    await app.go("models")
    screen = app.screen
    assert isinstance(screen, ModelsScreen)
    table = screen.query_one(ModelTable)
    await until(pilot, lambda: len(table.shown_keys) == len(known))
    return screen


def age(screen: ModelsScreen) -> str:
    return str(screen.query_one("#age", PlainStatic).render())


async def test_refresh_brings_what_the_service_knows(
    make_app: AppFactory, simulator: Simulator, until: Until
) -> None:
    elsewhere(simulator, "old-dog", "Dog of last year")
    app = make_app(simulator.base_url)
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until)
        assert screen.query_one(ModelDetails).display is False
        await pilot.press("r")
        await until(pilot, lambda: len(app.finetunes) == 1)
        assert app.finetunes[0].name == "Dog of last year"
        await until(pilot, lambda: screen.selected is not None)
        assert "1 finetune" in app.notices[0].text
        assert "1 finetune" in age(screen)


async def test_enter_generates_with_what_can_be_used(make_app: AppFactory, until: Until) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(
            app, pilot, until, finetune("ready"), finetune("young", state=FinetuneState.TRAINING)
        )
        screen.query_one(ModelTable).select("demo/young")
        await pilot.press("enter")
        await until(pilot, lambda: app.notices)
        assert "Still training" in app.notices[0].text
        assert app.current_mode == "models"
        screen.query_one(ModelTable).select("demo/ready")
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "generate")


async def test_copying_says_what_was_copied(make_app: AppFactory, until: Until) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(
            app, pilot, until, finetune("lamp", trigger_word="LMP"), finetune("mute", trigger_word=None)
        )
        screen.query_one(ModelTable).select("demo/lamp")
        await pilot.press("y")
        assert app.clipboard == "lamp"
        assert "the id of Lamp: lamp" in app.notices[0].text
        await pilot.press("t")
        assert app.clipboard == "LMP"
        screen.query_one(ModelTable).select("demo/mute")
        await pilot.press("t")
        assert app.clipboard == "LMP"
        assert "No trigger word" in app.notices[0].text


async def test_favourites_come_first_and_stay(make_app: AppFactory, until: Until) -> None:
    later = datetime(2026, 11, 20, tzinfo=UTC)
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until, finetune("old"), finetune("new", created_at=later))
        table = screen.query_one(ModelTable)
        assert table.shown_keys == ("demo/new", "demo/old")
        table.select("demo/old")
        await pilot.press("f")
        await until(pilot, lambda: table.shown_keys == ("demo/old", "demo/new"))
        assert screen.selected is not None
        assert screen.selected.id == "old"
        assert screen.selected.favourite


async def test_the_filter_finds_what_is_in_no_column(make_app: AppFactory, until: Until) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(
            app, pilot, until, finetune("one", raw={"region": "Helsinki"}), finetune("two", mode="product")
        )
        table = screen.query_one(ModelTable)
        await pilot.press("slash")
        screen.query_one(ModelTable).filter_line.line.value = "helsinki"
        await until(pilot, lambda: table.shown_keys == ("demo/one",))
        screen.follow(ShowFinetune("demo/two"))
        await until(pilot, lambda: screen.selected is not None and screen.selected.id == "two")
        await until(pilot, lambda: set(table.shown_keys) == {"demo/one", "demo/two"})


async def test_the_selected_one_is_selected_again(make_app: AppFactory, until: Until) -> None:
    known = [finetune(name) for name in ("a", "b", "c")]
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until, *known)
        screen.query_one(ModelTable).select("demo/b")
        await until(pilot, lambda: screen.selected and screen.selected.id == "b")
        await settled(pilot)
        await until(pilot, lambda: not any(worker.group == "keep" for worker in app.workers))
    again = make_app()
    async with again.run_test(size=SIZE) as pilot:
        screen = await place(again, pilot, until, *known)
        await until(pilot, lambda: screen.selected and screen.selected.id == "b")
        await again.services.journal.finetunes.put(finetune("d", created_at=datetime.now(UTC)))
        again.refresh_state("finetunes")
        table = screen.query_one(ModelTable)
        await until(pilot, lambda: len(table.shown_keys) == 4)
        assert screen.selected is not None
        assert screen.selected.id == "b"


async def test_a_wish_counts_more_than_what_was_selected_before(make_app: AppFactory, until: Until) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.profile and app.screen.id != "_default")
        await app.services.journal.notes.set("draft.models", {"selected": "demo/a"})
        await app.services.journal.finetunes.put_many([finetune("a"), finetune("b")])
        app.refresh_state("finetunes")
        await until(pilot, lambda: len(app.finetunes) == 2)
        await app.go(ShowFinetune("demo/b"))
        screen = app.screen
        assert isinstance(screen, ModelsScreen)
        await until(pilot, lambda: not any(worker.group == "draft" for worker in app.workers))
        await until(pilot, lambda: screen.selected is not None)
        assert screen.selected is not None
        assert screen.selected.id == "b"


async def test_deleting_needs_the_name(make_app: AppFactory, simulator: Simulator, until: Until) -> None:
    elsewhere(simulator, "old-dog", "Dog")
    app = make_app(simulator.base_url)
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until, finetune("old-dog", name="Dog"))
        await pilot.press("d")
        await until_screen(pilot, TypeWordDialog)
        said = " ".join(str(label.render()) for label in app.screen.query("PlainLabel"))
        assert "cannot be undone" in said
        assert "stay on this machine" in said
        line = app.screen.query_one(LineInput)
        line.value = "Cat"
        await pilot.press("enter")
        assert isinstance(app.screen, TypeWordDialog)
        line.value = "Yes"
        await pilot.press("enter")
        await until(pilot, lambda: not app.finetunes)
        assert "Dog is deleted" in app.notices[0].text
        assert screen.selected is None
        left = await app.services.models.refresh("demo")
        assert left.finetunes == ()


async def test_a_lora_is_added_by_its_name_though_the_service_tells_nothing(
    make_app: AppFactory, simulator: Simulator, until: Until
) -> None:
    app = make_app(simulator.base_url)
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until)
        await pilot.press("n")
        await until_screen(pilot, AddDialog)
        line = app.screen.query_one("#add-id", LineInput)
        line.value = "no/such/form"
        await pilot.press("enter")
        assert "cannot be an id" in str(app.screen.query_one("AnswerLine", PlainStatic).render())
        line.value = "some-org/lora"
        await pilot.press("enter")
        app.screen.query_one("#add-trigger", LineInput).value = "ZORK"
        await pilot.press("enter")
        await until_screen(pilot, ConfirmDialog)
        await pilot.press("y")
        await until_screen(pilot, ChoiceDialog)
        app.screen.query_one(LineInput).value = "9B"
        await pilot.press("enter")
        await until(pilot, lambda: len(app.finetunes) == 1)
        assert app.finetunes[0].id == "some-org/lora"
        assert app.finetunes[0].base is Base.KLEIN_9B
        assert app.finetunes[0].trigger_word == "ZORK"
        await until(pilot, lambda: screen.selected is not None)


async def test_hostile_text_is_shown_as_text(make_app: AppFactory, until: Until) -> None:
    hostile = finetune(
        HOSTILE, name=HOSTILE, trigger_word=HOSTILE, mode=HOSTILE, raw={HOSTILE: HOSTILE}, priority=HOSTILE
    )
    app = make_app()
    async with app.run_test(size=(160, 40)) as pilot:
        screen = await place(app, pilot, until, hostile)
        await until(pilot, lambda: screen.selected is not None)
        await pilot.press("t", "f")
        await until(pilot, lambda: app.finetunes[0].favourite)
        lines = "\n".join(strip.text for strip in screen._compositor.render_strips(app.size))
        assert "[/x] and [red of right" in lines
        assert "\x1b" not in lines
        assert "\u202e" not in lines
        assert "\x1b" not in app.clipboard
        await pilot.press("d")
        await until_screen(pilot, TypeWordDialog)
        await pilot.press("escape")
        assert app.return_code is None
