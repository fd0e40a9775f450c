"""What the finetune place says of money: the price of all that is asked for, and what is left then."""

from __future__ import annotations

from dataclasses import replace

from textual import on

from fluxtui.controllers.training import wording
from fluxtui.controllers.training.order import CostChange
from fluxtui.controllers.training.samples import Samples
from fluxtui.domain.money import Estimate
from fluxtui.screens.finetune.samples_part import SamplesPart
from fluxtui.screens.finetune.train_line import TrainLine


class PricePart(SamplesPart):
    """Shows the price of a training with its samples, and the one before the last change."""

    cost = CostChange()
    """What it cost before the values were changed that the user is changing."""

    @property
    def terms(self) -> wording.Terms:
        """On what terms the chosen trainer is paid."""
        trainer = self.order.trainer
        if trainer is None:
            return wording.Terms(samples=self.samples)
        known = self.app.balance_of(trainer.profile)
        return wording.Terms(
            None if known is None else known.credits,
            trainer.profile not in self.app.silent_profiles,
            self.app.prices.of(trainer.provider, trainer.endpoint),
            self.trainers.abilities(trainer.profile),
            self.samples,
        )

    def estimate(self) -> Estimate | None:
        """Return what it will probably cost in all, None while something is wrong."""
        return self.terms.total(self.order)

    def show_price(self) -> None:
        """Show it, unless the line tells how far a training is prepared."""
        if self.preparing or not self.is_mounted:
            return
        terms, estimate = self.terms, self.estimate()
        self.train_line.show_samples(self.samples.label)
        text, too_low = wording.money_text(estimate, terms.balance, is_told=terms.is_told)
        text = wording.changed_text(self.cost.show(estimate), text, estimate, terms.balance)
        self.train_line.show_price(estimate.show() if estimate else "", text, fault=too_low)

    def watch_preparing(self) -> None:
        """Show the price again once nothing is being prepared."""
        self.show_price()

    def watch_samples(self, before: Samples, now: Samples) -> None:
        """Show what they cost."""
        earlier = replace(self.terms, samples=before).total(self.order)
        # A change of what they are made with is none that the user made.
        is_wished = before.chosen == now.chosen
        self.cost = self.cost.following("samples", earlier) if is_wished else CostChange()
        self.show_price()

    @on(TrainLine.SamplesAsked)
    def _ask_for_samples(self) -> None:
        self.action_samples()
