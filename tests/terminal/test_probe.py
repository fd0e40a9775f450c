"""The conversation with the terminal, on a real pseudo-terminal."""

from __future__ import annotations

import os
import termios
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fluxtui.terminal.brands import Claims, shows_truecolor
from fluxtui.terminal.intermediary import Intermediary, ancestors, intermediary_of
from fluxtui.terminal.probe import TMUX_NOTE, probe_terminal
from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile

if TYPE_CHECKING:
    from tests.terminal.conftest import Answers, PlayedTerminal, PlayTerminal

XTVERSION = r"\x1b\[>0?q"
KITTY = r"\x1b_G[^\x1b]*a=q[^\x1b]*\x1b\\"
CELL = r"\x1b\[16t"
DA1 = r"\x1b\[c"

KITTY_OK = b"\x1b_Gi=31;OK\x1b\\"
PLAIN_DA1 = b"\x1b[?62;22c"
SIXEL_DA1 = b"\x1b[?64;1;2;4;6;9;15;18;21;22c"


def named(name: str) -> bytes:
    return f"\x1bP>|{name}\x1b\\".encode()


KITTY_TERMINAL = {
    XTVERSION: named("kitty(0.35.2)"),
    KITTY: KITTY_OK,
    CELL: b"\x1b[6;21;9t",
    DA1: b"\x1b[?62;52c",
}
XTERM_SIXEL = {XTVERSION: named("XTerm(379)"), CELL: b"\x1b[6;17;8t", DA1: SIXEL_DA1}


def probe(
    terminal: PlayedTerminal,
    environ: Mapping[str, str] | None = None,
    timeout: float = 1.0,
    descent: tuple[str, ...] = (),
) -> TerminalProfile:
    return probe_terminal(
        timeout=timeout,
        input_fd=terminal.slave,
        output_fd=terminal.slave,
        environ={"TERM": "xterm", **(environ or {})},
        descent=descent,
    )


@pytest.mark.parametrize(
    ("answers", "protocol"),
    [
        (KITTY_TERMINAL, GraphicsProtocol.KITTY),
        ({**KITTY_TERMINAL, XTVERSION: named("ghostty 1.0.1")}, GraphicsProtocol.KITTY),
        ({**KITTY_TERMINAL, XTVERSION: named("kitty(0.26.5)")}, GraphicsProtocol.HALFCELL),
        ({**KITTY_TERMINAL, XTVERSION: named("WezTerm 20240203"), DA1: SIXEL_DA1}, GraphicsProtocol.ITERM2),
        ({**KITTY_TERMINAL, XTVERSION: named("Konsole 24.02")}, GraphicsProtocol.ITERM2),
        ({**XTERM_SIXEL, XTVERSION: named("iTerm2 3.5.0")}, GraphicsProtocol.ITERM2),
        (XTERM_SIXEL, GraphicsProtocol.SIXEL),
        ({DA1: PLAIN_DA1}, GraphicsProtocol.HALFCELL),
    ],
)
def test_finds_the_best_protocol_that_works(
    play_terminal: PlayTerminal, answers: Answers, protocol: GraphicsProtocol
) -> None:
    terminal = play_terminal(answers)
    assert probe(terminal).protocol is protocol
    assert terminal.left_over() == b""


@pytest.mark.parametrize("answers", [KITTY_TERMINAL, XTERM_SIXEL])
def test_is_right_over_a_line_of_400_ms(play_terminal: PlayTerminal, answers: Answers) -> None:
    terminal = play_terminal(answers, delay=0.4)
    started = time.monotonic()
    profile = probe(terminal)
    assert profile.protocol.draws_pixels
    assert time.monotonic() - started < 0.8
    assert terminal.left_over(0.1) == b""


IN_TMUX = {"TMUX": "/run/tmux/default,1,0"}
ITERM2_FROM_AFAR = {"LC_TERMINAL": "iTerm2", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}


