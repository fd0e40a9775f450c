"""The finetune place without a screen: what is asked for, what it costs, and the training itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fluxtui.controllers.questions import Choice
from fluxtui.controllers.signal import Signal
from fluxtui.controllers.training.advice import advice_texts, names_in_use, training_notice
from fluxtui.controllers.training.draft import TrainingDraft
from fluxtui.controllers.training.order import CostChange, Filling, TrainingOrder, completed, values_at
from fluxtui.controllers.training.pictures import TrainingPictures
from fluxtui.controllers.training.presets import PresetBook
from fluxtui.controllers.training.price import Terms, price_line
from fluxtui.controllers.training.samples import SampleChoice
from fluxtui.controllers.training.start import TrainingStart
from fluxtui.controllers.training.trainers import Trainers, ask_trainers, checkpoint_choices, missing_trainers
from fluxtui.controllers.training.trainings import Trainings
from fluxtui.domain.errors import FluxError
from fluxtui.domain.jobs import JobState

if TYPE_CHECKING:
    from fluxtui.controllers.host import Host
    from fluxtui.controllers.navigation import TrainAgain
    from fluxtui.controllers.training.advice import TrainingNotice
    from fluxtui.controllers.training.pictures import Pictures
    from fluxtui.controllers.training.price import PriceLine
    from fluxtui.controllers.training.samples import Samples
    from fluxtui.controllers.training.start import Obstacle
    from fluxtui.domain.jobs import Job
    from fluxtui.domain.money import Estimate
    from fluxtui.domain.pace import Pace
    from fluxtui.domain.result_uses import ResultUse
from fluxtui.domain.uses import Trainer

if TYPE_CHECKING:
    from fluxtui.controllers.navigation import TrainAgain


class TrainingController:
    """Prepares a training and starts it; the only owner of all that is asked for.

    `pictures` owns the source and what is in it, `trainings` knows what runs, `presets` fills in values,
    `sampling` owns the sample pictures, `starting` checks, asks and sends. `changed` tells that anything of
    it is another one now. Until `start` has asked and the user has said yes, nothing is sent or paid.

    Args:
        host: the program, or a script.
    """

    def __init__(self, host: Host) -> None:
        self.changed = Signal()
        self.pictures = TrainingPictures(host)
        self.trainings = Trainings(host, lambda: self.offered)
        self.presets = PresetBook(host, self)
        self.sampling = SampleChoice(host)
        self.starting = TrainingStart(host, self.pictures, self)
        self._host = host
        self._trainers = Trainers()
        self._trainer: Trainer | None = None
        self._values: Mapping[str, Any] = {}
        self._revision = 0
        self._wished = ""
        self._by_trainer: dict[str, Mapping[str, Any]] = {}
        self._cost = CostChange()
        self._pace: Pace | None = None
        self._uses: tuple[ResultUse, ...] | None = None
        self._done: frozenset[str] = frozenset()
        self._wanted: Filling | None = None
        self._seen = self.pictures.state
        self._seen_samples = self.samples
        self.sampling.changed.connect(self._follow_samples)
        self.pictures.changed.connect(self._follow_pictures)
        self.starting.changed.connect(self.changed.send)

    # What is asked for

    @property
    def order(self) -> TrainingOrder:
        """What is asked for."""
        found = self.pictures.state
        return TrainingOrder(self._trainer, found.source, found.dataset, found.fault, self._values)

    @property
    def revision(self) -> int:
        """Grows whenever the form has to show other fields or values than it has reported."""
        return self._revision

    @property
    def samples(self) -> Samples:
        """The sample pictures that go with it."""
        return self.sampling.samples

    @property
    def draft(self) -> TrainingDraft:
        """What is to be kept, so that leaving the program loses nothing."""
        source = self.pictures.state.source
        return TrainingDraft(source, self._wished, dict(self._by_trainer), self.samples.prompts)

    def restore(self, draft: TrainingDraft) -> None:
        """Put back what was kept; `prepare` makes an order of it."""
        self._wished = draft.trainer
        self._by_trainer = dict(draft.by_trainer)
        self.sampling.restore(draft.samples)
        self._seen_samples = self.samples
        self._trainer, self._values = None, {}
        self.pictures.type_source(draft.source)
        self.changed.send()

    def change_values(self, ref: str, values: Mapping[str, Any], name: str) -> None:
        """Take over what was entered.

        Args:
            ref: of the trainer that the values are for; of another than the chosen one, they are remembered.
            values: of the form, all of them.
            name: of the parameter that was changed.
        """
        if self._trainer is None or self._trainer.ref != ref:
            self._by_trainer[ref] = dict(values)
            return
        self._cost = self._cost.following(name, self.estimate())
        self._values = {**self._values, **values}
        self._remember()
        self.changed.send()

    def fill(self, filling: Filling) -> None:
        """Take over values from elsewhere for their trainer, and the pictures beside them."""
        trainer = self._trainers.chosen(filling.trainer)
        if trainer is None:
            return
        if filling.trainer != trainer.ref:
            wanted, other = filling.trainer.partition("/")[2], trainer.endpoint.info.title
            text = f"{wanted} is not on offer now; what fits {other} was taken over."
            self._host.tell(text, severity="warning")
        cost = self.estimate() if trainer == self._trainer else None
        self._wished = trainer.ref
        if filling.source:
            self.pictures.type_source(filling.source)
        if filling.is_whole:
            self.sampling.choose_prompts(filling.samples)
        remembered = self._by_trainer.get(trainer.ref)
        self._use(trainer, filling.values_for(trainer, remembered, self.order))
        self._cost = CostChange("", cost)
        self._remember()
        self.changed.send()

    def want(self, request: TrainAgain) -> None:
        """Have a training in the form as soon as the trainers are known; `apply_request` puts it there."""
        values, samples = dict(request.values), request.samples
        self._wanted = Filling(request.trainer, values, request.source, is_whole=True, samples=samples)

    def apply_request(self) -> bool:
        """Take over the training that another place wants in the form; return whether there was one."""
        if self._wanted is None or not self._trainers.answers:
            return False
        filling, self._wanted = self._wanted, None
        self.fill(filling)
        return True

    def _remember(self) -> None:
        if self._trainer is not None:
            self._by_trainer[self._trainer.ref] = dict(self._values)

    # The trainers

    @property
    def trainers(self) -> Trainers:
        """What can be trained with, as far as the profiles have answered."""
        return self._trainers

    @property
    def offered(self) -> tuple[Trainer, ...]:
        """The trainers on offer."""
        return self._trainers.offered

    @property
    def fault(self) -> FluxError | None:
        """Why there is nothing to train with, such as for want of a key; None while it is not known."""
        return self._trainers.fault if self._trainers.answers else None

    async def prepare(self) -> bool:
        """Ask all profiles what they train with, and take the trainer of before.

        What follows from it is left to `refresh`. Returns whether a training was taken up that another
        place wants in the form.
        """
        self._trainers = await ask_trainers(self._host, self._trainers)
        self._use(self._trainers.chosen(self._wished))
        self.changed.send()
        return self.apply_request()

    async def drop_missing(self) -> None:
        """Take those trainers off that their services say they no longer have."""
        gone = await missing_trainers(self._host.services, self._trainers)
        if gone <= self._trainers.gone:
            return
        self._trainers = self._trainers.without(gone)
        lost = self._trainer
        if lost is not None and lost.ref in gone:
            self._host.tell(f"{lost.service} no longer has {lost.endpoint.info.title}.", severity="warning")
            self._use(self._trainers.chosen(""))
        self.changed.send()
        await self.refresh()

    async def choose_trainer(self, ref: str) -> None:
        """Train with another trainer: names and words go along, and the pictures are judged by its rules."""
        self._wished = ref
        trainer = self._trainers.chosen(ref)
        if trainer != self._trainer:
            self._use(trainer)
            self._remember()
            self.changed.send()
            await self.refresh()

    async def refresh(self) -> None:
        """Bring up to date what follows from the trainer: its judgement of the pictures, samples, pace."""
        await asyncio.gather(self.pictures.refresh(), self.follow_trainer())

    async def follow_trainer(self) -> None:
        """Bring up to date what follows from the trainer alone: samples, pace, where its result works."""
        await asyncio.gather(self.price_samples(), self.ask_pace(), self.ask_uses())

    def _use(self, trainer: Trainer | None, given: Mapping[str, Any] | None = None) -> None:
        """Ask for what a trainer takes, with the values that are given or that go along."""
        if trainer is None:
            return
        before = self.order
        if given is None and trainer == before.trainer:
            given = before.values
        if given is None:
            given = values_at(trainer, self._by_trainer.get(trainer.ref), before)
        self._trainer, self._values = trainer, dict(given)
        self.pictures.use(trainer.endpoint.rules)
        self._complete(before)
        self._cost = CostChange()

    def _complete(self, before: TrainingOrder) -> None:
        """Add the values that were left open, and let the form show all where it shows what was `before`."""
        self._values = completed(self.order)
        now = self.order
        shown, asked = (before.trainer, before.fields()), (now.trainer, now.fields())
        if shown != asked or before.values != now.values:
            self._revision += 1

    def _follow_pictures(self) -> None:
        before, now = self._seen, self.pictures.state
        if now is before:
            return
        self._seen = now
        order = self.order
        # A default caption is asked for where some are missing now, and no longer where none is.
        self._complete(_with(order, before))
        self._remember()
        self.changed.send()

    # Samples, price, advice

    async def price_samples(self) -> None:
        """Ask what sample pictures are made with and what they cost, by the prices of now."""
        await self.sampling.price(self._trainer)

    async def ask_samples(self) -> None:
        """Ask for the prompts of sample pictures, or say why there can be none."""
        await self.sampling.ask(self.order.trigger_word)

    def _follow_samples(self) -> None:
        before, now = self._seen_samples, self.samples
        self._seen_samples = now
        # A change of what they are made with is none that the user made.
        is_wished = before.chosen == now.chosen
        earlier = replace(self.terms, samples=before).total(self.order)
        self._cost = self._cost.following("samples", earlier) if is_wished else CostChange()
        self.changed.send()

    @property
    def terms(self) -> Terms:
        """On what terms the chosen trainer is paid."""
        trainer, host = self._trainer, self._host
        if trainer is None:
            return Terms(samples=self.samples)
        known = host.balance_of(trainer.profile)
        return Terms(
            None if known is None else known.credits,
            trainer.profile not in host.silent_profiles,
            host.prices.of(trainer.provider, trainer.endpoint),
            self._trainers.abilities(trainer.profile),
            self.samples,
        )

    def estimate(self) -> Estimate | None:
        """Return what it will probably cost in all, None while something is wrong."""
        return self.terms.total(self.order)

    def price_line(self) -> PriceLine:
        """Return the price of all that is asked for, that before the last change, and what is left then."""
        return price_line(self.order, self.terms, self._cost)

    def notice(self) -> TrainingNotice:
        """Return why nothing can be trained, that the trainer has ended, or what the trigger word lacks."""
        return training_notice(self.order, self.fault, self._host.jobs)

    def advice(self) -> dict[str, str]:
        """Return what is advised for each parameter, and under `''` what is said of the trainer."""
        return advice_texts(self.order, self._pace, names_in_use(self._host), self._uses)

    def checkpoints(self) -> tuple[Choice, ...]:
        """Return the finetunes that the chosen trainer can go on learning from."""
        return checkpoint_choices(self._trainer, self._host.finetunes)

    async def ask_uses(self) -> None:
        """Learn where the result of the chosen trainer can be used."""
        trainer, uses = self._trainer, None
        if trainer is not None:
            with suppress(FluxError):
                finetuning = self._host.services.finetuning
                uses = await finetuning.result_uses(trainer.profile, trainer.endpoint.info.id)
        if trainer == self._trainer and uses != self._uses:
            self._uses = uses
            self.changed.send()

    async def ask_pace(self) -> None:
        """Learn from the journal how quick the chosen trainer was."""
        trainer = self._trainer
        pace = await self._host.services.finetuning.pace(trainer) if trainer is not None else None
        if trainer == self._trainer and pace != self._pace:
            self._pace = pace
            self.changed.send()

    async def follow_jobs(self) -> None:
        """Learn the pace anew where another job is done by now."""
        done = frozenset(job.id for job in self._host.jobs if job.state is JobState.DONE)
        if done != self._done:
            self._done = done
            await self.ask_pace()

    # The training itself

    @property
    def progress(self) -> str:
        """How far a training is prepared, `''` while none is."""
        return self.starting.progress

    async def start(self) -> Job | Obstacle | None:
        """Check everything, ask, and start the training, see `TrainingStart.start`."""
        return await self.starting.start()

    def stop(self) -> bool:
        """Stop preparing a training, or looking through pictures; return whether there was one of them."""
        return self.starting.stop() or self.pictures.stop()


def _with(order: TrainingOrder, pictures: Pictures) -> TrainingOrder:
    return replace(order, source=pictures.source, dataset=pictures.dataset, fault=pictures.fault)
