"""The finetunes of all profiles: the local copy, brought up to date from the services when asked."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from fluxtui.domain.errors import (
    FluxError,
    InvalidInput,
    NetworkDown,
    NotAuthenticated,
    NotFound,
    Problem,
    ServiceError,
)
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.jobs import REMOTE_STATES, JobKind
from fluxtui.domain.text import safe_text
from fluxtui.providers.base import PartOfList
from fluxtui.system.clock import utc_now

if TYPE_CHECKING:
    # A start lists the finetunes; all else of them is imported where it is asked for.
    from pathlib import Path

    from fluxtui.domain.weights import Base
    from fluxtui.providers.base import Abilities, Progress, Provider
    from fluxtui.services.jobs.gateway import Gateway
    from fluxtui.services.journal import Journal
    from fluxtui.services.lora import DashboardFile, LoraService
    from fluxtui.services.models.answers import ProfileAnswer, RefreshResult
    from fluxtui.services.models.glance import Glance
    from fluxtui.services.models.removal import Removal
    from fluxtui.services.models.uses import FileState, ProfileOffers, Uses
    from fluxtui.services.models.weights import WeightsKeeper
    from fluxtui.services.storage import StorageService

DETAILS_AT_ONCE = 6
"""How many finetunes are asked for at the same time."""

MOST_ASKED = 1_000
"""Of how many finetunes the details are asked at a refresh; those that are not known here go first."""

LISTING_DELAY = timedelta(hours=1)
"""A finetune younger than this may be missing from the service's list. Source: BFL API, 2026-10."""

ADDED_BY_HAND = "added_by_hand"
"""Key in `Finetune.raw` of one that the service does not list, such as a LoRA uploaded in its dashboard."""


