"""Whether there is a terminal at all."""

from __future__ import annotations

import io
import os
import pty
from collections.abc import Iterator
from typing import TextIO

import pytest

from fluxtui.terminal.ttys import cell_size_of, require_terminal


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
