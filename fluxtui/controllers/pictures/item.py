"""What is shown of one picture, wherever it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Self

from fluxtui.controllers.navigation import GenerateAgain
from fluxtui.domain.jobs import Job
from fluxtui.domain.money import show_credits
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class ViewItem:
    """A picture with what it was made of; all texts may come from outside.

    Attributes:
        path: the file, absolute.
        title: a line about it, such as its prompt.
        parameters: the values of the request by our names, the prompt and the seed among them.
        endpoint: the endpoint's id, `''` where it is not known.
        profile: that it was made with, `''` where it is not known.
        finetune: what names the finetune among all (`Finetune.ref`), or None.
        finetune_name: its name for people.
        facts: what else is to be told of it, by words for people.
    """

    path: Path
    title: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    endpoint: str = ""
    profile: str = ""
    finetune: str | None = None
    finetune_name: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_job(cls, job: Job, path: Path) -> Self:
        """Return the picture of a generation, which is at `path`."""
        seed = {"seed": job.seed} if job.seed is not None else {}
        return cls(
            path=path,
            title=job.title,
            parameters={**job.parameters, **seed},
            endpoint=job.endpoint,
            profile=job.profile,
            finetune=job.finetune_ref,
            finetune_name=job.finetune_name,
            facts={
                "Made": job.created_at.astimezone().strftime("%Y-%m-%d %H:%M"),
                "Cost": show_credits(job.credits),
            },
        )

    @property
    def prompt(self) -> str:
        """The prompt, or `''`."""
        return str(self.parameters.get("prompt") or "")

    @property
    def seed(self) -> int | None:
        """The seed, where it is known."""
        seed = self.parameters.get("seed")
        return seed if isinstance(seed, int) and not isinstance(seed, bool) else None

    @property
    def can_be_used(self) -> bool:
        """Whether the form can ask for the same again."""
        return bool(self.endpoint and self.parameters)

    def request(self) -> GenerateAgain:
        """Return the request for the same again."""
        return GenerateAgain(self.profile, self.endpoint, dict(self.parameters), self.finetune)
