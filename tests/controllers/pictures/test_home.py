"""Getting pictures home without a screen: texts, the page, files to a terminal."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

import httpx
import pytest

from fluxtui.app.container import Container
from fluxtui.controllers.background import Background
from fluxtui.controllers.pictures.home import NO_PAGE, HomeController, Outlet
from fluxtui.controllers.pictures.item import ViewItem
from fluxtui.services.config import ConfigService
from fluxtui.terminal.profile import TerminalProfile
from tests.fakes.host import FakeHost
from tests.fakes.iterm2 import files_in
from tests.fakes.kitty import Kitty
from tests.fakes.terminal_line import FakeLine

ITEM = ViewItem(
    path=Path("/srv/flux/pictures/2026-11-26/a fox's den.png"),
    parameters={"prompt": "a fox [red] in the snow\x1b[31m", "steps": 28, "seed": 42},
    endpoint="flux-2-pro",
    profile="demo",
    finetune_name="Lumi",
)
PLAIN = TerminalProfile()


@pytest.fixture(autouse=True)
def over_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program be reached as jo at an address over IPv6."""
    monkeypatch.setenv("SSH_CONNECTION", "2001:db8::5 51022 2001:db8::7 2222")
    monkeypatch.setenv("LOGNAME", "jo")


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[FakeHost]:
    """A host whose page stands on any free port."""
    config = ConfigService(tmp_path / "config.toml", environ={}, overrides={"home.page_port": 0})
    config.load()
    container = Container(config, tmp_path / "data")
    yield FakeHost(await container.open())
    await container.close()


class Home:
    """The controller on a terminal that keeps what it gets."""

    def __init__(self, host: FakeHost, *items: ViewItem, terminal: TerminalProfile = PLAIN) -> None:
        self.clipboard: list[str] = []
        self.background = Background(host)
        self.line = FakeLine(Kitty() if "kitty" in terminal.name else None)
        outlet = Outlet(terminal, lambda: self.line, self.clipboard.append, self._drawn)
        self.controller = HomeController(host, self.background, outlet, items or (ITEM,))
        self.said: list[str] = []
        self.controller.changed.connect(lambda: self.said.append(self.controller.news))

    async def _drawn(self) -> None:
        """Everything is on the screen."""

    @property
    def kitty(self) -> Kitty:
        assert self.line.kitty is not None
        return self.line.kitty


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("p", "/srv/flux/pictures/2026-11-26/a fox's den.png"),
        ("m", "a fox [red] in the snow"),
        ("s", "42"),
        ("j", '"steps": 28'),
        ("a", "Seed: 42"),
    ],
)
async def test_what_it_copies(host: FakeHost, key: str, text: str) -> None:
    home = Home(host)
    home.controller.copy(key)
    await home.background.settled()
    assert text in home.clipboard[-1]
    assert home.controller.copied == home.clipboard[-1]
    assert "\x1b" not in home.clipboard[-1]
    assert home.controller.news.startswith("Copied the ")


async def test_the_line_for_scp_has_the_address_that_one_came_by(host: FakeHost) -> None:
    home = Home(host)
    home.controller.copy_scp()
    await home.background.settled()
    assert home.clipboard[-1].startswith("scp -P 2222 'jo@[2001:db8::7]:/srv/flux/")
    assert "it copies into the directory you are in" in home.controller.news


async def test_tmux_gets_it_a_second_time(host: FakeHost) -> None:
    home = Home(host, terminal=replace(PLAIN, in_tmux=True))
    home.controller.copy("s")
    await home.background.settled()
    assert home.line.received.startswith(b"\x1bPtmux;")
    assert "set-clipboard" in home.controller.news


async def test_no_text_is_made_before_it_is_asked_for(host: FakeHost) -> None:
    class Watched(ViewItem):
        asked: ClassVar[list[str]] = []

        @property
        def prompt(self) -> str:
            self.asked.append(threading.current_thread().name)
            return super().prompt

    home = Home(host, Watched(path=ITEM.path, parameters=ITEM.parameters))
    await home.controller.look()
    assert Watched.asked == []
    home.controller.copy("m")
    await home.background.settled()
    assert home.clipboard == ["a fox [red] in the snow"]
    assert threading.main_thread().name not in Watched.asked


