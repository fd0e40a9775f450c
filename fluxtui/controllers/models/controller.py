"""What can be done with the finetunes of all profiles, and what is known of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from fluxtui.controllers.host import Host
from fluxtui.controllers.jobs.trained_on import Trained, TrainedOn
from fluxtui.controllers.models.activity import Activity
from fluxtui.controllers.models.facts import Fact, facts_of, refreshed_text, state_sentence
from fluxtui.controllers.models.files import LoraFiles
from fluxtui.controllers.models.questions import IdQuestion, NewFinetune, bases_by_id, unlisted_question
from fluxtui.controllers.models.removal import forget_question, removal_question
from fluxtui.controllers.navigation import GenerateWith
from fluxtui.controllers.questions import Choice, Selection
from fluxtui.controllers.signal import Signal
from fluxtui.domain.durations import relative_time
from fluxtui.domain.errors import NotFound
from fluxtui.domain.finetune import OWN_FILES, Finetune
from fluxtui.domain.jobs import Job
from fluxtui.domain.text import plural, safe_text
from fluxtui.domain.weights import Base
from fluxtui.services.models.answers import ProfileAnswer
from fluxtui.services.models.removal import Removal
from fluxtui.services.models.uses import ProfileOffers, Uses
from fluxtui.services.training_sets import TrainingArchive
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class FinetuneDetails:
    """What is told of a finetune beside itself: its training, its uses, its archive, its own defaults."""

    finetune: Finetune
    job: Job | None
    uses: Uses
    kept: TrainingArchive | None
    defaults: Mapping[str, Any]

    @property
    def sentence(self) -> str:
        """What can be done with it now."""
        return state_sentence(self.finetune, self.uses)

    def facts(self, now: datetime) -> tuple[Fact, ...]:
        """Return everything that is known, with ages as they are at an aware time."""
        return facts_of(self.finetune, self.job, now, self.uses, self.kept, self.defaults)


class ModelsController:
    """Owns what is being done with finetunes, and what came of it. Every command raises `FluxError`.

    Args:
        host: asks and tells the user, and knows the finetunes.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.changed = Signal()
        """What is being done, or what stood in the way of it, is something else now."""
        self.activity = Activity(host, self.changed)
        self.files = LoraFiles(host, self.activity)
        self.trained_on = TrainedOn(host)
        self.faults: tuple[str, ...] = ()
        """What stood in the way when several services were asked, a line for each."""
        self._refreshed: tuple[Sequence[Finetune], datetime | None] = ((), None)
        """When the services told last of which finetunes: asked for each second."""

    # What is known

    def headline(self) -> str:
        """Return what is being done, else how many finetunes there are and how fresh that is, or `''`."""
        count = len(self._host.finetunes)
        if self.activity.words or not count:
            return self.activity.words
        hint = " · / filters, s sorts" if count > 1 else ""
        is_told = any(item.profile != OWN_FILES for item in self._host.finetunes)
        age = f" · {self._age()}" if is_told else ""
        return f"{plural(count, 'finetune')}{age}{hint}"

    def _age(self) -> str:
        finetunes = self._host.finetunes
        if self._refreshed[0] is not finetunes:
            times = (item.refreshed_at for item in finetunes if item.refreshed_at is not None)
            self._refreshed = finetunes, max(times, default=None)
        if (refreshed_at := self._refreshed[1]) is None:
            return "local copy, never compared with the service"
        return f"local copy of {relative_time(refreshed_at, self._host.clock())}"

    async def details(self, finetune: Finetune) -> FinetuneDetails:
        """Return what is known of a finetune."""
        services = self._host.services
        return FinetuneDetails(
            finetune,
            uses=await self._uses(finetune),
            job=await self._job_of(finetune),
            kept=await services.training_sets.archive_of(finetune.dataset),
            defaults=await services.finetune_defaults.get(finetune.ref),
        )

    async def _uses(self, finetune: Finetune) -> Uses:
        return await self._host.services.models.uses(finetune, self._host.usable_profiles)

    async def _job_of(self, finetune: Finetune) -> Job | None:
        """Return the training that it came from; only the newest jobs are known at once."""
        if finetune.job_id is None:
            return None
        known = next((job for job in self._host.jobs if job.id == finetune.job_id), None)
        return known or await self._host.services.jobs.get(finetune.job_id)

    async def trained(self, finetune: Finetune) -> Trained:
        """Return a finetune as what was trained on something."""
        return Trained(finetune.name, finetune.dataset, await self._job_of(finetune))

    # Using and asking

    async def generate(self, finetune: Finetune) -> None:
        """Go to Generate with a finetune, or say why it cannot be used."""
        uses = await self._uses(finetune)
        if finetune.is_usable and uses.fitting:
            await self._host.go(GenerateWith(finetune.ref))
        else:
            self._host.tell(f"{finetune.name}: {state_sentence(finetune, uses)}", severity="warning")

    async def train_again(self, finetune: Finetune) -> None:
        """Put pictures and values of a finetune's training into the training form."""
        await self.trained_on.train_again(await self.trained(finetune))

    async def export_archive(self, finetune: Finetune) -> None:
        """Copy what a finetune was trained on to where the user wants it."""
        await self.trained_on.export(await self.trained(finetune))

    async def refresh(self) -> None:
        """Ask the services of all profiles for their finetunes."""
        if not self.activity.is_free():
            return
        with self.activity.telling("Asking the services for their finetunes …"):
            answers = await self._host.services.models.refresh_all(self._host.usable_profiles)
        self._host.refresh_state("finetunes")
        self.tell_faults(answers)
        if any(answer.result is not None for answer in answers):
            is_whole = all(answer.result is not None and not answer.result.failures for answer in answers)
            self._host.tell(refreshed_text(answers), severity="information" if is_whole else "warning")
        elif not answers:
            self._host.tell(
                "None of your services lists finetunes, so nothing was asked.", severity="warning"
            )

    def tell_faults(self, answers: Sequence[ProfileAnswer]) -> None:
        """Say of each profile what stood in the way; with several of them it stays in sight."""
        lines = []
        for answer in answers:
            error = answer.error
            if error is not None:
                whose = f"{answer.profile}: " if len(answers) > 1 else ""
                lines.append(f"✗ {whose}{error.sentence()}")
                text = f"{whose}{error.sentence()} Shown is the {self._age()}."
                self._host.tell(text, title=error.title, severity="error")
        self.faults = tuple(lines) if len(answers) > 1 else ()
        self.changed.send()

    # Changing

    async def mark_favourite(self, finetune: Finetune) -> None:
        """Mark a finetune as a favourite, or no longer."""
        models = self._host.services.models
        await models.set_favourite(finetune.profile, finetune.id, not finetune.favourite)
        self._host.refresh_state("finetunes")
        words = (
            "is no longer a favourite." if finetune.favourite else "is a favourite; favourites stand first."
        )
        self._host.tell(f"{finetune.name} {words}")

    async def forget_defaults(self, finetune: Finetune) -> None:
        """Let a finetune begin with the defaults of its endpoint again."""
        had = await self._host.services.finetune_defaults.forget(finetune.ref)
        words = "begins with the defaults of its endpoint again." if had else "has no defaults of its own."
        self._host.tell(f"{finetune.name} {words}")

    async def add(self) -> Finetune | None:
        """Ask for an id, add that finetune and return it; None where there is none after all."""
        if not self.activity.is_free():
            return None
        offers = await self._host.services.models.offers(self._host.usable_profiles)
        taking = [item for item in offers if item.abilities is not None and item.abilities.adds_by_id]
        if not taking:
            words = "None of your services takes a finetune by its id; o takes in a LoRA file of yours."
            self._host.tell(words, severity="warning")
            return None
        new = await self._host.ask(IdQuestion(taking))
        if new is None:
            return None
        finetune = await self._added(new, next(item for item in taking if item.profile == new.profile))
        if finetune is not None:
            self._host.refresh_state("finetunes")
            self._host.tell(f"{finetune.name} is among your finetunes now.", severity="success")
        return finetune

    async def _added(self, new: NewFinetune, offers: ProfileOffers) -> Finetune | None:
        """Return the finetune once it is in the local copy; None where the user thought better of it."""
        models, trigger_word = self._host.services.models, new.trigger_word or None
        asking = f"Asking the service for {safe_text(new.id, limit=60)} …"
        try:
            with self.activity.telling(asking):
                return await models.add(new.profile, new.id, trigger_word=trigger_word)
        except NotFound:
            if not await self._host.ask(unlisted_question(new.id)):
                return None
            base = await self._base_of(offers)
            return await models.add(new.profile, new.id, trigger_word=trigger_word, base=base, unlisted=True)

    async def _base_of(self, offers: ProfileOffers) -> Base | None:
        """Ask for the base model of a finetune that the service tells nothing of; None if it is not known."""
        bases = bases_by_id(offers)
        if len(bases) < 2:
            return next(iter(bases), None)
        choices = [Choice(base.value, base.title) for base in bases]
        value = await self._host.ask(Selection("Trained on which model? Esc: not known", choices))
        return Base(value) if value else None

    async def delete(self, finetune: Finetune) -> None:
        """Delete a finetune, at its service where that can be, after the user was asked."""
        if not self.activity.is_free():
            return
        removal = await self._host.services.models.removal(finetune)
        if not await self._host.ask(removal_question(removal)):
            return
        try:
            message = await self._deleted(removal)
        except NotFound as error:
            if not await self._host.ask(forget_question(error)):
                return
            removal = replace(removal, at_service=False)
            message = await self._deleted(removal)
        self._host.refresh_state("finetunes")
        done = "is deleted" if removal.at_service else "is off your list"
        self._host.tell(f"{finetune.name} {done}. {message}".strip(), severity="success")

    async def _deleted(self, removal: Removal) -> str:
        name = safe_text(removal.finetune.name, limit=60)
        where = f"Deleting {name} at the service …" if removal.at_service else f"Deleting {name} …"
        with self.activity.telling(where):
            return await self._host.services.models.remove(removal)
