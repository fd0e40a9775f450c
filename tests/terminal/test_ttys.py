"""Whether there is a terminal at all."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from fluxtui.terminal.ttys import cell_size_of, require_terminal, size_of


@pytest.fixture
def tty() -> Iterator[TextIO]:
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as stream:
        yield stream
    os.close(master)


def test_a_terminal_on_both_ends_is_enough(tty: TextIO) -> None:
    assert require_terminal(tty, tty, {"TERM": "xterm-256color"}) is None


def test_the_sentence_names_the_missing_end(tty: TextIO) -> None:
    assert "standard input" in str(require_terminal(io.StringIO(), tty, {"TERM": "xterm"}))
    assert "standard error" in str(require_terminal(tty, io.StringIO(), {"TERM": "xterm"}))


@pytest.mark.parametrize("environ", [{}, {"TERM": "dumb"}])
def test_a_dumb_terminal_is_not_one(tty: TextIO, environ: dict[str, str]) -> None:
    assert "TERM" in str(require_terminal(tty, tty, environ))


def test_a_closed_stream_is_no_terminal(tty: TextIO) -> None:
    closed = io.StringIO()
    closed.close()
    assert require_terminal(closed, tty, {"TERM": "xterm"}) is not None


def test_a_file_has_no_cells() -> None:
    reader, writer = os.pipe()
    try:
        assert cell_size_of(reader) is None
    finally:
        os.close(reader)
        os.close(writer)


@pytest.mark.parametrize(
    ("told", "environ", "size"),
    [
        ((0, 0), {}, (80, 24)),
        ((100, 0), {}, (100, 24)),
        ((0, 30), {}, (80, 30)),
        ((100, 30), {}, (100, 30)),
        ((100, 30), {"COLUMNS": "90", "LINES": "20"}, (90, 20)),
        ((100, 30), {"COLUMNS": "0", "LINES": ""}, (100, 30)),
        ((100, 30), {"COLUMNS": "-1", "LINES": "²"}, (100, 30)),
        ((100, 30), {"COLUMNS": "9" * 5000, "LINES": "many"}, (100, 30)),
        ((0, 0), {"COLUMNS": "90"}, (90, 24)),
    ],
)
def test_a_size_is_told_or_assumed(
    tty: TextIO, told: tuple[int, int], environ: dict[str, str], size: tuple[int, int]
) -> None:
    columns, rows = told
    fcntl.ioctl(tty, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    assert size_of(tty.fileno(), environ) == size


def test_what_is_no_terminal_has_the_size_assumed(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file:
        assert size_of(file.fileno(), {}) == (80, 24)
