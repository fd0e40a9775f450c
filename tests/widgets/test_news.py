"""The top line and the line for news."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from textual.app import App
from textual.containers import Vertical
from textual.widget import Widget

from fluxtui.domain.jobs import GenerationWork, Job, JobState
from fluxtui.domain.notices import Severity
from fluxtui.widgets import flash as flash_module
from fluxtui.widgets.flash import Flash
from fluxtui.widgets.top_bar import JobCounts, TopBar
from tests.piloting.snapshots import Snap
from tests.piloting.waiting import settled

HostOf = Callable[[Widget | None], App[Any]]


def bar(**values: Any) -> TopBar:
    """Return a top line with values."""
    line = TopBar()
    for name, value in values.items():
        setattr(line, name, value)
    return line


FULL: dict[str, Any] = {
    "place": "Generate",
    "profile": "bfl-eu",
    "balance": 1234.0,
    "spent_today": 52.0,
    "counts": JobCounts(3, 2),
}


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (120, "FluxTUI  Generate  bfl-eu  $12.34 left  $0.52 today  3 running, 2 waiting"),
        (70, "FluxTUI  bfl-eu  $12.34 left  $0.52 today  3 running, 2 waiting"),
        (44, "FluxTUI  $12.34  3 running, 2 waiting"),
        (30, "FluxTUI  $12.34  3+2 jobs"),
        (14, "FluxTUI"),
    ],
)
async def test_it_shortens(host: HostOf, width: int, text: str) -> None:
    """The fullest wording that fits, the dot at the right end, one line always."""
    line = bar(**FULL)
    async with host(line).run_test(size=(width, 4)):
        drawn = str(line.render())
        assert drawn.startswith(text)
        assert drawn.endswith("●")
        assert len(drawn) == width - 2
        assert line.size.height == 1


async def test_what_is_not_known_or_wrong(host: HostOf) -> None:
    """An unknown balance is said to be so; a lost connection has a word."""
    line = bar(profile="bfl", connected=False)
    async with host(line).run_test(size=(80, 4)):
        drawn = str(line.render())
        assert "balance unknown" in drawn
        assert drawn.endswith("○ no connection")
        assert "today" not in drawn


async def test_hostile_profile(host: HostOf, hostile: str) -> None:
    """A profile's name comes from a file."""
    line = bar(**{**FULL, "profile": hostile})
    async with host(line).run_test(size=(120, 4)):
        assert str(line.render()).isprintable()


def test_counts() -> None:
    """Jobs by what a person would call them."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    states = [
        JobState.DRAFT,
        JobState.WAITING,
        JobState.RUNNING,
        JobState.COLLECTING,
        JobState.DONE,
        JobState.IN_DOUBT,
    ]
    jobs = tuple(
        Job(
            id=str(number), work=GenerationWork(), state=state, profile="p", provider="bfl", endpoint="e",
            title="t", parameters={}, estimate_credits=1, created_at=now, updated_at=now,
        )
        for number, state in enumerate(states)
    )  # fmt: skip
    assert JobCounts.of(jobs) == JobCounts(running=2, waiting=2, in_doubt=1)
    assert JobCounts.of(jobs).words() == "2 running, 2 waiting, 1 in doubt"
    assert JobCounts().words() == ""


@pytest.mark.parametrize(
    ("severity", "start"),
    [
        ("information", "saved"),
        ("success", "✓ saved"),
        ("warning", "! warning: saved"),
        ("error", "✗ error: saved"),
    ],
)
async def test_news_have_a_sign_and_a_word(host: HostOf, severity: Severity, start: str) -> None:
    """Colour is never the only sign."""
    line = Flash()
    async with host(line).run_test():
        line.show("saved [/x]", severity)
        assert str(line.content).startswith(start)
        assert line.stays == (severity == "error")


async def test_news_go_away(host: HostOf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small news after a while, an error only when it is cleared or followed."""
    monkeypatch.setitem(flash_module.SHOWN_SECONDS, "information", 0.05)
    line = Flash()
    async with host(line).run_test() as pilot:
        line.show("first", "error")
        await settled(pilot)
        assert line.text == "first"
        line.show("second")
        assert line.text == "second"
        await settled(pilot)
        assert line.text == ""
        line.show("third", "error")
        line.clear()
        assert line.text == ""


async def test_hostile_news(host: HostOf, hostile: str) -> None:
    """An error's text comes from a service."""
    line = Flash()
    async with host(line).run_test():
        line.show(hostile, "error")
        assert line.text.isprintable()


def test_snapshot(host: HostOf, snap: Snap) -> None:
    """Both lines."""
    news = Flash()

    async def tell(pilot: Any) -> None:
        news.show("The key of this profile is not accepted. " * 4, "error")
        await pilot.pause()

    assert snap(host(Vertical(bar(**FULL), news)), tell)


@pytest.mark.parametrize(
    ("text", "severity", "shown"),
    [
        ("It broke.", "error", "✗ error: It broke."),
        ("✗ Only $1.00 are left", "error", "✗ Only $1.00 are left"),
        ("! careful", "warning", "! careful"),
        ("✓ done", "success", "✓ done"),
    ],
)
async def test_a_text_has_one_sign(host: HostOf, text: str, severity: Severity, shown: str) -> None:
    """What has a sign already gets no second one."""
    line = Flash()
    async with host(line).run_test(size=(60, 4)):
        line.show(text, severity)
        assert str(line.render()) == shown
        assert line.text == text
