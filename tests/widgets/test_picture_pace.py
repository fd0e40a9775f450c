"""Over SSH a terminal that answers gets a picture as fast as it takes it, others at the fixed pace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual.app import App

from fluxtui.terminal.intermediary import Intermediary
from fluxtui.terminal.line_pace import QUESTION
from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile
from fluxtui.widgets.pictures import channel as channel_module
from fluxtui.widgets.pictures.channel import PictureChannel

PIECE = "x" * 20_000


class AnsweringDriver:
    """Takes what is written, and answers questions where it does."""

    is_headless = False

    def __init__(self, *, answers: bool) -> None:
        self.written: list[str] = []
        self._answers = answers
        self._told: Callable[[], None] = lambda: None

    def tell_taken(self, listener: Callable[[], None]) -> None:
        self._told = listener

    def write(self, data: str) -> None:
        self.written.append(data)
        if self._answers and data.endswith(QUESTION):
            asyncio.get_running_loop().call_soon(self._told)


async def sent(
    driver: AnsweringDriver, profile: TerminalProfile, monkeypatch: pytest.MonkeyPatch
) -> PictureChannel:
    """Send a picture of half a megabyte, at a fixed pace for which nobody waits."""
    monkeypatch.setattr(channel_module, "SSH_BYTES_PER_SECOND", 1e12)
    app: App[Any] = App()
    app._driver = driver  # type: ignore[assignment]
    channel = PictureChannel(app, profile)
    await channel.send([PIECE] * 25, "")
    return channel


async def test_who_answers_is_asked_after_each_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = AnsweringDriver(answers=True)
    await sent(driver, TerminalProfile(GraphicsProtocol.SIXEL, over_ssh=True), monkeypatch)
    assert driver.written == [PIECE + QUESTION] * 25


async def test_who_does_not_answer_is_soon_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fluxtui.terminal.line_pace.ANSWER_SECONDS", 0.01)
    monkeypatch.setattr(channel_module, "ANSWER_SECONDS", 0.02)
    driver = AnsweringDriver(answers=False)
    await sent(driver, TerminalProfile(GraphicsProtocol.SIXEL, over_ssh=True), monkeypatch)
    asked = [data for data in driver.written if data.endswith(QUESTION)]
    assert 0 < len(asked) < 6
    assert len(driver.written) == 25


@pytest.mark.parametrize(
    "profile",
    [
        TerminalProfile(GraphicsProtocol.SIXEL),
        TerminalProfile(GraphicsProtocol.SIXEL, over_ssh=True, between=Intermediary.TMUX),
    ],
    ids=["no line", "tmux between"],
)
async def test_nothing_is_asked_where_the_answer_says_nothing(
    profile: TerminalProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = AnsweringDriver(answers=True)
    await sent(driver, profile, monkeypatch)
    assert driver.written == [PIECE] * 25
