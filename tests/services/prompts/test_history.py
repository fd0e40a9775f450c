"""The history of prompts: of jobs and of what was typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from fluxtui.domain.jobs import GenerationWork, Job, JobState
from fluxtui.services.journal import Journal
from fluxtui.services.prompts import PromptOrigin, PromptService

START = datetime(2026, 11, 1, tzinfo=UTC)


def job(number: int, prompt: str, state: JobState = JobState.DRAFT) -> Job:
    at = START + timedelta(seconds=number)
    return Job(
        id=f"job-{number}",
        work=GenerationWork(),
        state=state,
        profile="bfl",
        provider="bfl",
        endpoint="flux-dev",
        title=prompt,
        parameters={"prompt": prompt},
        estimate_credits=2.5,
        created_at=at,
        updated_at=at,
    )


async def test_each_prompt_stands_once_drafts_first(open_journal: Journal, tmp_path: Path) -> None:
    await open_journal.jobs.add([job(1, "a red fox"), job(2, "an owl"), job(3, "a red fox")])
    history = PromptService(open_journal, tmp_path / "wildcards").history
    await history.keep("a {red|grey} fox", PromptOrigin.TYPED)
    await history.keep("half a thought", PromptOrigin.DRAFT)
    found = await history.search()
    assert [item.prompt for item in found] == ["half a thought", "a {red|grey} fox", "a red fox", "an owl"]
    assert [item.prompt for item in await history.search("FOX red")] == ["a {red|grey} fox", "a red fox"]
    assert await history.search("100%_") == ()
