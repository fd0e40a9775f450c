"""What Textual finds in its environment."""

from __future__ import annotations

from fluxtui.terminal.environment import is_over_ssh, prepare_environment
from fluxtui.terminal.intermediary import Intermediary


def test_ssh_turns_animations_off() -> None:
    environ: dict[str, str] = {}
    prepare_environment(environ, over_ssh=True)
    assert environ == {"TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0", "TEXTUAL_FPS": "20"}


def test_what_the_user_has_set_stays() -> None:
    environ = {"TEXTUAL_ANIMATIONS": "full", "COLORTERM": ""}
    prepare_environment(environ, over_ssh=True, truecolor=True)
    assert environ["TEXTUAL_ANIMATIONS"] == "full"
    assert "TEXTUAL_COLOR_SYSTEM" not in environ


def test_nothing_changes_locally() -> None:
    environ: dict[str, str] = {}
    prepare_environment(environ, over_ssh=False)
    assert environ == {}


def test_a_terminal_known_for_24_bit_colour_gets_it() -> None:
    environ: dict[str, str] = {}
    prepare_environment(environ, over_ssh=False, truecolor=True)
    assert environ == {"TEXTUAL_COLOR_SYSTEM": "truecolor"}


def test_gnu_screen_gets_no_24_bit_colour_that_is_only_inherited() -> None:
    environ = {"COLORTERM": "truecolor"}
    prepare_environment(environ, over_ssh=False, truecolor=True, between=Intermediary.SCREEN)
    assert environ["TEXTUAL_COLOR_SYSTEM"] == "256"
    environ = {"TEXTUAL_COLOR_SYSTEM": "truecolor"}
    prepare_environment(environ, over_ssh=False, between=Intermediary.SCREEN)
    assert environ["TEXTUAL_COLOR_SYSTEM"] == "truecolor"


def test_ssh_is_recognised() -> None:
    assert is_over_ssh({"SSH_TTY": "/dev/pts/1"})
    assert not is_over_ssh({"SSH_CONNECTION": ""})
