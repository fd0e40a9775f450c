"""The finetunes of a profile: the local copy, brought up to date from the service when asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fluxtui.domain.errors import InvalidInput, NetworkDown, NotAuthenticated, Problem, ServiceError
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.jobs import REMOTE_STATES, JobKind
from fluxtui.domain.text import safe_text
from fluxtui.providers.base import Provider
from fluxtui.services.jobs.gateway import Gateway
from fluxtui.services.journal import Journal

DETAILS_AT_ONCE = 6
"""How many finetunes are asked for at the same time."""

LISTING_DELAY = timedelta(hours=1)
"""A finetune younger than this may be missing from the service's list. Source: BFL API, 2026-10."""

ADDED_BY_HAND = "added_by_hand"
"""Key in `Finetune.raw` of one that the service does not list, such as a LoRA uploaded in its dashboard."""


@dataclass(frozen=True)
class RefreshResult:
    """What came of asking a service for its finetunes.

    Attributes:
        finetunes: all that are known of the profile now.
        failures: finetunes of which the details could not be had, and why.
        missing: those that the service no longer lists, marked so just now.
    """

    finetunes: tuple[Finetune, ...]
    failures: tuple[Problem, ...] = ()
    missing: tuple[Finetune, ...] = ()


def _now() -> datetime:
    return datetime.now(UTC)


