"""How an order leaves the form: read once, checked, sent once."""

from __future__ import annotations

from functools import partial

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import plural
from fluxtui.domain.uses import Offer
from fluxtui.screens.generate.batch_ordering import BatchOrder, send_batch
from fluxtui.screens.generate.form import GenerateForm
from fluxtui.screens.generate.ordering import Order, send
from fluxtui.screens.generate.prompt_plans import PromptPlans
from fluxtui.screens.generate.submit_bar import SubmitBar
from fluxtui.state import guarded

REST_SECONDS = 1.0
"""For how long after an order another press of the key is taken for a slip of the finger."""
CHANGING = "The form is still being changed. Nothing was sent; press Ctrl+S once it is there."


class Sending(PromptPlans):
    """Sends what the form asks for."""

    _sending: bool = False

    def on_submit_bar_pressed(self, event: SubmitBar.Pressed) -> None:
        """Generate."""
        event.stop()
        self.action_submit()

    def action_submit(self) -> None:
        """Send what is asked for, once."""
        if self.is_changing:
            self._say(
                "The form is still being changed. Nothing was sent; press Ctrl+S once it is there.", "warning"
            )
            return
        form, offer = self.order.form, self._offer
        if offer is None:
            self._say("There is no endpoint yet: a profile needs a key, F7 Settings takes one.", "warning")
            return
        try:
            order = self._order_of(form, offer)
        except InvalidInput as error:
            self._show_problems(error)
            self.order.focus_count()
            return
        self._send(order, form, offer)

    def _order_of(self, form: GenerateForm, offer: Offer) -> Order | BatchOrder:
        if form.setup.is_on:
            return BatchOrder.from_form(form, self._stock, offer)
        return Order.from_form(form, offer, self._stock.finetune_of(form))

    def _send(
        self, order: Order | BatchOrder, form: GenerateForm | None = None, offer: Offer | None = None
    ) -> None:
        if self._sending:
            self._say("The last order is still on its way out, so this one was not sent as well.", "warning")
            return
        self._set_sending(True)
        guarded(self, self._send_once(order, form, offer), doing="generating", group="send")

    async def _send_once(
        self, order: Order | BatchOrder, form: GenerateForm | None, offer: Offer | None
    ) -> None:
        try:
            wanted = await self.with_prompts(order, form, offer) if form and offer else order
            if isinstance(wanted, BatchOrder):
                jobs = await send_batch(self.app, wanted)
            else:
                jobs = await send(self.app, wanted)
        except InvalidInput as error:
            self._set_sending(False)
            self._show_problems(error)
            return
        except BaseException:
            self._set_sending(False)
            raise
        self.set_timer(REST_SECONDS, partial(self._set_sending, False))
        if jobs:
            self.order.show_problems(())
            self.results.follow_newest()
            price = show_credits(sum(job.estimate_credits for job in jobs))
            self._say(f"{plural(len(jobs), 'picture')} ordered for about {price}.", "success")
            if form is not None:
                self.note_sent(jobs, form)
        else:
            self._say("Nothing was sent.")

    def _set_sending(self, sending: bool) -> None:
        self._sending = sending
        self._show_cost()

    def _show_problems(self, error: InvalidInput) -> None:
        self.order.show_problems(error.problems)
        self._say(error.sentence(), "error")
