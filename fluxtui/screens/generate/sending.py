"""How an order leaves the form: read once, checked, sent once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from textual.timer import Timer

from fluxtui.app.state import guarded
from fluxtui.controllers.generation.batch_ordering import BatchOrder, send_batch
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.ordering import Order, send
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import Job
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import plural
from fluxtui.domain.uses import Offer
from fluxtui.screens.generate.prompt_plans import PromptPlans
from fluxtui.screens.generate.submit_bar import SubmitBar
from fluxtui.widgets.flash import Flash
from fluxtui.widgets.plain import plain

REST_SECONDS = 1.0
"""For how long after an order the same one again is taken for a slip of the finger."""
SLIP = "That was just ordered, so it was not sent as well; press again in a second to order it once more."
CHANGING = "The form is still being changed. Nothing was sent; press Ctrl+S once it is there."


@dataclass(frozen=True)
class Outgoing:
    """An order with the form that it was made of, where it was made of one."""

    order: Order | BatchOrder
    form: GenerateForm | None = None
    offer: Offer | None = None

    def is_like(self, other: Outgoing | None) -> bool:
        """Whether another order asks for the same, so that it may be a slip of the finger."""
        return other is not None and self._asked() == other._asked()

    def _asked(self) -> object:
        return self.order if self.form is None else replace(self.form, prompt_seed=None)


class Sending(PromptPlans):
    """Sends what the form asks for."""

    _sending: bool = False
    _sent: Outgoing | None = None
    """The last order that was taken."""
    _waiting: tuple[Outgoing, ...] = ()
    """Other orders that were given while one is on its way out."""
    _rest: Timer | None = None
    _refusal: str = ""
    """What was said of an order that was wrong, until the form changes."""

    def on_submit_bar_pressed(self, event: SubmitBar.Pressed) -> None:
        """Generate."""
        event.stop()
        self.action_submit()

    def action_submit(self) -> None:
        """Send what is asked for, once."""
        if self.is_changing:
            self._say(CHANGING, "warning")
            return
        form, offer = self.order.form, self._offer
        if offer is None:
            self._say("There is no endpoint yet: a profile needs a key, F7 Settings takes one.", "warning")
            return
        try:
            order = self._order_of(form, offer)
        except InvalidInput as error:
            self._show_problems(error)
            if not form.has_count:
                self.order.focus_count()
            return
        self._send(order, form, offer)

    def _order_of(self, form: GenerateForm, offer: Offer) -> Order | BatchOrder:
        if form.setup.is_on and not form.makes_all:
            return BatchOrder.from_form(form, self._stock, offer)
        return Order.from_form(form, offer, self._stock.finetune_of(form))

    def _send(
        self, order: Order | BatchOrder, form: GenerateForm | None = None, offer: Offer | None = None
    ) -> None:
        """Send an order, or another one as soon as the one before is out; the same one again is a slip."""
        outgoing = Outgoing(order, form, offer)
        if not self._sending:
            self._start(outgoing)
        elif outgoing.is_like(self._waiting[-1] if self._waiting else self._sent):
            self._say(SLIP, "warning")
        elif self._is_resting:
            self._start(outgoing)
        else:
            self._waiting += (outgoing,)
            self._say("This one is ordered as well, as soon as the last order is out.")

    @property
    def _is_resting(self) -> bool:
        """Whether the last order is out, and only a slip of the finger is guarded against."""
        return self._rest is not None

    def _start(self, outgoing: Outgoing) -> None:
        self._stop_rest()
        self._sent = outgoing
        self._set_sending(True)
        guarded(self, self._send_once(outgoing), doing="generating", group="send")

    async def _send_once(self, outgoing: Outgoing) -> None:
        try:
            await self._send_now(outgoing)
        except InvalidInput as error:
            self._show_problems(error)
            self._go_on(with_rest=False)
        except Exception:
            self._go_on(with_rest=False)
            raise
        except BaseException:
            self._waiting = ()
            self._set_sending(False)
            raise
        else:
            self._go_on(with_rest=True)

    async def _send_now(self, outgoing: Outgoing) -> None:
        form, offer = outgoing.form, outgoing.offer
        wanted: Order | BatchOrder | None = outgoing.order
        if form and offer:
            wanted = await self.with_prompts(outgoing.order, form, offer)
        if wanted is None:
            jobs: tuple[Job, ...] = ()
        elif isinstance(wanted, BatchOrder):
            jobs = await send_batch(self.app, wanted)
        else:
            jobs = await send(self.app, wanted)
        if not jobs:
            self._say("Nothing was sent.")
            return
        self.order.show_problems(())
        self.results.follow_newest()
        price = show_credits(sum(job.estimate_credits for job in jobs))
        self._say(f"{plural(len(jobs), 'picture')} ordered for about {price}.", "success")
        if form is not None:
            self.note_sent(jobs, form)

    def _go_on(self, *, with_rest: bool) -> None:
        """Send what waits, else rest for a moment after what was sent."""
        waiting, self._waiting = self._waiting[:1], self._waiting[1:]
        if waiting:
            self._start(waiting[0])
        elif with_rest:
            self._rest = self.set_timer(REST_SECONDS, self._end_rest)
        else:
            self._set_sending(False)

    def _end_rest(self) -> None:
        self._stop_rest()
        self._set_sending(False)

    def _stop_rest(self) -> None:
        if self._rest is not None:
            self._rest.stop()
            self._rest = None

    def _set_sending(self, sending: bool) -> None:
        self._sending = sending
        self._show_cost()

    def _show_problems(self, error: InvalidInput) -> None:
        self.order.show_problems(error.problems)
        self._refusal = error.sentence()
        self._say(self._refusal, "error")

    def take_refusal_back(self) -> None:
        """Say no more what was wrong with an order, since the form is another one now."""
        flash = self.query_one(Flash)
        if self._refusal and flash.stays and flash.text == plain(self._refusal).plain:
            flash.clear()
        self._refusal = ""
