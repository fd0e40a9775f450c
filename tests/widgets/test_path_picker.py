"""Completing a path, and walking to one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.app import App
from textual.pilot import Pilot
from textual.widget import Widget

from fluxtui.widgets.dialogs import open_dialog
from fluxtui.widgets.path_input import PathInput
from fluxtui.widgets.path_picker import EntryGrid, PathPicker
from fluxtui.widgets.paths import PathKind
from fluxtui.widgets.plain import PlainLabel

HostOf = Callable[[Widget | None], App[Any]]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Folders with pictures."""
    for name, count in (("alps", 3), ("beach", 0), (".secret", 1)):
        (tmp_path / name).mkdir()
        for number in range(count):
            (tmp_path / name / f"{number}.png").write_bytes(b"")
    (tmp_path / "set.zip").write_bytes(b"PK")
    return tmp_path


class Picking:
    """A picker that is open in an application."""

    def __init__(self, pilot: Pilot[Any], picker: PathPicker) -> None:
        self.pilot = pilot
        self.picker = picker
        self.answers: list[Path | None] = []

    async def start(self) -> Picking:
        """Open it and wait for the first folder."""
        open_dialog(self.pilot.app, self.picker, self.answers.append)
        await self.until(lambda: self.folder != "")
        return self

    @property
    def folder(self) -> str:
        """The folder that is shown."""
        found = self.picker.query(".picker-folder")
        return str(found.first(PlainLabel).content) if found else ""

    @property
    def note(self) -> str:
        """The line under the entries."""
        return str(self.picker.query_one(".picker-note", PlainLabel).content)

    @property
    def names(self) -> list[str]:
        """The entries that are drawn."""
        grid = self.picker.query_one(EntryGrid)
        return [grid._cells(row)[0].plain for row in range(grid.row_count)]

    async def press(self, *keys: str) -> None:
        """Press keys and let the folder be read."""
        await self.pilot.press(*keys)
        await self.pilot.app.workers.wait_for_complete(
            [worker for worker in self.pilot.app.workers if worker.group == "list-folder"]
        )
        await self.pilot.pause()

    async def until(self, come_true: Callable[[], bool]) -> None:
        """Wait for something, for two seconds at most."""
        for _ in range(100):
            await self.pilot.pause()
            if come_true():
                return
            await asyncio.sleep(0.02)
        pytest.fail(f"did not come true: {self.folder!r} {self.note!r}")


async def test_walking(host: HostOf, tree: Path) -> None:
    """In with Enter, out with left or Backspace with the mark on where one was, and a folder is taken."""
    async with host(None).run_test() as pilot:
        picking = await Picking(pilot, PathPicker(tree, PathKind.DATASET)).start()
        assert picking.names == ["alps/", "beach/", "set.zip"]
        await picking.until(lambda: picking.note == "alps: 3 pictures")
        await picking.press("down", "enter")
        assert picking.folder == str(tree / "beach")
        assert picking.note == "nothing to choose here"
        await picking.press("left")
        assert picking.folder == str(tree)
        await picking.until(lambda: picking.note == "beach: 0 pictures")
        await picking.press("space")
        assert picking.answers == [tree / "beach"]


async def test_finding_by_letters(host: HostOf, tree: Path) -> None:
    """Every letter narrows down, j and k as well; Backspace takes one back; a file is taken with Enter."""
    (tree / "jk").mkdir()
    async with host(None).run_test() as pilot:
        picking = await Picking(pilot, PathPicker(tree, PathKind.DATASET)).start()
        await picking.press("j", "k")
        assert picking.names == ["jk/"]
        await picking.press("backspace", "backspace", "z", "i")
        assert picking.names == ["set.zip"]
        await picking.press("enter")
        assert picking.answers == [tree / "set.zip"]


async def test_hidden_and_leaving(host: HostOf, tree: Path) -> None:
    """A dot shows hidden entries; Escape first clears the letters, then leaves."""
    async with host(None).run_test() as pilot:
        picking = await Picking(pilot, PathPicker(tree, PathKind.FOLDER)).start()
        await picking.press("full_stop")
        assert picking.names == [".secret/", "alps/", "beach/"]
        await picking.press("b", "escape")
        assert picking.answers == []
        assert len(picking.names) == 3
        await picking.press("ctrl+c")
        assert picking.answers == [None]


async def test_a_folder_is_no_picture(host: HostOf, tree: Path) -> None:
    """What is not of the kind is not taken."""
    async with host(None).run_test() as pilot:
        picking = await Picking(pilot, PathPicker(tree, PathKind.PICTURE)).start()
        await picking.press("space")
        assert picking.answers == []
        assert "take a file" in picking.note


async def test_a_start_that_is_not_there(host: HostOf, tree: Path) -> None:
    """The nearest folder above is shown instead."""
    async with host(None).run_test() as pilot:
        picking = await Picking(pilot, PathPicker(tree / "none" / "such", PathKind.FOLDER)).start()
        assert picking.folder == str(tree)


