"""Pictures encoded in a process of their own."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from fluxtui.terminal.encoder import POLITENESS, Encoder
from fluxtui.terminal.encoding import encode
from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile

PICTURE = Image.radial_gradient("L").convert("RGB")
PIXELS = [GraphicsProtocol.KITTY, GraphicsProtocol.ITERM2, GraphicsProtocol.SIXEL]


@pytest.fixture
def encoder() -> Iterator[Encoder]:
    made = Encoder()
    yield made
    made.close()


@pytest.mark.parametrize("over_ssh", [False, True])
def test_another_process_makes_the_same(encoder: Encoder, over_ssh: bool) -> None:
    for protocol in PIXELS:
        profile = TerminalProfile(protocol, over_ssh=over_ssh)
        assert encoder.encode(PICTURE, 20, 10, profile) == encode(PICTURE, 20, 10, profile)
    assert encoder.process_id not in (None, os.getpid())


def test_process_is_kept_and_ends_when_it_is_closed(encoder: Encoder) -> None:
    profile = TerminalProfile(GraphicsProtocol.ITERM2)
    encoder.encode(PICTURE, 4, 2, profile)
    first = encoder.process_id
    encoder.encode(PICTURE, 4, 2, profile)
    assert encoder.process_id == first
    encoder.close()
    assert first is not None
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_process_lets_others_go_first(encoder: Encoder) -> None:
    encoder.encode(PICTURE, 4, 2, TerminalProfile(GraphicsProtocol.ITERM2))
    assert encoder.process_id is not None
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, encoder.process_id) == min(19, ours + POLITENESS)


@pytest.mark.parametrize(
    "command",
    [
        ("/nowhere/python",),
        (sys.executable, "-c", ""),
        (sys.executable, "-c", "print('nonsense', flush=True); input()"),
    ],
    ids=["not there", "ends at once", "speaks nonsense"],
)
def test_without_a_process_it_is_done_here(command: tuple[str, ...]) -> None:
    profile = TerminalProfile(GraphicsProtocol.KITTY)
    encoder = Encoder(command)
    assert encoder.encode(PICTURE, 8, 4, profile) == encode(PICTURE, 8, 4, profile)
    assert encoder.process_id is None
    assert encoder.encode(PICTURE, 8, 4, profile) == encode(PICTURE, 8, 4, profile)


def test_process_that_is_killed_is_done_without(encoder: Encoder) -> None:
    profile = TerminalProfile(GraphicsProtocol.KITTY)
    encoder.encode(PICTURE, 8, 4, profile)
    assert encoder.process_id is not None
    os.kill(encoder.process_id, 9)
    assert encoder.encode(PICTURE, 8, 4, profile) == encode(PICTURE, 8, 4, profile)


def test_process_that_was_stopped_does_not_hold_up_the_picture() -> None:
    encoder = Encoder(seconds=0.5)
    profile = TerminalProfile(GraphicsProtocol.ITERM2)
    encoder.encode(PICTURE, 4, 2, profile)
    stopped = encoder.process_id
    assert stopped is not None
    os.kill(stopped, signal.SIGSTOP)
    assert encoder.encode(PICTURE, 20, 10, profile) == encode(PICTURE, 20, 10, profile)
    with pytest.raises(ProcessLookupError):
        os.kill(stopped, 0)


def test_closing_does_not_wait_for_a_process_that_was_stopped() -> None:
    encoder = Encoder(seconds=600)
    profile = TerminalProfile(GraphicsProtocol.ITERM2)
    encoder.encode(PICTURE, 4, 2, profile)
    stopped = encoder.process_id
    assert stopped is not None
    os.kill(stopped, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(encoder.encode, PICTURE, 20, 10, profile)
        encoder.close()
        assert made.result(20) == encode(PICTURE, 20, 10, profile)
