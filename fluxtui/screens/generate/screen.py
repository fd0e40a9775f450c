"""The generate place: what is asked for on the left, what came of it on the right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from fluxtui.domain.endpoint import GenerationEndpoint
from fluxtui.domain.errors import FluxError, InvalidInput
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import plural
from fluxtui.screens.generate.form import GenerateForm
from fluxtui.screens.generate.offers import (
    Endpoints,
    endpoint_for,
    find_endpoint,
    first_endpoint,
    first_ready,
)
from fluxtui.screens.generate.order_panel import OrderPanel
from fluxtui.screens.generate.ordering import Order, recipe_text, repeatable, send
from fluxtui.screens.generate.queue_table import QueueTable
from fluxtui.screens.generate.results import Results
from fluxtui.screens.generate.submit_bar import SubmitBar
from fluxtui.screens.place import PlaceScreen
from fluxtui.screens.viewer import PictureScreen
from fluxtui.state import Severity, guarded
from fluxtui.widgets.dialogs.base import OPENING_SECONDS
from fluxtui.widgets.flash import Flash

REST_SECONDS = 1.0
"""For how long after an order another press of the key is taken for a slip of the finger."""


class GenerateScreen(PlaceScreen):
    """Holds order and results together; all rules are elsewhere."""

    PLACE = "generate"
    CSS_PATH = "generate.tcss"
    HELP = """Write a prompt, choose a finetune or another endpoint, and press `Ctrl+S` from any field. The
price stands on the button before anything is spent.