class ModelService:
    """Lists, refreshes and manages finetunes; everything but `refresh`, `add` and `delete` works offline.

    Args:
        journal: open.
        gateway: gives the service of each profile.
        clock: tells the time, as an aware UTC datetime.
    """

    def __init__(self, journal: Journal, gateway: Gateway, *, clock: Callable[[], datetime] = _now) -> None:
        self._journal = journal
        self._gateway = gateway
        self._clock = clock

    async def list(self, profile: str | None = None) -> tuple[Finetune, ...]:
        """Return the finetunes known of a profile, or of all, by name; deleted ones are left out."""
        known = await self._journal.finetunes.all(profile)
        return tuple(finetune for finetune in known if finetune.state is not FinetuneState.DELETED)

    async def get(self, profile: str, finetune_id: str) -> Finetune | None:
        """Return a finetune as it is known here, a deleted one too."""
        return await self._journal.finetunes.get(profile, finetune_id)

    async def refresh(self, profile: str) -> RefreshResult:
        """Ask the service for all its finetunes and keep what it tells.

        Details that cannot be had are named and do not stop the rest; a finetune that the service no longer
        lists is marked as missing, never deleted.

        Raises:
            ServiceError: the service could not be asked; the local copy is as it was.
        """
        provider = await self._gateway.provider(profile)
        if not provider.abilities.lists_finetunes:
            return RefreshResult(await self.list(profile))
        listed = await provider.finetune_ids()
        by_hand = [
            item.id for item in await self._journal.finetunes.all(profile) if ADDED_BY_HAND in item.raw
        ]
        told, failures = await self._details(provider, listed)
        in_training = await self._in_training(profile)
        await self._journal.finetunes.put_many([self._known_now(profile, item, in_training) for item in told])
        seen = {*listed, *by_hand, *await self._too_young_to_be_listed(profile)}
        missing = await self._journal.finetunes.mark_missing(profile, seen)
        return RefreshResult(await self.list(profile), failures, missing)

    async def add(
        self,
        profile: str,
        finetune_id: str,
        *,
        name: str = "",
        trigger_word: str | None = None,
        unlisted: bool = False,
    ) -> Finetune:
        """Take a finetune into the local copy by its id, and return it.

        Args:
            profile: where it can be used.
            finetune_id: whole; for an uploaded LoRA the name in the dashboard.
            name: how it is called here, where the service tells no name.
            trigger_word: where the service does not tell it.
            unlisted: take it even if the service knows no details, as for uploaded LoRAs.

        Raises:
            InvalidInput: the id cannot be one.
            NotFound: the service does not know it, and it is not `unlisted`.
            ServiceError: the service could not be asked.
        """
        wanted = finetune_id.strip()
        if not wanted or wanted != safe_text(wanted) or " " in wanted:
            raise InvalidInput("The id of a finetune is one word without spaces.")
        bare = Finetune(
            profile=profile,
            id=wanted,
            name=name.strip() or wanted,
            trigger_word=trigger_word or None,
            refreshed_at=self._clock(),
            raw={ADDED_BY_HAND: True},
        )
        if unlisted:
            return await self._journal.finetunes.put(bare)
        provider = await self._gateway.provider(profile)
        told = await provider.finetune(wanted)
        known = self._known_now(profile, told, await self._in_training(profile))
        named = known if known.name not in {"", wanted} else known.model_copy(update={"name": bare.name})
        taken = named.model_copy(update={"trigger_word": named.trigger_word or bare.trigger_word})
        return await self._journal.finetunes.put(taken)

    async def set_favourite(self, profile: str, finetune_id: str, favourite: bool) -> None:
        """Mark a finetune as a favourite, or no longer."""
        await self._journal.finetunes.set_favourite(profile, finetune_id, favourite)

    async def delete(self, profile: str, finetune_id: str) -> str:
        """Delete a finetune at the service for good, and return what it says.

        Its record stays in the journal as deleted, for the pictures that were made with it.

        Raises:
            ServiceError: the service did not delete it.
        """
        provider = await self._gateway.provider(profile)
        message = await provider.delete_finetune(finetune_id)
        known = await self._journal.finetunes.get(profile, finetune_id)
        if known is not None:
            await self._journal.finetunes.put(known.model_copy(update={"state": FinetuneState.DELETED}))
        return safe_text(message, limit=200)

    async def forget(self, profile: str, finetune_id: str) -> None:
        """Remove a finetune from the local copy only."""
        await self._journal.finetunes.remove(profile, finetune_id)

    async def _details(
        self, provider: Provider, ids: Iterable[str]
    ) -> tuple[tuple[Finetune, ...], tuple[Problem, ...]]:
        room = asyncio.Semaphore(DETAILS_AT_ONCE)

        async def one(finetune_id: str) -> Finetune | Problem:
            async with room:
                try:
                    return await provider.finetune(finetune_id)
                except (NetworkDown, NotAuthenticated):
                    # It concerns all of them alike: one sentence is enough.
                    raise
                except ServiceError as error:
                    return Problem(safe_text(finetune_id, limit=60), error.sentence())

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(finetune_id)) for finetune_id in dict.fromkeys(ids)]
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        results = [task.result() for task in tasks]
        finetunes = tuple(result for result in results if isinstance(result, Finetune))
        return finetunes, tuple(result for result in results if isinstance(result, Problem))

    async def _in_training(self, profile: str) -> set[str]:
        jobs = await self._journal.jobs.active()
        return {
            job.remote_id
            for job in jobs
            if job.remote_id
            and job.profile == profile
            and job.kind is JobKind.TRAINING
            and job.state in REMOTE_STATES
        }

    def _known_now(self, profile: str, told: Finetune, in_training: set[str]) -> Finetune:
        state = FinetuneState.TRAINING if told.id in in_training else FinetuneState.READY
        return told.model_copy(update={"profile": profile, "state": state, "refreshed_at": self._clock()})

    async def _too_young_to_be_listed(self, profile: str) -> set[str]:
        now = self._clock()
        return {
            finetune.id
            for finetune in await self._journal.finetunes.all(profile)
            if finetune.job_id and finetune.created_at and now - finetune.created_at < LISTING_DELAY
        }


def shown_names(finetunes: Iterable[Finetune]) -> Mapping[tuple[str, str], str]:
    """Return names that differ for all finetunes, by profile and id: equal ones get a piece of the id."""
    known = tuple(finetunes)
    counts = Counter(finetune.name for finetune in known)
    return {
        (finetune.profile, finetune.id): (
            finetune.name if counts[finetune.name] == 1 else f"{finetune.name} ({finetune.id[:8]})"
        )
        for finetune in known
    }