async def test_hostile_names(host: HostOf, tmp_path: Path) -> None:
    """They are shown as text, and can be opened as they are."""
    evil = tmp_path / "[bold]evil\x1b[31m\u202e"
    evil.mkdir()
    async with host(None).run_test() as pilot:
        picking = await Picking(pilot, PathPicker(tmp_path, PathKind.FOLDER)).start()
        assert picking.names == ["[bold]evil/"]
        await picking.until(lambda: picking.note == "[bold]evil: 0 pictures")
        await picking.press("space")
        assert picking.answers == [evil]


async def test_huge_folders_are_there_at_once(host: HostOf, tmp_path: Path) -> None:
    """Only the entries in sight are drawn."""
    for number in range(1_200):
        (tmp_path / f"{number:04}.zip").touch()
    async with host(None).run_test() as pilot:
        picking = await Picking(pilot, PathPicker(tmp_path, PathKind.DATASET)).start()
        assert picking.picker.query_one(EntryGrid).row_count == 1_200
        await picking.press("end")
        assert picking.note == "1,200 of 1,200"


async def test_completion_in_an_input(host: HostOf, tree: Path) -> None:
    """The right arrow takes what is offered; Tab goes on, also where something is."""
    path = PathInput(kind=PathKind.FOLDER)
    async with host(path).run_test() as pilot:
        await pilot.app.mount(PathInput(id="next"))
        path.focus()
        path.show(f"{tree}/al")
        path.cursor_position = len(path.value)
        for _ in range(100):
            await pilot.app.workers.wait_for_complete()
            await pilot.press("right")
            if path.value.endswith("alps/"):
                break
        assert path.value == f"{tree}/alps/"
        await pilot.press("backspace", "backspace")
        await pilot.app.workers.wait_for_complete()
        await pilot.press("tab")
        assert pilot.app.focused is not path
        assert path.value == f"{tree}/alp"


async def test_typing_into_a_path_that_is_reached_replaces_it(host: HostOf) -> None:
    async with host(PathInput(id="before")).run_test() as pilot:
        path = PathInput("/somewhere/else", id="path")
        await pilot.app.mount(path)
        pilot.app.query_one("#before").focus()
        await pilot.press("tab", *"/a")
        assert path.value == "/a"


async def test_pasting_into_a_line(host: HostOf, hostile: str) -> None:
    """Control characters and line breaks never get into a one-line input."""
    from textual import events

    line = PathInput()
    async with host(line).run_test() as pilot:
        line.focus()
        line.post_message(events.Paste(hostile))
        await pilot.pause()
        assert line.value
        assert line.value.isprintable()


class TestTypingAPath:
    """A whole path is typed or pasted, though the folders are read meanwhile."""

    async def test_typed_at_once_it_leads_there(
        self, host: HostOf, tree: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A slash after letters opens that folder, at the beginning the root."""
        monkeypatch.setenv("HOME", str(tree))
        (tree / "alpsee").mkdir()
        async with host(None).run_test() as pilot:
            picking = await Picking(pilot, PathPicker(tree / "beach", PathKind.FOLDER)).start()
            await pilot.press(*"~/alps/")
            await picking.until(lambda: picking.folder == str(tree / "alps"))
            await picking.press("/")
            assert picking.folder == "/"

    async def test_enter_waits_for_the_folder_it_follows(
        self, host: HostOf, tree: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Enter straight after the letters takes what they name, not what the old folder had there."""
        monkeypatch.setenv("HOME", str(tree))
        async with host(None).run_test() as pilot:
            picking = await Picking(pilot, PathPicker(tree / "alps")).start()
            await pilot.press(*"~/set", "enter")
            await picking.until(lambda: picking.answers == [tree / "set.zip"])

    async def test_pasted_it_is_marked(self, host: HostOf, tree: Path) -> None:
        """A hidden one too, in the quotes of a shell."""
        async with host(None).run_test() as pilot:
            picking = await Picking(pilot, PathPicker(tree / "alps")).start()
            picking.picker.post_message(events.Paste(f"'{tree}/.secret'\n"))
            await picking.until(lambda: picking.folder == str(tree))
            await picking.press("space")
            assert picking.answers == [tree / ".secret"]

    async def test_a_folder_that_is_not_there_is_told(self, host: HostOf, tree: Path) -> None:
        """And what was typed stays, to be corrected."""
        async with host(None).run_test() as pilot:
            picking = await Picking(pilot, PathPicker(tree)).start()
            await picking.press(*"nowhere/")
            assert "no folder here is called “nowhere”" in picking.note

    async def test_space_takes_nothing_where_nothing_was_found(self, host: HostOf, tree: Path) -> None:
        """Not the folder that is open: that is not what was looked for."""
        async with host(None).run_test() as pilot:
            picking = await Picking(pilot, PathPicker(tree, PathKind.FOLDER)).start()
            await picking.press(*"nowhere", "space")
            assert picking.answers == []
