"""The picture view, driven as a screen drives it."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Awaitable, Callable, Iterable
from io import StringIO
from pathlib import Path
from weakref import ref

import pytest
from PIL import Image
from rich.console import Console
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Label

from fluxtui.terminal.kitty import PLACEHOLDER
from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile
from fluxtui.terminal.scaling import Bitmap, load_bitmap
from fluxtui.widgets.pictures.channel import PictureChannel, channel_of
from fluxtui.widgets.pictures.view import PictureView
from tests.piloting.snapshots import SMALL, Snap

HALFCELL = TerminalProfile(GraphicsProtocol.HALFCELL)
KITTY = TerminalProfile(GraphicsProtocol.KITTY)
SIXEL = TerminalProfile(GraphicsProtocol.SIXEL)

RED, GREEN, BLUE = (200, 0, 0), (0, 200, 0), (0, 0, 200)


class PictureApp(App[None]):
    """One picture and a record of what it reported."""

    CSS = "PictureView { width: 40; height: 10; }"

    def __init__(self, profile: TerminalProfile, path: Path | None = None) -> None:
        super().__init__()
        self.console = Console(file=StringIO(), force_terminal=True, color_system="truecolor")
        self.profile = profile
        self.first = path
        self.reports: asyncio.Queue[PictureView.Displayed | PictureView.Failed] = asyncio.Queue()

    def compose(self) -> ComposeResult:
        yield PictureView(self.profile, self.first, placeholder="Nothing made yet.")

    def on_picture_view_displayed(self, message: PictureView.Displayed) -> None:
        self.reports.put_nowait(message)

    def on_picture_view_failed(self, message: PictureView.Failed) -> None:
        self.reports.put_nowait(message)

    @property
    def view(self) -> PictureView:
        return self.screen_stack[0].query_one(PictureView)

    async def shown(self) -> PictureView.Displayed:
        report = await asyncio.wait_for(self.reports.get(), 50)
        assert isinstance(report, PictureView.Displayed), report
        return report

    async def failed(self) -> PictureView.Failed:
        report = await asyncio.wait_for(self.reports.get(), 50)
        assert isinstance(report, PictureView.Failed), report
        return report


class FramedPictureApp(PictureApp):
    """The picture fills the screen, in a frame."""

    CSS = "PictureView { width: 1fr; height: 1fr; border: round $primary; }"


class Question(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        yield Label("Sure?")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything handed to the terminal beside Textual's frames, which a headless driver would drop."""
    sequences: list[str] = []

    def write(self: PictureChannel, sequence: str) -> None:
        if not self.suspended:
            sequences.append(sequence)

    monkeypatch.setattr(PictureChannel, "write", write)
    return sequences


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    def save_picture(name: str, colour: tuple[int, int, int], size: tuple[int, int] = (300, 300)) -> Path:
        path = tmp_path / name
        Image.new("RGB", size, colour).save(path)
        return path

    return save_picture


def lines(app: PictureApp) -> list[Strip]:
    view = app.view
    return view.render_lines(view.size.region)


def text_of(app: PictureApp) -> str:
    return " ".join(" ".join(strip.text for strip in lines(app)).split())


def backgrounds(strips: Iterable[Strip]) -> dict[tuple[int, int, int], int]:
    """Cells for each background colour."""
    found: dict[tuple[int, int, int], int] = {}
    for strip in strips:
        for segment in strip:
            colour = segment.style.bgcolor if segment.style is not None else None
            if colour is not None and colour.triplet is not None:
                red, green, blue = colour.triplet
                found[red, green, blue] = found.get((red, green, blue), 0) + segment.cell_length
    return found


async def test_says_what_will_be_here_before_there_is_a_picture() -> None:
    app = PictureApp(HALFCELL)
    async with app.run_test():
        assert text_of(app) == "Nothing made yet."


async def test_shows_half_cells_centred_with_the_aspect_ratio(save: Callable[..., Path]) -> None:
    app = PictureApp(HALFCELL, save("red.png", RED, (300, 300)))
    async with app.run_test():
        report = await app.shown()
        assert (report.protocol, report.size) == (GraphicsProtocol.HALFCELL, 0)
        strips = lines(app)
        assert [strip.cell_length for strip in strips] == [40] * 10
        assert backgrounds(strips)[RED] == 20 * 10
        assert all(strip.crop(10, 30).text == " " * 20 for strip in strips)
        assert RED not in backgrounds(strip.crop(0, 10) for strip in strips)
        assert RED not in backgrounds(strip.crop(30, 40) for strip in strips)


