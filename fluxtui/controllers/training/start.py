"""The training itself: everything is checked, the user is asked, and it is on its way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from fluxtui.controllers.background import LatestWork
from fluxtui.controllers.questions import Confirmation
from fluxtui.controllers.signal import Signal
from fluxtui.controllers.training import wording
from fluxtui.domain.errors import InvalidInput
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.controllers.host import Host
    from fluxtui.controllers.training.order import TrainingOrder
    from fluxtui.controllers.training.pictures import TrainingPictures
    from fluxtui.controllers.training.price import Terms
    from fluxtui.controllers.training.samples import Samples
    from fluxtui.domain.errors import Problem
    from fluxtui.domain.jobs import Job
from fluxtui.domain.result_uses import ResultUse


@dataclass(frozen=True)
class Obstacle:
    """What keeps a training from being started; the user has been told and is to look again.

    Attributes:
        problems: what is wrong with the values.
        pictures: whether others are to be chosen.
    """

    problems: tuple[Problem, ...] = ()
    pictures: bool = False


@dataclass(frozen=True)
class _Known:
    """What is known of an order: the training that was paid for the very same, and where its result works."""

    twin: Job | None = None
    uses: tuple[ResultUse, ...] | None = None


class PreparedTraining(Protocol):
    """What is to be trained, and what it costs."""

    @property
    def order(self) -> TrainingOrder:
        """What is asked for now."""

    @property
    def terms(self) -> Terms:
        """On what terms the chosen trainer is paid."""


class TrainingStart:
    """Starts trainings, one at a time; until the user has said yes nothing is sent or paid.

    `changed` tells that `progress` is another one.

    Args:
        host: who is asked, and told what was done.
        pictures: what is trained on.
        form: what is to be trained.
    """

    def __init__(self, host: Host, pictures: TrainingPictures, form: PreparedTraining) -> None:
        self.changed = Signal()
        self._host = host
        self._pictures = pictures
        self._form = form
        self._is_starting = False
        self._preparation = LatestWork()
        self._progress = ""

    @property
    def progress(self) -> str:
        """How far a training is prepared, `''` while none is."""
        return self._progress

    def stop(self) -> bool:
        """Stop preparing a training; return whether one was prepared."""
        if self._preparation.stop():
            self._host.tell("Stopped before anything was sent or paid.")
            return True
        return False

    async def start(self) -> Job | Obstacle | None:
        """Check everything, ask, and start the training; while one is being started nothing happens.

        Returns the job, or what is in the way; None where the user did not want it or has stopped it.
        Raises `FluxError` where it cannot be started; nothing was sent then.
        """
        if self._is_starting:
            return None
        self._is_starting = True
        try:
            return await self._check() or await self._confirm_and_send()
        finally:
            self._is_starting = False

    async def _check(self) -> Obstacle | None:
        if not await self._pictures.is_as_shown():
            self._host.tell(wording.CHANGED, severity="warning")
            await self._pictures.weigh()
            return Obstacle()
        dataset = await self._pictures.looked()
        order = replace(self._form.order, dataset=dataset)
        if fault := order.dataset_fault():
            self._host.tell(f"{fault} Nothing was sent.", severity="warning")
            return Obstacle(pictures=True)
        if problems := order.problems():
            self._host.tell(InvalidInput("Nothing was sent.", problems).sentence(), severity="warning")
            return Obstacle(problems)
        return None

    async def _confirm_and_send(self) -> Job | Obstacle | None:
        order, terms = self._form.order, self._form.terms
        with self.preparing("Comparing with your trainings · Esc stops"):
            found = await self._preparation.run(self._compared(order))
        if found is None:
            return None
        has_use = found.uses is None or bool(found.uses)
        if not has_use and not await self._host.ask(wording.no_use_question(order)):
            return None
        if not await self._host.ask(self._question(order, terms, found)):
            return None
        with self.preparing("Preparing the pictures · Esc stops"):
            return await self._preparation.run(self._send(order, terms.samples, without_use=not has_use))

    async def _compared(self, order: TrainingOrder) -> _Known:
        """Return what is known of the order besides what it says itself."""
        if order.dataset is None or order.trainer is None:
            return _Known()
        finetuning, trainer = self._host.services.finetuning, order.trainer
        twin = await finetuning.twin(trainer, order.dataset, order.given())
        return _Known(twin, await finetuning.result_uses(trainer.profile, trainer.endpoint.info.id))

    def _question(self, order: TrainingOrder, terms: Terms, known: _Known) -> Confirmation:
        twin = known.twin
        estimate = terms.samples.with_training(order.request().estimate_on(order.dataset, terms.live))
        sentences = (
            *(() if twin is None else (wording.twin_text(twin, self._host.clock()),)),
            *wording.name_text(order, self._host.finetunes),
            *wording.confirmation(order, terms, known.uses, self._host.finetunes),
        )
        return Confirmation(
            "Train this finetune?",
            sentences,
            price=f"{estimate.show()} ({estimate.basis})",
            confirm_label=f"Train · {estimate.show()}",
        )

    async def _send(
        self, order: TrainingOrder, samples: Samples, *, without_use: bool
    ) -> Job | Obstacle | None:
        if order.dataset is None or order.trainer is None:
            return None

        def progress(done: int, total: int) -> None:
            self._tell_progress(f"Preparing picture {done} of {total} · Esc stops")

        try:
            job = await self._host.services.finetuning.start(
                order.trainer.profile,
                order.dataset,
                order.given(),
                progress,
                endpoint_id=order.trainer.endpoint.info.id,
                samples=samples.ordered,
                without_use=without_use,
            )
        except InvalidInput as error:
            self._host.tell_error(error)
            return Obstacle(error.problems)
        self._host.refresh_state("jobs")
        self._host.tell(f"The training of {job.title} is on its way.", severity="success")
        return job

    @contextmanager
    def preparing(self, text: str) -> Iterator[None]:
        """Tell how far a training is prepared while a block runs."""
        self._tell_progress(text)
        try:
            yield
        finally:
            self._tell_progress("")

    def _tell_progress(self, text: str) -> None:
        self._progress = text
        self.changed.send()