async def test_what_is_missing_or_too_long_is_told(host: FakeHost) -> None:
    home = Home(host, ViewItem(path=Path("/p/a\nb.png"), parameters={"x": "y" * 90_000}))
    for copy, told in (
        (partial(home.controller.copy, "s"), "There is no seed to copy."),
        (partial(home.controller.copy, "j"), "too long for the clipboard"),
        (home.controller.copy_scp, "line break"),
        (home.controller.copy_forward, NO_PAGE),
        (home.controller.copy_url, NO_PAGE),
        (home.controller.transfer, "saves no files"),
    ):
        copy()
        await home.background.settled()
        assert told in home.controller.news
    assert home.clipboard == []


async def test_the_page_runs_until_it_is_stopped(host: FakeHost) -> None:
    home = Home(host)
    page = home.controller.page
    assert home.controller.page_line == ""
    await home.controller.toggle_page()
    assert home.controller.news == "The page runs until you stop it or leave the program."
    async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as client:
        used = page.url
        assert "0 pictures" in (await client.get(used)).text
    assert page.url != used
    forward = f"ssh -N -L 127.0.0.1:{page.port}:127.0.0.1:{page.port} -p 2222 jo@2001:db8::7"
    assert home.controller.page_line == forward
    home.controller.copy_forward()
    await home.background.settled()
    home.controller.copy_url()
    await home.background.settled()
    assert home.clipboard == [forward, page.url]
    await home.controller.toggle_page()
    assert (home.controller.news, page.url) == ("The page is stopped.", "")


ITERM2 = TerminalProfile(name="iTerm2 3.5.0")
KITTY = TerminalProfile(name="kitty(0.42.1)")


@pytest.fixture
def file(tmp_path: Path) -> ViewItem:
    """A picture of many pieces."""
    path = tmp_path / "fox.png"
    path.write_bytes(bytes(range(256)) * 400)
    return ViewItem(path)


async def test_a_file_that_is_gone_is_told_before_it_is_sent(host: FakeHost) -> None:
    home = Home(host, terminal=ITERM2)
    await home.controller.look()
    assert home.controller.outlook == "a fox's den.png cannot be read."
    home.controller.transfer()
    await home.background.settled()
    assert home.controller.news == "a fox's den.png cannot be read."
    assert not home.controller.stop()
    assert not home.line.received


async def test_iterm2_gets_a_file_whole(host: FakeHost, file: ViewItem) -> None:
    home = Home(host, file, terminal=ITERM2)
    await home.controller.look()
    assert home.controller.outlook == "1 file, 102.4 kB; iTerm2 asks first"
    home.controller.transfer()
    await home.background.settled()
    (received,) = files_in(bytes(home.line.received))
    assert (received.name, received.content) == ("fox.png", file.path.read_bytes())
    assert home.controller.news.startswith("Sent.")


async def test_what_is_stopped_is_thrown_away_and_can_be_sent_again(host: FakeHost, file: ViewItem) -> None:
    home = Home(host, file, terminal=ITERM2)
    home.line.full = asyncio.Event()
    home.controller.transfer()
    await home.line.waited_for.wait()
    home.controller.transfer()
    assert home.controller.stop()
    await home.background.settled()
    assert len([text for text in home.said if text.startswith("Sending fox.png")]) == 1
    assert home.controller.news == "Stopped; iTerm2 throws away what came of fox.png."
    assert not home.controller.stop()
    home.line.full = None
    home.controller.transfer()
    await home.background.settled()
    assert home.controller.news.startswith("Sent.")


async def test_a_terminal_that_is_taken_away_is_told(host: FakeHost, file: ViewItem) -> None:
    home = Home(host, file, terminal=ITERM2)
    home.line.taken_away = True
    home.controller.transfer()
    await home.background.settled()
    assert home.controller.news == "fox.png was not sent whole: the terminal was taken away."


async def test_kitty_says_what_it_saved_and_replaces_nothing(host: FakeHost, file: ViewItem) -> None:
    home = Home(host, file, terminal=KITTY)
    home.kitty.files["~/Downloads/fox.png"] = b"the user's own"
    home.controller.transfer()
    await home.background.settled()
    assert home.controller.news == "kitty saved fox-2.png in ~/Downloads/ on its machine."
    assert home.kitty.files["~/Downloads/fox.png"] == b"the user's own"
    assert home.kitty.files["~/Downloads/fox-2.png"] == file.path.read_bytes()
    assert "kitty asks whether it may save 1 file. Esc calls it off." in home.said


async def test_kitty_may_refuse(host: FakeHost, file: ViewItem) -> None:
    home = Home(host, file, terminal=KITTY)
    home.kitty.grants = False
    home.controller.transfer()
    await home.background.settled()
    assert home.controller.news == "kitty saves nothing: User refused the transfer."
    assert home.kitty.cancelled == []
