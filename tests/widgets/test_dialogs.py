"""Questions and their answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import DataTable

from fluxtui.widgets.dialogs import (
    Choice,
    ChoiceDialog,
    ConfirmDialog,
    Dialog,
    LineDialog,
    NameDialog,
    TypeWordDialog,
    ask,
    open_dialog,
)
from tests.piloting.snapshots import SMALL, Snap
from tests.piloting.waiting import settled

HostOf = Callable[[Widget | None], App[Any]]
NOT_ANSWERED = object()

LAKES = (Choice("1", "Blue lake", "ft-1"), Choice("2", "[/x] mountain", "ft-2"), Choice("3", "Green lake"))


async def answer_of(pilot: Pilot[Any], dialog: Dialog[Any], *keys: str) -> Any:
    """Open a dialog, press keys and return what it answered."""
    answers: list[Any] = []
    open_dialog(pilot.app, dialog, answers.append)
    await settled(pilot)
    await pilot.press(*keys)
    await pilot.pause()
    return answers[0] if answers else NOT_ANSWERED


@pytest.mark.parametrize(
    ("keys", "danger", "answer"),
    [
        (["y"], False, True),
        (["enter"], False, True),
        (["n"], False, False),
        (["q"], False, False),
        (["escape"], False, False),
        (["tab", "enter"], False, False),
        (["right", "enter"], False, False),
        (["enter"], True, False),
        (["y"], True, True),
        (["x"], False, NOT_ANSWERED),
    ],
)
async def test_confirm(host: HostOf, keys: list[str], danger: bool, answer: object) -> None:
    """Enter says yes unless something is lost by it; there are several ways to say no."""
    async with host(None).run_test() as pilot:
        dialog = ConfirmDialog(
            "Train?", ["18 pictures."], price="$6.00", confirm_label="Train", danger=danger
        )
        assert await answer_of(pilot, dialog, *keys) is answer


async def test_a_word_must_be_typed(host: HostOf) -> None:
    """Another word says so and deletes nothing."""
    answers: list[bool | None] = []
    async with host(None).run_test() as pilot:
        dialog = TypeWordDialog("Delete?", ["For good."], "lake")
        open_dialog(pilot.app, dialog, answers.append)
        await settled(pilot)
        await pilot.press("y", "e", "enter")
        assert answers == []
        assert "Type yes" in str(dialog.query_one(".dialog-answer").render())
        await pilot.press("s", "enter")
        assert answers == [True]


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
async def test_a_word_need_not_be_typed(host: HostOf, key: str) -> None:
    """Two ways out."""
    async with host(None).run_test() as pilot:
        assert await answer_of(pilot, TypeWordDialog("Delete?", [], "lake"), "l", key) is False


@pytest.mark.parametrize(
    ("keys", "free_text", "answer"),
    [
        (["enter"], None, "2"),
        (["down", "enter"], None, "3"),
        (["g", "r", "e", "enter"], None, "3"),
        (["f", "t", "enter"], None, "1"),
        (["z", "z", "enter"], None, NOT_ANSWERED),
        (["z", "z", "down", "enter"], "or an id", "zz"),
        (["ctrl+c"], None, None),
        (["escape"], None, None),
    ],
)
async def test_choice(host: HostOf, keys: list[str], free_text: str | None, answer: object) -> None:
    """The present value is marked, typing narrows down, free text counts only where it is invited."""
    async with host(None).run_test() as pilot:
        dialog = ChoiceDialog("Lake", LAKES, "2", free_text=free_text)
        assert await answer_of(pilot, dialog, *keys) == answer


@pytest.mark.parametrize(
    "dialog",
    [
        lambda: ChoiceDialog("Lake", LAKES),
        lambda: ConfirmDialog("Train?", ["18 pictures."]),
        lambda: LineDialog("Note", "What is to be remembered."),
        lambda: NameDialog("preset", "Its values.", frozenset(), limit=60),
        lambda: TypeWordDialog("Delete?", ["It is gone then."], "lake"),
    ],
)
async def test_an_answer_may_come_before_the_content_and_counts_once(
    host: HostOf, dialog: Callable[[], Dialog[Any]]
) -> None:
    app = host(None)
    async with app.run_test() as pilot:
        answers: list[Any] = []
        asked = dialog()
        open_dialog(app, asked, answers.append)
        asked.dismiss("at once")
        asked.dismiss("and again")
        while app.screen is asked:
            await pilot.pause()
        asked.dismiss("too late")
        await pilot.pause()
        assert answers == ["at once"]
        assert app.is_running
        assert len(app.screen_stack) == 1


async def test_ask_returns_the_answer(host: HostOf) -> None:
    """From a worker, as screens use it."""
    async with host(None).run_test() as pilot:
        asking = ask(pilot.app, ConfirmDialog("Sure?", []))
        worker = pilot.app.run_worker(asking, exit_on_error=False)
        await settled(pilot)
        await pilot.press("y")
        assert await worker.wait() is True


async def test_hostile_strings(host: HostOf, hostile: str) -> None:
    """Titles, sentences, names, labels and choices are text and nothing else."""
    async with host(None).run_test() as pilot:
        dialogs: list[Dialog[Any]] = [
            ConfirmDialog(hostile, [hostile], price=hostile, confirm_label=hostile, cancel_label=hostile),
            TypeWordDialog(hostile, [hostile], hostile),
            ChoiceDialog(hostile, [Choice(hostile, hostile, hostile)], free_text=hostile),
        ]
        for dialog in dialogs:
            open_dialog(pilot.app, dialog)
            await settled(pilot)
            svg = pilot.app.export_screenshot()
            assert "\x1b" not in svg
            assert "\u202e" not in svg
            pilot.app.pop_screen()


async def test_the_word_is_the_same_whatever_the_name_and_case(host: HostOf) -> None:
    """A name that no keyboard has need not be typed."""
    name = "\u00dcn\u00ef\u732b\U0001f408 la\u202eke/../x"
    async with host(None).run_test() as pilot:
        assert await answer_of(pilot, TypeWordDialog("Delete?", [], name), *"YES", "enter") is True


def test_confirm_snapshot(host: HostOf, snap: Snap) -> None:
    """At 80x24."""

    async def show(pilot: Pilot[Any]) -> None:
        sentences = ["18 pictures, 300 iterations at bfl.", "The service cannot stop it once it runs."]
        open_dialog(
            pilot.app, ConfirmDialog("Train a finetune?", sentences, price="$6.00", confirm_label="Train")
        )
        await settled(pilot)

    assert snap(host(None), show, sizes=SMALL)


def test_choice_snapshot(host: HostOf, snap: Snap) -> None:
    """At 80x24, narrowed down."""

    async def show(pilot: Pilot[Any]) -> None:
        open_dialog(pilot.app, ChoiceDialog("Finetune", LAKES, "2"))
        await settled(pilot)
        await pilot.press("l", "a")
        assert pilot.app.screen.query_one(DataTable).row_count == 2

    assert snap(host(None), show, sizes=SMALL)


GROUPED = (
    Choice("1", "Lake", group="north"),
    Choice("2", "Hill", group="north"),
    Choice("3", "Dune", group="south"),
)


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], "2"),
        (["down", "enter"], "3"),
        (["down", "down", "enter"], "3"),
        (["up", "enter"], "1"),
        (["up", "up", "up", "enter"], "1"),
        (["pagedown", "enter"], "3"),
        (["d", "u", "n", "e", "enter"], "3"),
        (["l", "a", "k", "e", "enter"], "1"),
    ],
)
async def test_headings_are_passed_over(host: HostOf, keys: list[str], answer: str) -> None:
    """Groups have headings that cannot be chosen."""
    answers: list[str | None] = []
    async with host(None).run_test() as pilot:
        open_dialog(pilot.app, ChoiceDialog("Place", GROUPED, "2"), answers.append)
        await settled(pilot)
        table = pilot.app.screen.query_one(DataTable)
        assert [str(table.get_row_at(row)[0]) for row in range(table.row_count)] == [
            "north", "Lake", "Hill", "south", "Dune",
        ]  # fmt: skip
        await pilot.press(*keys)
        await pilot.pause()
    assert answers == [answer]


ENDPOINTS = (
    Choice("a", "FLUX.1 [dev] with LoRAs", "$0.035", "with luna"),
    Choice("b", "FLUX.2 [pro]", "$0.03", "without luna"),
    Choice("c", "FLUX 3 Ultra", "$0.06", "without luna"),
    Choice("d", "FLUX 3", "$0.06 · beta", "without luna"),
)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("flux 3", "d"), ("3", "c"), ("beta", "d"), ("luna", None), ("$0.035", "a"), ("lora", "a")],
)
async def test_what_is_called_so_comes_first(host: HostOf, typed: str, answer: str | None) -> None:
    """Titles count before notes, prices only where they are asked for, headings never."""
    async with host(None).run_test() as pilot:
        told = await answer_of(pilot, ChoiceDialog("Endpoint", ENDPOINTS, "a"), *typed, "enter")
        assert told == (answer if answer is not None else NOT_ANSWERED)


@pytest.mark.parametrize("key", ["down", "up", "pagedown", "pageup", "enter"])
@pytest.mark.parametrize("free_text", [None, "or an id"])
async def test_keys_where_nothing_matches(host: HostOf, key: str, free_text: str | None) -> None:
    """There is nothing to choose, and nothing ends."""
    async with host(None).run_test() as pilot:
        dialog = ChoiceDialog("Lake", LAKES, "2", free_text=free_text)
        assert await answer_of(pilot, dialog, *"qqq", key) is NOT_ANSWERED
        assert pilot.app.screen is dialog
        await pilot.press(*["backspace"] * 3, "down", "enter")
        assert pilot.app.screen is not dialog


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        ([*"lanten", "enter"], NOT_ANSWERED),
        ([*"lanten", "down", "enter"], "lanten"),
        ([*"lake", "down", "down", "enter"], "lake"),
        ([*"https://x.y/z", "enter"], "https://x.y/z"),
    ],
)
async def test_typed_text_is_an_id_only_where_its_row_is_taken(
    host: HostOf, keys: list[str], answer: object
) -> None:
    """A name with a letter wrong is no id by itself; an address is one."""
    async with host(None).run_test() as pilot:
        dialog = ChoiceDialog("Finetune", LAKES, "2", free_text="or an id")
        assert await answer_of(pilot, dialog, *keys) == answer


async def test_a_long_question_can_be_read_to_its_end(host: HostOf) -> None:
    """By keys, with its price and its buttons in sight."""
    async with host(None).run_test(size=(80, 24)) as pilot:
        sentences = [f"Sentence {number}." for number in range(40)]
        open_dialog(pilot.app, ConfirmDialog("Sure?", sentences, price="$1.00"))
        await settled(pilot)
        text = pilot.app.screen.query_one(".dialog-text")
        assert text.scroll_y == 0
        await pilot.press("down")
        assert text.scroll_y > 0
        await pilot.press("pagedown", "pagedown", "pagedown", "pagedown")
        assert text.scroll_y == text.max_scroll_y
        await pilot.press("up")
        assert text.scroll_y < text.max_scroll_y