class ModelService:
    """Lists and looks after finetunes and LoRA files; what asks a service says so, all else works offline.

    Args:
        journal: open.
        storage: prepared.
        gateway: gives the service of each profile.
        loras: returns what checks and keeps files; asked when there is a file.
        clock: tells the time, as an aware UTC datetime.
    """

    def __init__(
        self,
        journal: Journal,
        storage: StorageService,
        gateway: Gateway,
        loras: Callable[[], LoraService],
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._journal = journal
        self._gateway = gateway
        self._storage = storage
        self._make_loras = loras
        self._clock = clock
        self._listed: tuple[tuple[Finetune, ...], tuple[Finetune, ...]] = ((), ())
        """What the journal had last, and what was listed of it."""

    @cached_property
    def _keeper(self) -> WeightsKeeper:
        from fluxtui.services.models.weights import WeightsKeeper

        return WeightsKeeper(self._journal, self._storage, self._gateway, self._make_loras())

    async def list(self, profile: str | None = None) -> tuple[Finetune, ...]:
        """Return the finetunes known of a profile, or of all, by name; deleted ones are left out.

        All of them are the same ones as last time where nothing was written.
        """
        known = await self._journal.finetunes.all(profile)
        if profile is not None:
            return _undeleted(known)
        if self._listed[0] is not known:
            self._listed = known, _undeleted(known)
        return self._listed[1]

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
        from fluxtui.services.models.answers import RefreshResult

        provider = await self._gateway.provider(profile)
        if not provider.abilities.lists_finetunes:
            return RefreshResult(await self.list(profile))
        listed = await provider.finetune_ids()
        known = await self._journal.finetunes.all(profile)
        by_hand = [item.id for item in known if ADDED_BY_HAND in item.raw]
        asked = _to_be_asked(listed, {item.id for item in known})
        told, failures = await self._details(provider, asked)
        in_training = await self._in_training(profile)
        await self._journal.finetunes.put_many([self._known_now(profile, item, in_training) for item in told])
        seen = {*listed, *by_hand, *await self._too_young_to_be_listed(profile)}
        is_part = isinstance(listed, PartOfList)
        missing = () if is_part else await self._journal.finetunes.mark_missing(profile, seen)
        not_asked = max(0, len(set(listed)) - len(set(asked)))
        return RefreshResult(await self.list(profile), failures, missing, not_asked, is_part)

    async def refresh_all(self, profiles: Sequence[str]) -> tuple[ProfileAnswer, ...]:
        """Refresh several profiles at once, and return what came of each; an error of one stops no other.

        Profiles whose service does not list finetunes are left out.
        """
        answers = await asyncio.gather(*(self._answer(profile) for profile in profiles))
        return tuple(answer for answer in answers if answer is not None)

    async def _answer(self, profile: str) -> ProfileAnswer | None:
        from fluxtui.services.models.answers import ProfileAnswer

        try:
            if not (await self._gateway.provider(profile)).abilities.lists_finetunes:
                return None
            return ProfileAnswer(profile, await self.refresh(profile))
        except FluxError as error:
            return ProfileAnswer(profile, error=error)

    async def offers(self, profiles: Sequence[str]) -> tuple[ProfileOffers, ...]:
        """Return what each profile generates with and its service can do; needs no network."""
        from fluxtui.services.models.uses import offers_of

        return tuple(await asyncio.gather(*(offers_of(self._gateway, profile) for profile in profiles)))

    async def uses(self, finetune: Finetune, profiles: Sequence[str]) -> Uses:
        """Return where a finetune can be used among what some profiles offer, and how its file is."""
        from fluxtui.services.models.uses import uses_in

        answers = await self.offers(profiles)
        return uses_in(finetune, await self._keeper.look(finetune), answers)

    async def add(
        self,
        profile: str,
        finetune_id: str,
        *,
        name: str = "",
        trigger_word: str | None = None,
        base: Base | None = None,
        unlisted: bool = False,
    ) -> Finetune:
        """Take a finetune into the local copy by its id, and return it.

        Args:
            profile: where it can be used.
            finetune_id: whole; for an uploaded LoRA the name in the dashboard.
            name: how it is called here, where the service tells no name.
            trigger_word: where the service does not tell it.
            base: the model it was trained on, where the service does not tell it.
            unlisted: take it even if the service knows no details, as for uploaded LoRAs.

        Raises:
            InvalidInput: the id cannot be one.
            NotFound: the service does not know it, and it is not `unlisted`.
            ServiceError: the service could not be asked.
        """
        wanted = finetune_id.strip()
        provider = await self._gateway.provider(profile)
        check_id(wanted, provider.abilities)
        bare = Finetune(
            profile=profile,
            id=wanted,
            name=name.strip() or wanted,
            trigger_word=trigger_word or None,
            base=base,
            refreshed_at=self._clock(),
            raw={ADDED_BY_HAND: True},
        )
        if unlisted:
            return await self._journal.finetunes.put(bare)
        told = await provider.finetune(wanted)
        known = self._known_now(profile, told, await self._in_training(profile))
        named = known if known.name not in {"", wanted} else known.model_copy(update={"name": bare.name})
        untold = {"trigger_word": named.trigger_word or bare.trigger_word, "base": named.base or base}
        # What is another's is in no list of the account; once a refresh finds it there, this is written over.
        kept = {**untold, "raw": {**named.raw, **bare.raw}}
        return await self._journal.finetunes.put(named.model_copy(update=kept))

    async def fetch_weights(self, profile: str, finetune_id: str, progress: Progress) -> Finetune:
        """Fetch the file of a finetune from where its service keeps it, check it, and return the finetune.

        Args:
            profile: whose it is.
            finetune_id: of one that is known here.
            progress: told of the bytes, done and in all (0 where that is not known).

        Raises:
            NotFound: it is not known here.
            ResultExpired: the service does not keep the file any more.
            WeightsError: the service gives out no file, or what came is not the whole file of a LoRA.
            ServiceError: the service could not be asked.
            StorageError: there is no room for it.
        """
        finetune = await self._known(profile, finetune_id)
        return await self._journal.finetunes.put(await self._keeper.fetch(finetune, progress))

    async def glance(self, path: Path) -> Glance:
        """Return what a LoRA file shows, without taking it in. Raises `WeightsError` and `StorageError`."""
        return await self._keeper.glance(path)

    async def take_in(
        self,
        path: Path,
        *,
        name: str = "",
        trigger_word: str | None = None,
        base: Base | None = None,
        progress: Progress | None = None,
    ) -> Finetune:
        """Copy the user's own LoRA file into the data directory, and return the finetune it is from now on.

        The same content again is the same finetune, under the name given last.

        Args:
            path: the file, in which `~` is the home, or an archive with one in it; it is only read.
            name: how it is called here; if empty, like the file.
            trigger_word: where there is one.
            base: the model it was trained on; where None, what the file itself shows.
            progress: told of the bytes, done and in all.

        Raises:
            WeightsError: it cannot be read, or is not a whole LoRA file.
            StorageError: it does not fit on the disk, or could not be written.
        """
        taken = await self._keeper.take_in(
            path, name=name, trigger_word=trigger_word, base=base, progress=progress
        )
        return await self._journal.finetunes.put(taken.model_copy(update={"created_at": self._clock()}))

    async def set_base(self, profile: str, finetune_id: str, base: Base) -> Finetune:
        """Note the model that a finetune was trained on. Raises `NotFound` where it is not known here."""
        finetune = await self._known(profile, finetune_id)
        return await self._journal.finetunes.put(finetune.model_copy(update={"base": base}))

    async def verify(self, finetune: Finetune) -> FileState:
        """Tell whether the file of a finetune is here with just its content; reads all of it.

        What a whole file shows of its model and its numbers is noted anew, since it may have been taken in
        when less was known of such files.

        Raises:
            WeightsError: there never was a file of it here.
            StorageError: it is there, but cannot be read.
        """
        from fluxtui.services.models.uses import FileState

        state = await self._keeper.verify(finetune)
        if state is FileState.KEPT and (known := await self.get(finetune.profile, finetune.id)) is not None:
            shown = await self._keeper.reread(known) if known.weights == finetune.weights else known
            if shown != known:
                await self._journal.finetunes.put(shown)
        return state

    def check_for_dashboard(self, finetune: Finetune) -> None:
        """See that BFL's dashboard takes the LoRA of a finetune. Raises `WeightsError`."""
        from fluxtui.services.lora.dashboard import accepted_base
        from fluxtui.services.models.weights import file_for_dashboard

        accepted_base(file_for_dashboard(finetune))

    async def prepare_for_dashboard(
        self, finetune: Finetune, *, name: str = "", folder: Path | None = None
    ) -> DashboardFile:
        """Put a copy of a LoRA's file where it can be uploaded from to BFL's dashboard, with the steps to do.

        Args:
            finetune: with a file here.
            name: what it should be called there; if empty, as it is called here. The nearest that the
                dashboard takes is used.
            folder: where the copy is wanted; if None, a folder of the data directory.

        Raises:
            WeightsError: there is no whole file of it here, or the dashboard takes none for its model.
            StorageError: the copy could not be put there.
        """
        wanted = name.strip() or finetune.name
        return await self._keeper.prepare_for_dashboard(finetune, name=wanted, folder=folder)

    async def set_favourite(self, profile: str, finetune_id: str, favourite: bool) -> None:
        """Mark a finetune as a favourite, or no longer."""
        await self._journal.finetunes.set_favourite(profile, finetune_id, favourite)

    async def removal(self, finetune: Finetune) -> Removal:
        """Return what deleting a finetune would take away, here and at its service; does nothing yet."""
        from fluxtui.services.models.removal import removal_of

        return await removal_of(self._gateway, finetune, await self.list())

    async def delete(self, profile: str, finetune_id: str) -> str:
        """Do at once what `removal` would say of a finetune, like `remove`; also raises `NotFound`."""
        return await self.remove(await self.removal(await self._known(profile, finetune_id)))

    async def remove(self, removal: Removal) -> str:
        """Take away what a removal says, and return what the service says of it.

        Of what was deleted at the service the record stays in the journal, for the pictures made with it.

        Raises:
            ServiceError: the service did not delete it; then nothing is deleted here either.
            StorageError: its file could not be deleted.
        """
        finetune, message = removal.finetune, ""
        if removal.at_service:
            provider = await self._gateway.provider(finetune.profile)
            message = await provider.delete_finetune(finetune.id)
        if removal.weights is not None:
            await self._keeper.loras.remove(removal.weights)
        if removal.at_service:
            gone = {"state": FinetuneState.DELETED}
            await self._journal.finetunes.put(finetune.model_copy(update=gone))
        else:
            await self._journal.finetunes.remove(finetune.profile, finetune.id)
        return safe_text(message, limit=200)

    async def _known(self, profile: str, finetune_id: str) -> Finetune:
        finetune = await self._journal.finetunes.get(profile, finetune_id)
        if finetune is None:
            raise NotFound(f"The finetune {safe_text(finetune_id, limit=80)} is not known here any more.")
        return finetune

    async def _details(
        self, provider: Provider, ids: Iterable[str]
    ) -> tuple[tuple[Finetune, ...], tuple[Problem, ...]]:
        left = iter(dict.fromkeys(ids))
        results: list[Finetune | Problem] = []

        async def some() -> None:
            for finetune_id in left:
                try:
                    results.append(await provider.finetune(finetune_id))
                except (NetworkDown, NotAuthenticated):
                    # It concerns all of them alike: one sentence is enough.
                    raise
                except ServiceError as error:
                    results.append(Problem(safe_text(finetune_id, limit=60), error.sentence()))

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(DETAILS_AT_ONCE):
                    group.create_task(some())
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
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


def _undeleted(finetunes: Iterable[Finetune]) -> tuple[Finetune, ...]:
    return tuple(finetune for finetune in finetunes if finetune.state is not FinetuneState.DELETED)


def _to_be_asked(listed: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Return which of the listed finetunes are asked for at one refresh."""
    new_first = sorted(dict.fromkeys(listed), key=lambda finetune_id: finetune_id in known)
    return tuple(dict.fromkeys(listed)) if len(new_first) <= MOST_ASKED else tuple(new_first[:MOST_ASKED])


def check_id(wanted: str, abilities: Abilities) -> None:
    """See that a text has the form of a finetune's id at a service. Raises `InvalidInput`."""
    if not abilities.adds_by_id:
        raise InvalidInput("At this service a finetune cannot be named by an id.")
    if not wanted or wanted != safe_text(wanted) or len(wanted.split()) != 1:
        raise InvalidInput("The id of a finetune is one word without spaces.")
    if not re.fullmatch(abilities.id_pattern, wanted):
        shown = safe_text(wanted, limit=80)
        raise InvalidInput(f"{shown} cannot be an id of this service.", next_step=abilities.id_help or None)


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