A finetune's *trigger word* calls it: it is put in front of the prompt once, unless it stands in it already.

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
        self._endpoints: Endpoints = ()
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
    def results(self) -> Results:
        """The right side."""
        return self.query_one(Results)

    def on_mount(self) -> None:
        """Follow what the order depends on."""
        self.watch(self.app, "finetunes", self._follow_finetunes, init=False)
        self.watch(self.app, "balances", self._show_cost, init=False)
        self.watch(self.app, "profile", self._follow_profile, init=False)
        self.order.prompt.focus()

    # What is asked for

    async def restored(self) -> None:
        """Show what was typed before, or an empty form."""
        await self._open(self._first_form)

    def restore(self, draft: Mapping[str, Any]) -> None:
        """Begin with what was typed before."""
        self._first_form = GenerateForm.from_draft(draft)

    async def _open(self, form: GenerateForm) -> None:
        """Take the endpoints of the profile and show a form for one of them."""
        self._endpoints = ()
        try:
            self._endpoints = await self.app.services.inference.endpoints(self.app.profile)
        except FluxError as error:
            self.results.show_fault(error.sentence())
            return
        self.results.show_fault("")
        self.order.offer(self._endpoints, self.app.finetunes)
        wishes, self._wishes = self._wishes, {}
        await self._show(self._wished(form, wishes))

    def on_screen_resume(self) -> None:
        """Try again what did not work before, such as a profile without a key."""
        if self.results.fault:
            self._follow_profile()

    def _follow_profile(self) -> None:
        guarded(
            self, self._open(self.order.form), doing="taking the profile", group="profile", exclusive=True
        )

    def _follow_finetunes(self) -> None:
        self.order.offer(self._endpoints, self.app.finetunes)
        self._show_state()

    def follow_wish(self, wishes: Mapping[str, Any]) -> None:
        """Take over `finetune_id`, or `endpoint` and `values` of a job, from another place."""
        self._wishes = dict(wishes)
        if self._endpoints:
            wishes, self._wishes = self._wishes, {}
            self._change_to(self._wished(self.order.form, wishes))
        self.order.prompt.focus()

    def _wished(self, form: GenerateForm, wishes: Mapping[str, Any]) -> GenerateForm:
        values, finetune_id = wishes.get("values"), wishes.get("finetune_id")
        endpoint = find_endpoint(self._endpoints, str(wishes.get("endpoint") or form.endpoint_id))
        if endpoint is not None and isinstance(values, Mapping):
            recipe = repeatable(endpoint, values, self.app.services.storage)
            form = GenerateForm.from_recipe(endpoint, recipe, finetune_id)
        elif finetune_id:
            form = replace(form, finetune_id=str(finetune_id))
            endpoint = endpoint_for(self._endpoints, form, with_finetune=True)
            form = replace(form, endpoint_id=endpoint.info.id if endpoint is not None else "")
        return form

    def _change_to(self, form: GenerateForm) -> None:
        guarded(self, self._show(form), doing="changing the form", group="form", exclusive=True)

    async def _show(self, form: GenerateForm) -> None:
        """Show a form in the controls; one without an endpoint begins with a finetune that is ready."""
        if self._endpoint_of(form) is None:
            form = self._beginning(form)
        endpoint = self._endpoint_of(form)
        if endpoint is None:
            return
        await self.order.show(form, endpoint)
        self._show_state()
        self.keep_draft(self.order.form.draft())

    def _beginning(self, form: GenerateForm) -> GenerateForm:
        finetune_id = form.finetune_id or first_ready(self.app.finetunes)
        endpoint = first_endpoint(self._endpoints, with_finetune=finetune_id is not None)
        chosen = endpoint.info.id if endpoint is not None else ""
        return replace(form, endpoint_id=chosen, finetune_id=finetune_id)

    def _endpoint_of(self, form: GenerateForm) -> type[GenerationEndpoint] | None:
        return find_endpoint(self._endpoints, form.endpoint_id)

    def _finetune_of(self, form: GenerateForm) -> Finetune | None:
        return self.app.finetune_of(form.finetune_id)

    def on_order_panel_changed(self, event: OrderPanel.Changed) -> None:
        """Say what the order costs now, and remember it."""
        event.stop()
        self._show_state()
        self.keep_draft(event.form.draft())

    def on_order_panel_endpoint_chosen(self, event: OrderPanel.EndpointChosen) -> None:
        """Change the endpoint; what both know of the parameters stays."""
        event.stop()
        self._change_to(replace(self.order.form, endpoint_id=event.endpoint_id))

    def on_order_panel_finetune_chosen(self, event: OrderPanel.FinetuneChosen) -> None:
        """Change the finetune, and the endpoint where the present one does not fit."""
        event.stop()
        wanted = event.finetune_id is not None
        form = replace(self.order.form, finetune_id=event.finetune_id)
        endpoint = endpoint_for(self._endpoints, form, with_finetune=wanted)
        if endpoint is None:
            self._say("This profile has no endpoint for that.", "warning")
            return
        if endpoint.info.id != form.endpoint_id:
            self._say(f"The endpoint is now {endpoint.info.title}.")
        self._change_to(replace(form, endpoint_id=endpoint.info.id))

    def _show_state(self) -> None:
        """Draw what follows from the form: the trigger word's chip and the cost."""
        endpoint = self._endpoint_of(self.order.form)
        if endpoint is not None:
            form = self.order.form
            self.order.show_trigger(form.trigger_word(endpoint, self._finetune_of(form)))
        self._show_cost()

    def _show_cost(self) -> None:
        balance = self.app.balance.credits if self.app.balance is not None else None
        self.order.show_cost(balance, busy=self._sending)

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
        form = self.order.form
        endpoint = self._endpoint_of(form)
        if endpoint is None:
            self._say("There is no endpoint yet: the profile needs a key, F7 Settings takes one.", "warning")
            return
        try:
            order = Order.from_form(form, endpoint, self._finetune_of(form))
        except InvalidInput as error:
            self._show_problems(error)
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
            endpoint = find_endpoint(self._endpoints, job.endpoint)
            path = self.app.services.storage.inside(job.picture)
            recipe = recipe_text(endpoint, job.parameters) if endpoint is not None else ""
            self.app.delay_update(OPENING_SECONDS)
            self.app.push_screen(PictureScreen(path, job.title, recipe))

    def _copy_path(self, job: Job) -> None:
        if job.picture:
            path = str(self.app.services.storage.inside(job.picture))
            self.app.copy_to_clipboard(path)
            self._say(f"Copied the path: {path}", "success")

    def _send_another(self, job: Job) -> None:
        endpoint = find_endpoint(self._endpoints, job.endpoint)
        if endpoint is None:
            self._say(f"This profile has no endpoint {job.endpoint}.", "warning")
            return
        recipe = repeatable(endpoint, job.parameters, self.app.services.storage)
        self._send(Order.another_seed(endpoint, recipe, self.app.finetune_of(job.finetune_ref)))

    def _use_again(self, job: Job) -> None:
        values = {**job.parameters, **({"seed": job.seed} if job.seed is not None else {})}
        self.follow_wish({"endpoint": job.endpoint, "values": values, "finetune_id": job.finetune_id})
        self._say("The form has the parameters and the seed of that picture.")

    async def _cancel(self, job: Job) -> None:
        await self.app.services.jobs.cancel(job.id)
        self._say(f"Cancelled: {job.title}", "success")