async def test_the_next_picture_leaves_nothing_of_the_last(save: Callable[..., Path]) -> None:
    paths = [save("red.png", RED), save("green.png", GREEN, (600, 300)), save("blue.png", BLUE, (100, 300))]
    app = PictureApp(HALFCELL)
    async with app.run_test():
        for path in paths:
            app.view.path = path
        report = await app.shown()
        assert report.path == paths[-1]
        assert app.reports.empty()
        colours = backgrounds(lines(app))
        assert RED not in colours
        assert GREEN not in colours
        assert BLUE in colours
        app.view.path = None
        assert text_of(app) == "Nothing made yet."


async def test_a_file_that_is_no_picture_is_explained_in_place(
    save: Callable[..., Path], tmp_path: Path
) -> None:
    bad = tmp_path / "[red]bad.png"
    bad.write_bytes(b"not a picture")
    app = PictureApp(HALFCELL, bad)
    async with app.run_test():
        report = await app.failed()
        assert report.path == bad
        assert text_of(app) == "This picture cannot be shown: the file is not a picture of a known format."
        app.view.path = save("red.png", RED)
        await app.shown()
        assert RED in backgrounds(lines(app))


async def test_a_slow_picture_is_announced_and_does_not_hold_up_the_next(
    save: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, free = save("slow.png", RED), threading.Event()

    def load(path: Path, *args: object) -> Bitmap:
        if path == slow:
            free.wait(10)
        return load_bitmap(path)

    monkeypatch.setattr("fluxtui.widgets.pictures.look.load_bitmap", load)
    app = PictureApp(HALFCELL, slow)
    async with app.run_test() as pilot:
        while text_of(app) != "Loading slow.png …":
            await pilot.pause(0.01)
        app.view.path = save("blue.png", BLUE)
        assert (await app.shown()).path.name == "blue.png"
        free.set()


async def test_a_changed_file_is_shown_on_reload(save: Callable[..., Path]) -> None:
    app = PictureApp(HALFCELL, save("same.png", RED))
    async with app.run_test():
        await app.shown()
        save("same.png", BLUE)
        app.view.reload()
        await app.shown()
        assert BLUE in backgrounds(lines(app))


async def test_follows_its_size(save: Callable[..., Path]) -> None:
    app = PictureApp(HALFCELL, save("red.png", RED))
    async with app.run_test():
        await app.shown()
        app.view.styles.height = 20
        await app.shown()
        assert backgrounds(lines(app))[RED] == 40 * 20


@pytest.mark.parametrize("no_color", [False, True])
async def test_without_pictures_or_colours_it_tells_the_facts(
    save: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, no_color: bool
) -> None:
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    path = save("a[b]c.png", RED, (300, 200))
    app = PictureApp(SIXEL if no_color else TerminalProfile(GraphicsProtocol.NONE), path)
    async with app.run_test():
        assert (await app.shown()).protocol is GraphicsProtocol.NONE
        assert text_of(app) == f"a[b]c.png: 300 x 200 pixels, {path.stat().st_size} B"


async def test_kitty_paints_placeholders_and_deletes_what_is_gone(
    save: Callable[..., Path], sent: list[str]
) -> None:
    app = PictureApp(KITTY, save("red.png", RED))
    async with app.run_test():
        assert (await app.shown()).protocol is GraphicsProtocol.HALFCELL
        assert (await app.shown()).protocol is GraphicsProtocol.KITTY
        assert "".join(sent).startswith("\x1b_Ga=T,U=1,f=100")
        assert sum(strip.text.count(PLACEHOLDER) for strip in lines(app)) == 20 * 10
        number = "".join(sent).partition("i=")[2].partition(",")[0]
        app.view.path = save("blue.png", BLUE)
        await app.shown()
        assert f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\" in sent
        assert not any(PLACEHOLDER in strip.text for strip in lines(app))
        await app.shown()
    assert sum(sequence.startswith("\x1b_Ga=d") for sequence in sent) == 2


async def test_kitty_needs_colours_to_number_its_pictures(save: Callable[..., Path], sent: list[str]) -> None:
    app = PictureApp(KITTY, save("red.png", RED))
    app.console = Console(file=StringIO(), force_terminal=True, color_system="standard")
    async with app.run_test():
        await app.shown()
        await app.workers.wait_for_complete()
        assert sent == []
        assert RED in backgrounds(lines(app))


async def test_kitty_numbers_survive_a_palette_of_256(save: Callable[..., Path], sent: list[str]) -> None:
    app = PictureApp(KITTY, save("red.png", RED))
    app.console = Console(file=StringIO(), force_terminal=True, color_system="256")
    async with app.run_test():
        await app.shown()
        await app.shown()
        number = sent[0].partition("i=")[2].partition(",")[0]
        placed = lines(app)[0].crop(10, 30).render(app.console)
        assert f"\x1b[38;5;{number}" in placed


async def test_kitty_shows_half_cells_below_a_dialog(save: Callable[..., Path], sent: list[str]) -> None:
    app = PictureApp(KITTY, save("red.png", RED))
    async with app.run_test() as pilot:
        await app.shown()
        await app.shown()
        await app.push_screen(Question())
        await pilot.pause()
        assert not any(PLACEHOLDER in strip.text for strip in lines(app))
        assert RED in backgrounds(lines(app))
        app.pop_screen()
        await pilot.pause()
        assert any(PLACEHOLDER in strip.text for strip in lines(app))


async def test_sixel_is_painted_in_its_place(save: Callable[..., Path], sent: list[str]) -> None:
    app = PictureApp(SIXEL, save("red.png", RED))
    async with app.run_test():
        await app.shown()
        report = await app.shown()
        assert report.protocol is GraphicsProtocol.SIXEL
        assert sent[0].startswith("\x1b7\x1b[1;11H\x1bP0;1;0q")
        assert all(sequence.endswith("\x1b\\\x1b8") for sequence in sent)


async def test_sixel_waits_below_a_dialog_and_returns(save: Callable[..., Path], sent: list[str]) -> None:
    app = PictureApp(SIXEL, save("red.png", RED))
    async with app.run_test() as pilot:
        await app.shown()
        await app.shown()
        await app.push_screen(Question())
        sent.clear()
        paint(app)
        await app.workers.wait_for_complete()
        assert sent == []
        app.pop_screen()
        await pilot.pause()
        paint(app)
        await app.workers.wait_for_complete()
        assert sent


def paint(app: PictureApp) -> None:
    """What Textual does when it writes every row of the view to a terminal."""
    for strip in lines(app):
        strip.render(app.console)


async def test_only_overwritten_rows_are_painted_again(save: Callable[..., Path], sent: list[str]) -> None:
    path = save("noise.png", RED)
    Image.merge("RGB", [Image.effect_noise((900, 900), 90) for _ in range(3)]).save(path)
    app = PictureApp(SIXEL, path)
    async with app.run_test() as pilot:
        app.view.styles.height = 20
        await app.shown()
        await pilot.pause()
        while (await app.shown()).protocol is not GraphicsProtocol.SIXEL:
            continue
        everything = len(sent)
        sent.clear()
        lines(app)[10].render(app.console)
        await app.workers.wait_for_complete()
        assert 0 < len(sent) < everything


async def test_a_new_picture_stops_the_sending_of_the_last(
    save: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, sent: list[str], tmp_path: Path
) -> None:
    noise = tmp_path / "noise.png"
    Image.merge("RGB", [Image.effect_noise((900, 900), 90) for _ in range(3)]).save(noise)
    begun, never = asyncio.Event(), asyncio.Event()

    async def slow(self: PictureChannel) -> None:
        if sent:
            begun.set()
            await never.wait()

    monkeypatch.setattr(PictureChannel, "room", slow)
    app = PictureApp(KITTY, noise)
    async with app.run_test():
        await app.shown()
        await asyncio.wait_for(begun.wait(), 50)
        app.view.path = save("red.png", RED)
        await app.shown()
        assert sent[-1].startswith("\x1b_Gq=2,m=0;\x1b\\\x1b_Ga=d")
        assert RED in backgrounds(lines(app))


async def test_nothing_is_sent_while_the_program_is_suspended(
    save: Callable[..., Path], sent: list[str]
) -> None:
    app = PictureApp(SIXEL, save("red.png", RED))
    async with app.run_test() as pilot:
        await app.shown()
        await app.shown()
        app.app_suspend_signal.publish(app)
        sent.clear()
        paint(app)
        await pilot.pause()
        assert sent == []
        app.app_resume_signal.publish(app)
        await app.shown()
        await app.shown()
        assert sent


def test_the_way_to_the_terminal_ends_with_its_app() -> None:
    app = App[None]()
    channel = channel_of(app, HALFCELL)
    assert channel_of(app, SIXEL) is channel
    kept = ref(app), ref(channel)
    del app, channel
    gc.collect()
    assert [what() for what in kept] == [None, None]


def test_snapshot(snap: Snap, tmp_path: Path) -> None:
    path = tmp_path / "squares.png"
    squares = Image.new("RGB", (2, 2), RED)
    squares.putpixel((1, 0), GREEN)
    squares.putpixel((0, 1), BLUE)
    squares.resize((256, 256), Image.Resampling.NEAREST).save(path)
    app = FramedPictureApp(HALFCELL, path)

    async def ready(pilot: Pilot[None]) -> None:
        await app.shown()

    run_before: Callable[[Pilot[None]], Awaitable[None]] = ready
    assert snap(app, run_before, sizes=SMALL)
