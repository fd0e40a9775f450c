"""The generate place: what is asked for on the left, what came of it on the right."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import plural
from fluxtui.domain.uses import Offer
from fluxtui.screens.cancelling import cancel
from fluxtui.screens.generate.changes import Change, missing, to_finetune, to_offer, to_wishes
from fluxtui.screens.generate.form import GenerateForm
from fluxtui.screens.generate.order_panel import OrderPanel
from fluxtui.screens.generate.ordering import Order, known_funds, recipe_text, repeatable, send
from fluxtui.screens.generate.picture_keys import PictureKeys
from fluxtui.screens.generate.price import Funds
from fluxtui.screens.generate.queue_table import QueueTable
from fluxtui.screens.generate.results import Results
from fluxtui.screens.generate.size_keys import SizeKeys
from fluxtui.screens.generate.stock import Stock
from fluxtui.screens.generate.submit_bar import SubmitBar
from fluxtui.screens.generate.supply import Supply, ask_profile
from fluxtui.screens.viewer import PictureScreen
from fluxtui.state import Severity, guarded
from fluxtui.widgets.dialogs.base import OPENING_SECONDS
from fluxtui.widgets.flash import Flash

REST_SECONDS = 1.0
"""For how long after an order another press of the key is taken for a slip of the finger."""


class GenerateScreen(SizeKeys, PictureKeys):
    """Holds order and results together; all rules are elsewhere."""

    PLACE = "generate"
    CSS_PATH = "generate.tcss"
    HELP = """Write a prompt, choose a finetune or another endpoint, and press `Ctrl+S` from any field. The
price stands on the button before anything is spent.

Endpoints and finetunes are those of all your services that have a key; whose they are stands beside them.

A finetune's *trigger word* calls it: it is put in front of the prompt once, unless it stands in it already.

In the field of a picture, down lists the ways to name one: a file, or one of your pictures; an address can be
typed where the service takes it. A mask can be drawn there. `F12` uses the picture that is shown: as a
reference, to fill, to erase, and whatever else your services do. `Ctrl+G` lists common sizes.

