"""A fault that nothing caught: one sentence on the terminal, the traceback in the log, secrets in neither."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from textual.screen import Screen

from fluxtui.app.app import FluxApp
from fluxtui.app.faults import FAILED, FAILED_EARLY
from fluxtui.cli.logs import start_log, stop_log

KEY = "bfl_very_secret"


class Faulty(Screen[None]):
    """A screen that cannot be shown."""

    def on_mount(self) -> None:
        """Fail with a key among the variables."""
        key = KEY
        raise RuntimeError(f"bad header {key}")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    start_log(tmp_path / "fluxtui.log", "info", lambda: [SecretStr(KEY)])
    yield tmp_path / "fluxtui.log"
    stop_log()


async def end_with_fault(app: FluxApp) -> None:
    """Leave while a screen opens that fails."""
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.push_screen(Faulty())
        app.exit(0)


async def show_fault(app: FluxApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(Faulty())
        await pilot.pause()


async def test_a_fault_before_the_log_has_begun_names_no_log(
    make_app: Callable[..., FluxApp], capsys: pytest.CaptureFixture[str]
) -> None:
    app = make_app()
    with pytest.raises(RuntimeError):
        await show_fault(app)
    shown = "".join(capsys.readouterr().err.split())
    assert shown.startswith(
        "".join(FAILED_EARLY.split("{fault}")[0].split()) + "RuntimeErrorattest_fault.py:"
    )
    assert "details" not in shown
    assert KEY not in shown


async def test_the_end_by_a_fault_shows_no_variables(
    make_app: Callable[..., FluxApp], log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = make_app()
    with pytest.raises(RuntimeError):
        await show_fault(app)
    assert app.return_code == 1
    shown = capsys.readouterr()
    assert "".join(shown.err.split()) == "".join(FAILED.split())
    assert KEY not in shown.out
    written = log.read_text()
    assert "the program failed" in written
    assert "bad header [secret]" in written
    assert KEY not in written


async def test_a_fault_of_what_was_half_open_does_not_spoil_the_end(
    make_app: Callable[..., FluxApp], log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = make_app()
    await end_with_fault(app)
    assert app.return_code == 0
    assert capsys.readouterr().err == ""
    assert "a fault while ending" in log.read_text()