@pytest.mark.parametrize(
    ("claims", "environ", "shows"),
    [
        (Claims("XTerm(379)"), {}, True),
        (Claims("kitty(0.35.2)"), {}, True),
        (Claims(sixel=True), {"LC_TERMINAL": "iTerm2"}, True),
        (Claims(), {"LC_TERMINAL": "iTerm2"}, False),
        (Claims(sixel=True), {"LC_TERMINAL": "iTerm2", "TERM": "screen-256color"}, False),
        (Claims(sixel=True), {"LC_TERMINAL": "iTerm2", "ZELLIJ": "0"}, False),
        (Claims("tmux 3.3a"), ITERM2_FROM_AFAR, False),
        (Claims("XTerm(379)"), IN_TMUX, False),
        (Claims("XTerm(379)"), {"STY": "1.pts-0.host"}, False),
        (Claims(), {"TERM": "xterm-256color"}, False),
    ],
)
def test_many_colours_are_known_of_some_brands(claims: Claims, environ: dict[str, str], shows: bool) -> None:
    assert shows_truecolor(claims, environ, intermediary_of(environ)) is shows


@pytest.mark.parametrize(
    ("environ", "descent", "between"),
    [
        ({}, (), Intermediary.NOTHING),
        ({"TMUX": "x", "TERM": "tmux-256color"}, (), Intermediary.TMUX),
        ({"STY": "x", "TERM": "screen.xterm-256color"}, (), Intermediary.SCREEN),
        ({"STY": "x", "TMUX": "x", "TERM": "screen"}, (), Intermediary.SCREEN),
        ({"STY": "x", "TMUX": "x", "TERM": "tmux-256color"}, (), Intermediary.TMUX),
        ({"ZELLIJ": "0"}, (), Intermediary.ZELLIJ),
        ({"ABDUCO_SESSION": "x"}, (), Intermediary.ABDUCO),
        ({"TMUX": "x"}, ("bash", "dtach", "bash", "tmux: server"), Intermediary.DTACH),
        ({"TMUX": "x"}, ("bash", "screen", "bash", "tmux: server"), Intermediary.SCREEN),
        ({}, ("zsh", "mosh-server", "sshd"), Intermediary.MOSH),
        ({}, ("bash", "sshd", "tmux: server"), Intermediary.NOTHING),
    ],
)
def test_what_is_nearest_counts(
    environ: dict[str, str], descent: tuple[str, ...], between: Intermediary
) -> None:
    assert intermediary_of(environ, descent) is between


def test_the_processes_we_descend_from_are_found() -> None:
    if Path("/proc/self/stat").exists():
        assert ancestors()[0] == Path(f"/proc/{os.getppid()}/comm").read_text().strip()
    else:
        assert ancestors() == ()


WITHOUT_SIXEL = {DA1: b"\x1b[?1;2c"}
WITH_SIXEL = {DA1: b"\x1b[?62;4;22c"}


@pytest.mark.parametrize(
    ("answers", "environ", "descent", "protocol"),
    [
        # iTerm2, then ssh, then something that draws itself: its variable has come along.
        (WITHOUT_SIXEL, {**ITERM2_FROM_AFAR, "STY": "x", "TERM": "screen"}, (), GraphicsProtocol.HALFCELL),
        (WITHOUT_SIXEL, {**ITERM2_FROM_AFAR, "ZELLIJ": "0"}, (), GraphicsProtocol.HALFCELL),
        (WITH_SIXEL, {**ITERM2_FROM_AFAR, "ZELLIJ": "0"}, (), GraphicsProtocol.SIXEL),
        (WITHOUT_SIXEL, ITERM2_FROM_AFAR, ("bash", "mosh-server"), GraphicsProtocol.HALFCELL),
        (WITHOUT_SIXEL, ITERM2_FROM_AFAR, (), GraphicsProtocol.HALFCELL),
        # The multiplexer is on this side of ssh: only TERM and what it answers tell of it.
        (WITH_SIXEL, {**ITERM2_FROM_AFAR, "TERM": "screen-256color"}, (), GraphicsProtocol.SIXEL),
        ({**WITHOUT_SIXEL, XTVERSION: named("tmux 3.4")}, ITERM2_FROM_AFAR, (), GraphicsProtocol.HALFCELL),
        # kitty's and WezTerm's variables within GNU screen, which hands their pictures on to nobody.
        (WITHOUT_SIXEL, {"KITTY_WINDOW_ID": "1", "STY": "x"}, (), GraphicsProtocol.HALFCELL),
        (WITHOUT_SIXEL, {"TERM_PROGRAM": "WezTerm", "STY": "x"}, (), GraphicsProtocol.HALFCELL),
        # What hands everything on is nothing.
        (KITTY_TERMINAL, {}, ("bash", "dtach"), GraphicsProtocol.KITTY),
        ({**WITH_SIXEL, XTVERSION: named("iTerm2 3.5.0")}, ITERM2_FROM_AFAR, (), GraphicsProtocol.ITERM2),
        (WITH_SIXEL, ITERM2_FROM_AFAR, (), GraphicsProtocol.SIXEL),
        ({}, {"TERM_PROGRAM": "iTerm.app"}, (), GraphicsProtocol.HALFCELL),
    ],
)
def test_what_is_between_decides_and_answers_beat_variables(
    play_terminal: PlayTerminal,
    answers: Answers,
    environ: dict[str, str],
    descent: tuple[str, ...],
    protocol: GraphicsProtocol,
) -> None:
    profile = probe(play_terminal(answers), environ, timeout=0.3, descent=descent)
    assert profile.protocol is protocol
    assert profile.reasons