Pictures line up in the queue and are kept on disk; the next prompt can be typed while they come in."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Generate", id="generate.submit"),
        Binding("ctrl+l", "focus_queue", "Queue", id="generate.focus_queue"),
        Binding("escape", "focus_prompt", "Prompt", id="generate.focus_prompt", show=False),
        Binding("ctrl+r", "draw_seed", "New seed", id="generate.draw_seed", show=False),
        Binding("ctrl+n", "reset", "Default parameters", id="generate.reset", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._supply = Supply()
        self._stock = Stock()
        self._is_supplied = False
        """Whether every profile has answered."""
        self._left_out: frozenset[str] = frozenset()
        """The profiles of which it was told that they cannot be used."""
        self._config: object = None
        """The configuration under which the profiles were asked."""
        self._sending = False
        self._wishes: dict[str, Any] = {}
        self._first_form = GenerateForm()

    def compose_place(self) -> ComposeResult:
        """Put the order beside the results."""
        with Horizontal(id="generate"):
            yield OrderPanel()
            yield Results()

    @property
    def order(self) -> OrderPanel:
        """The left side."""
        return self.query_one(OrderPanel)

    @property
    def offers(self) -> tuple[Offer, ...]:
        """What all profiles offer, as far as they have answered."""
        return self._stock.offers

    @property
    def results(self) -> Results:
        """The right side."""
        return self.query_one(Results)

    def on_mount(self) -> None:
        """Follow what the order depends on."""
        self.watch(self.app, "finetunes", self._follow_finetunes, init=False)
        self.watch(self.app, "prices", self._restock, init=False)
        self.watch(self.app, "balances", self._show_cost, init=False)
        self.watch(self.app, "profile", self._follow_profiles, init=False)
        self.watch(self.app, "usable_profiles", self._follow_profiles, init=False)
        self.order.prompt.focus()

    # What is asked for

    async def restored(self) -> None:
        """Show what was typed before, or an empty form."""
        await self._open(self._first_form)

    def restore(self, draft: Mapping[str, Any]) -> None:
        """Begin with what was typed before."""
        self._first_form = GenerateForm.from_draft(draft)

    async def _open(self, form: GenerateForm) -> None:
        """Ask all profiles what they offer and show a form, as soon as its own has answered."""
        self._is_supplied = False
        self._config = self.app.services.config.config
        profiles = tuple(dict.fromkeys((self.app.profile, *self.app.usable_profiles)))
        self._supply = self._supply.asked(profiles)
        form = replace(form, profile=form.profile or self.app.profile)
        home = form.profile if form.profile in profiles else profiles[0]
        await self._ask(home)
        is_shown = bool(self._stock.offers) and not self._wishes
        if is_shown:
            await self._show(form)
        await asyncio.gather(*(self._ask(profile) for profile in profiles if profile != home))
        self._is_supplied = True
        self._tell_faults()
        if self._wishes or not is_shown:
            await self._show(self._wished(form))

    async def _ask(self, profile: str) -> None:
        self._supply = self._supply.with_answer(await ask_profile(self.app.services, profile))
        self._restock()

    def _tell_faults(self) -> None:
        """Say of each profile once that it is left out, or why nothing can be generated at all."""
        faults = {answer.profile: answer.fault for answer in self._supply.faults}
        self.results.show_fault("" if self._stock.offers else next(iter(faults.values()), ""))
        if self._stock.offers:
            for profile in faults.keys() - self._left_out:
                self.app.tell(f"Generate does without {profile}: {faults[profile]}", severity="warning")
            self._left_out = frozenset(faults)

    def on_screen_resume(self) -> None:
        """Try again what did not work before, such as a profile without a key."""
        changed = self._config is not None and self._config is not self.app.services.config.config
        if self.results.fault or (changed and self._supply.faults):
            self._follow_profiles()

    def _follow_profiles(self) -> None:
        work = self._open(self.order.form)
        guarded(self, work, doing="taking the profiles", group="profile", exclusive=True)

    def _follow_finetunes(self, before: tuple[Finetune, ...], after: tuple[Finetune, ...]) -> None:
        """Offer other finetunes; one that is gone is not chosen any more."""
        self._restock()
        gone = {item.ref for item in before} - {item.ref for item in after}
        if self.order.form.finetune in gone:
            self._change_to(replace(self.order.form, finetune=None))

    def _restock(self) -> None:
        """Take over what there is to choose from now."""
        self._stock = Stock(self._supply.offers, self.app.finetunes, self.app.prices)
        self.order.show_stock(self._stock)
        self._show_state()

    def follow_wish(self, wishes: Mapping[str, Any]) -> None:
        """Take over a `finetune`, the parameters of a job or the use of a picture; see `to_wishes`."""
        self._wishes = dict(wishes)
        if self._is_supplied:
            self._change_to(self._wished(self.order.form))
        self.order.prompt.focus()

    def _wished(self, form: GenerateForm) -> GenerateForm:
        """Return the form after the wishes, which are fulfilled by that."""
        wishes, self._wishes = self._wishes, {}
        return self._told(to_wishes(self._stock, form, wishes, self.app.services.storage))

    def _told(self, change: Change) -> GenerateForm:
        """Say what is to be said about a change and return its form."""
        if change.news:
            self._say(change.news, change.severity)
        return change.form

    def _change_to(self, form: GenerateForm) -> None:
        guarded(self, self._show(form), doing="changing the form", group="form", exclusive=True)

    async def _show(self, form: GenerateForm) -> None:
        """Show a form in the controls; one without an endpoint begins with a finetune that is ready."""
        if self._stock.offer_of(form) is None:
            form = self._stock.beginning(form)
        offer = self._stock.offer_of(form)
        if offer is None:
            return
        await self.order.show(self._stock.settled(form), offer)
        self._show_state()
        self.keep_draft(self.order.form.draft())

    def change_form(self, form: GenerateForm) -> None:
        """Show another form."""
        self._change_to(form)

    @property
    def stock(self) -> Stock:
        """What there is to choose from."""
        return self._stock

    @property
    def _offer(self) -> Offer | None:
        return self._stock.offer_of(self.order.form)

    def on_order_panel_changed(self, event: OrderPanel.Changed) -> None:
        """Say what the order costs now, and remember it."""
        event.stop()
        self._show_state()
        self.keep_draft(event.form.draft())

    def on_order_panel_endpoint_chosen(self, event: OrderPanel.EndpointChosen) -> None:
        """Change the endpoint; what both know of the parameters stays, the finetune where it goes with it."""
        event.stop()
        offer = self._stock.offer_called(event.ref)
        if offer is not None:
            self._change_to(self._told(to_offer(self._stock, self.order.form, offer)))

    def on_order_panel_finetune_chosen(self, event: OrderPanel.FinetuneChosen) -> None:
        """Change the finetune, and the endpoint where the present one does not go with it."""
        event.stop()
        self._change_to(self._told(to_finetune(self._stock, self.order.form, event.finetune)))

    def _show_state(self) -> None:
        """Draw what follows from the form: the trigger word's chip and the cost."""
        offer, form = self._offer, self.order.form
        if offer is not None:
            self.order.show_trigger(form.trigger_word(offer, self._stock.finetune_of(form)))
        self._show_cost()

    def _show_cost(self) -> None:
        profile = self.order.form.profile
        is_told = self._supply.tells_balance(profile)
        funds = known_funds(self.app, profile, is_told=is_told) if profile else Funds()
        self.order.show_cost(funds, busy=self._sending)

    def action_reset(self) -> None:
        """Put the defaults back into all parameters; prompt, endpoint and finetune stay."""
        self.order.reset_parameters()
        self._say("The parameters have their defaults again.")

    def action_draw_seed(self) -> None:
        """Enter a new seed."""
        seed = self.order.draw_seed()
        self._say("This endpoint takes no seed." if seed is None else f"The seed is now {seed}.")

    def action_focus_prompt(self) -> None:
        """Go back to the prompt, and follow the newest picture."""
        self.action_clear_news()
        self.results.follow_newest()
        self.order.prompt.focus()

    def action_focus_queue(self) -> None:
        """Go to the queue."""
        self.results.queue.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the queue only from elsewhere."""
        if action == "focus_queue" and self.is_mounted:
            return not self.results.queue.has_focus_within
        return super().check_action(action, parameters)

    def on_descendant_focus(self) -> None:
        """The footer depends on where the focus is."""
        self.refresh_bindings()

    # Sending

    def on_submit_bar_pressed(self, event: SubmitBar.Pressed) -> None:
        """Generate."""
        event.stop()
        self.action_submit()

    def action_submit(self) -> None:
        """Send what is asked for, once."""
        form, offer = self.order.form, self._offer
        if offer is None:
            self._say("There is no endpoint yet: a profile needs a key, F7 Settings takes one.", "warning")
            return
        try:
            order = Order.from_form(form, offer, self._stock.finetune_of(form))
        except InvalidInput as error:
            self._show_problems(error)
            if not error.problems:
                self.order.focus_count()
            return
        self._send(order)

    def _send(self, order: Order) -> None:
        if self._sending:
            self._say("The last order is still on its way out, so this one was not sent as well.", "warning")
            return
        self._set_sending(True)
        guarded(self, self._send_once(order), doing="generating", group="send")

    async def _send_once(self, order: Order) -> None:
        try:
            jobs = await send(self.app, order)
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
        else:
            self._say("Nothing was sent.")

    def _set_sending(self, sending: bool) -> None:
        self._sending = sending
        self._show_cost()

    def _show_problems(self, error: InvalidInput) -> None:
        self.order.show_problems(error.problems)
        self._say(error.sentence(), "error")

    def _say(self, text: str, severity: Severity = "information") -> None:
        self.query_one(Flash).show(text, severity)

    # What is done with a job of the queue

    def on_queue_table_asked(self, event: QueueTable.Asked) -> None:
        """Do what the user wants with a job."""
        event.stop()
        match event.wish:
            case "large":
                self._show_large(event.job)
            case "copy":
                self._copy_path(event.job)
            case "another_seed":
                self._send_another(event.job)
            case "use_again":
                self._use_again(event.job)
            case "cancel":
                guarded(self, self._cancel(event.job), doing="cancelling a job", group="cancel")

    def _show_large(self, job: Job) -> None:
        if job.picture:
            offer = self._stock.offer(job.profile, job.endpoint)
            path = self.app.services.storage.inside(job.picture)
            recipe = recipe_text(offer.endpoint, job.parameters) if offer is not None else ""
            self.app.delay_update(OPENING_SECONDS)
            self.app.push_screen(PictureScreen(path, job.title, recipe))

    def _copy_path(self, job: Job) -> None:
        if job.picture:
            path = str(self.app.services.storage.inside(job.picture))
            self.app.copy_to_clipboard(path)
            self._say(f"Copied the path: {path}", "success")

    def _send_another(self, job: Job) -> None:
        offer = self._stock.offer(job.profile, job.endpoint)
        if offer is None:
            self._say(missing(job.profile, job.endpoint), "warning")
            return
        recipe = repeatable(offer.endpoint, job.parameters, self.app.services.storage)
        self._send(Order.another_seed(offer, recipe, self.app.finetune_of(job.finetune_ref)))

    def _use_again(self, job: Job) -> None:
        values = {**job.parameters, **({"seed": job.seed} if job.seed is not None else {})}
        self._say("The form has the parameters and the seed of that picture.")
        self.follow_wish(
            {
                "profile": job.profile,
                "endpoint": job.endpoint,
                "values": values,
                "finetune": job.finetune_ref,
            }
        )

    async def _cancel(self, job: Job) -> None:
        told = await cancel(self.app, job)
        self._say(told.text, told.severity)
