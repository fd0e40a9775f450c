"""The training itself: everything is checked, the user is asked, and it is on its way."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.worker import Worker

from fluxtui.app.state import guarded
from fluxtui.controllers.training import wording
from fluxtui.controllers.training.order import TrainingOrder
from fluxtui.controllers.training.samples import Samples
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import Job
from fluxtui.domain.money import Estimate
from fluxtui.screens.finetune.price_part import PricePart
from fluxtui.screens.finetune.train_line import TrainLine
from fluxtui.widgets.dialogs import ConfirmDialog, ask


class TrainPart(PricePart):
    """Starts a training, one at a time; until the user has said yes nothing is sent or paid."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "train", "Train", id="finetune.train"),
        Binding("escape", "stop", "Stop", id="finetune.stop", show=False),
    ]

    _starting: Worker[None] | None = None

    @on(TrainLine.Stopped)
    def action_stop(self) -> None:
        """Stop looking through or packing pictures, else clear the news."""
        if self._starting is not None and self.preparing:
            self._starting.cancel()
            self.app.tell("Stopped before anything was sent or paid.")
        elif not self.dataset_panel.stop_looking():
            self.action_clear_news()

    @on(TrainLine.Pressed)
    def action_train(self) -> None:
        """Check everything, ask, and start the training; while one is being prepared nothing happens."""
        if self._starting is None or self._starting.is_finished:
            self._starting = guarded(self, self._train(), doing="starting the training", group="train")

    async def _train(self) -> None:
        if not await self._is_complete():
            return
        order = self.order
        twin = await self._twin(order)
        terms = self.terms
        estimate = terms.samples.with_training(order.request().estimate(terms.live))
        sentences = (*wording.name_text(order, self.app.finetunes), *wording.confirmation(order, terms))
        if twin is not None:
            sentences = (wording.twin_text(twin, self.app.clock()), *sentences)
        if await ask(self.app, _question(sentences, estimate)):
            await self._start(order, terms.samples)

    async def _is_complete(self) -> bool:
        if not await self.dataset_panel.is_as_shown():
            self.app.tell(wording.CHANGED, severity="warning")
            return False
        dataset = await self.dataset_panel.looked()
        # The news of it may still be on its way here, and what was in it before must not be paid for.
        order = self.order = replace(self.order, source=self.dataset_panel.source, dataset=dataset)
        if fault := order.dataset_fault():
            self.app.tell(f"{fault} Nothing was sent.", severity="warning")
            self.dataset_panel.source_input.focus()
            return False
        if problems := order.problems():
            self.form.show_problems(problems)
            self.app.tell(f"{InvalidInput('Nothing was sent.', problems).sentence()}", severity="warning")
            return False
        return True

    async def _twin(self, order: TrainingOrder) -> Job | None:
        """Return the training that was paid for the very same already, or None."""
        if order.dataset is None or order.trainer is None:
            return None
        self.preparing = True
        self.train_line.show_progress("Comparing with your trainings · Esc stops")
        try:
            return await self.app.services.finetuning.twin(order.trainer, order.dataset, order.given())
        finally:
            self.preparing = False

    async def _start(self, order: TrainingOrder, samples: Samples) -> None:
        if order.dataset is None or order.trainer is None:
            return

        def progress(done: int, total: int) -> None:
            self.train_line.show_progress(f"Preparing picture {done} of {total} · Esc stops")

        self.preparing = True
        self.train_line.show_progress("Preparing the pictures · Esc stops")
        try:
            job = await self.app.services.finetuning.start(
                order.trainer.profile,
                order.dataset,
                order.given(),
                progress,
                endpoint_id=order.trainer.endpoint.info.id,
                samples=samples.ordered,
            )
        except InvalidInput as error:
            self.form.show_problems(error.problems)
            raise
        finally:
            self.preparing = False
        self.app.refresh_state("jobs")
        self.app.tell(f"The training of {job.title} is on its way.", severity="success")


def _question(sentences: tuple[str, ...], estimate: Estimate) -> ConfirmDialog:
    return ConfirmDialog(
        "Train this finetune?",
        sentences,
        price=f"{estimate.show()} ({estimate.basis})",
        confirm_label=f"Train · {estimate.show()}",
    )