def test_late_answers_are_taken_and_not_typed(play_terminal: PlayTerminal) -> None:
    terminal = play_terminal(XTERM_SIXEL, delay=0.3)
    assert probe(terminal, timeout=0.1).protocol is GraphicsProtocol.SIXEL
    assert terminal.left_over(0.2) == b""


def test_a_silent_terminal_gets_half_cells_in_bounded_time(play_terminal: PlayTerminal) -> None:
    terminal = play_terminal({})
    started = time.monotonic()
    assert probe(terminal, timeout=0.1).protocol is GraphicsProtocol.HALFCELL
    assert time.monotonic() - started < 1.0


def test_garbled_answers_are_passed_over(play_terminal: PlayTerminal) -> None:
    terminal = play_terminal(
        {XTVERSION: b"\x1bP>|\x9b31m\xff\xfe", KITTY: b"\x1b_Gi=31", DA1: b"\x00\x1b[;;\x1b[?1;4c"}
    )
    profile = probe(terminal)
    assert profile.protocol is GraphicsProtocol.SIXEL
    assert "\x1b" not in profile.name


def test_a_hostile_name_is_made_harmless(play_terminal: PlayTerminal) -> None:
    terminal = play_terminal({XTVERSION: b"\x1bP>|ev\x9b2Jil\x1b\\", DA1: PLAIN_DA1})
    assert all(character.isprintable() for character in probe(terminal).name)


def test_terminal_settings_are_restored(play_terminal: PlayTerminal) -> None:
    terminal = play_terminal(KITTY_TERMINAL)
    before = termios.tcgetattr(terminal.slave)
    probe(terminal)
    assert termios.tcgetattr(terminal.slave) == before


def test_cell_size_comes_from_the_answer(play_terminal: PlayTerminal) -> None:
    profile = probe(play_terminal(KITTY_TERMINAL))
    assert (profile.cell_width, profile.cell_height) == (9, 21)


def test_cell_size_is_not_asked_where_the_system_knows_it(play_terminal: PlayTerminal) -> None:
    terminal = play_terminal(KITTY_TERMINAL, pixels=(11, 23))
    profile = probe(terminal)
    assert (profile.cell_width, profile.cell_height) == (11, 23)
    assert b"\x1b[16t" not in terminal.heard


def test_absurd_cell_size_is_not_believed(play_terminal: PlayTerminal) -> None:
    profile = probe(play_terminal({**XTERM_SIXEL, CELL: b"\x1b[6;0;9999t"}))
    assert (profile.cell_width, profile.cell_height) == (10, 20)


def test_a_setting_beats_the_terminal_and_asks_nothing(play_terminal: PlayTerminal) -> None:
    terminal = play_terminal(KITTY_TERMINAL)
    profile = probe_terminal(
        "halfcell", input_fd=terminal.slave, output_fd=terminal.slave, environ={}, descent=()
    )
    assert profile.protocol is GraphicsProtocol.HALFCELL
    assert terminal.heard == b""


def test_unknown_setting_is_an_error() -> None:
    with pytest.raises(ValueError, match="braille"):
        probe_terminal("braille", environ={})


def test_brand_from_the_environment(play_terminal: PlayTerminal) -> None:
    terminal = play_terminal({DA1: WITH_SIXEL[DA1]})
    assert probe(terminal, {"TERM_PROGRAM": "vscode"}).protocol is GraphicsProtocol.ITERM2


def test_vscode_with_pictures_off_is_believed(play_terminal: PlayTerminal) -> None:
    profile = probe(play_terminal(WITHOUT_SIXEL), {"TERM_PROGRAM": "vscode"})
    assert profile.protocol is GraphicsProtocol.HALFCELL
    assert any("1;2, without 4" in reason for reason in profile.reasons)
    assert any("TERM_PROGRAM=vscode: not believed" in reason for reason in profile.reasons)


def test_ssh_is_recognised_and_lowers_the_budget(play_terminal: PlayTerminal) -> None:
    remote = probe(play_terminal(XTERM_SIXEL), {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"})
    local = probe(play_terminal(XTERM_SIXEL))
    assert remote.over_ssh
    assert remote.preview_budget == 150_000 < local.preview_budget


def tmux_that_says(folder: Path, terminal: str, passthrough: str) -> dict[str, str]:
    """An environment inside a tmux that answers so."""
    program = folder / "tmux"
    program.write_text(f"#!/bin/sh\nprintf '{terminal}\\txterm-256color\\t{passthrough}\\n'\n")
    program.chmod(0o700)
    return {"TMUX": "/tmp/tmux-1/default,1,0", "PATH": f"{folder}:/usr/bin:/bin"}  # noqa: S108


TMUX_WRAPPED_KITTY = r"\x1bPtmux;\x1b\x1b_G[^\x1b]*a=q[^\x1b]*\x1b\x1b\\\x1b\\"


def test_tmux_without_passthrough_names_the_missing_line(play_terminal: PlayTerminal, tmp_path: Path) -> None:
    terminal = play_terminal({DA1: b"\x1b[?1;2c"})
    profile = probe(terminal, tmux_that_says(tmp_path, "kitty(0.35.2)", "off"))
    assert profile.protocol is GraphicsProtocol.HALFCELL
    assert profile.note == TMUX_NOTE
    assert "set -g allow-passthrough on" in TMUX_NOTE
    assert b"_G" not in terminal.heard


def test_tmux_with_passthrough_waits_for_the_terminal_behind_it(
    play_terminal: PlayTerminal, tmp_path: Path
) -> None:
    terminal = play_terminal({DA1: b"\x1b[?1;2c", TMUX_WRAPPED_KITTY: KITTY_OK})
    profile = probe(terminal, tmux_that_says(tmp_path, "kitty(0.35.2)", "on"))
    assert profile.protocol is GraphicsProtocol.KITTY
    assert profile.in_tmux
    assert profile.note is None
    assert terminal.left_over() == b""


def test_tmux_before_a_terminal_without_pictures_is_not_waited_for(
    play_terminal: PlayTerminal, tmp_path: Path
) -> None:
    terminal = play_terminal({DA1: b"\x1b[?1;2c"})
    started = time.monotonic()
    profile = probe(terminal, tmux_that_says(tmp_path, "", "on"))
    assert profile.protocol is GraphicsProtocol.HALFCELL
    assert profile.note is None
    assert time.monotonic() - started < 0.8


def test_tmux_that_draws_sixel_itself_is_used(play_terminal: PlayTerminal, tmp_path: Path) -> None:
    terminal = play_terminal({DA1: b"\x1b[?1;2;4c"})
    assert probe(terminal, tmux_that_says(tmp_path, "foot(1.16)", "off")).protocol is GraphicsProtocol.SIXEL


def test_tmux_that_cannot_be_asked_gets_half_cells(play_terminal: PlayTerminal, tmp_path: Path) -> None:
    terminal = play_terminal({DA1: b"\x1b[?1;2c"})
    profile = probe(terminal, {"TMUX": "x", "PATH": str(tmp_path)})
    assert profile.protocol is GraphicsProtocol.HALFCELL
    assert profile.note == TMUX_NOTE


def test_the_users_own_limit_comes_before_the_line(play_terminal: PlayTerminal) -> None:
    remote = probe(play_terminal(XTERM_SIXEL), {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"})
    assert replace(remote, max_preview_bytes=20_000).preview_budget == 20_000
