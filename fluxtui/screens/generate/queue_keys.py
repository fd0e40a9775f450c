"""What can be done about a job of the queue beside the form: its place, again, its sheet, its parameters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fluxtui.app.state import guarded
from fluxtui.controllers.generation.changes import missing
from fluxtui.controllers.generation.choices import NAME_CELLS
from fluxtui.controllers.generation.defaults import values_words
from fluxtui.controllers.generation.ordering import Order, repeatable
from fluxtui.controllers.navigation import GenerateAgain
from fluxtui.controllers.pictures.item import ViewItem
from fluxtui.domain.axes import STRENGTH
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import Job
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import plural, shorten
from fluxtui.screens.cancelling import cancel
from fluxtui.screens.generate.queue_rows import queued_generations
from fluxtui.screens.generate.queue_table import QueueTable
from fluxtui.screens.generate.sending import Sending
from fluxtui.screens.home import get_home
from fluxtui.screens.sending_again import send_again
from fluxtui.screens.view.opening import show_pictures
from fluxtui.services.finetune_defaults import lasting_values
from fluxtui.widgets.dialogs import ConfirmDialog, ask


class QueueKeys(Sending):
    """Acts on single jobs on behalf of the generate place."""

    def on_queue_table_asked(self, event: QueueTable.Asked) -> None:
        """Do what the user wants with a job."""
        event.stop()
        match event.wish:
            case "large":
                self._show_large(event.job)
            case "copy":
                self._copy_path(event.job)
            case "home":
                self._get_home(event.job)
            case "another_seed":
                guarded(self, self._send_another(event.job), doing="asking", group="dialog", exclusive=True)
            case "use_again":
                self._use_again(event.job)
            case "cancel":
                guarded(self, self._cancel(event.job), doing="cancelling a job", group="cancel")
            case _:
                self.act_on(event.wish, event.job)

    def _show_large(self, job: Job) -> None:
        show_pictures(self.app, queued_generations(self.app.jobs), job)

    def _get_home(self, job: Job) -> None:
        if job.picture:
            get_home(self.app, [ViewItem.from_job(job, self.app.services.storage.inside(job.picture))])

    def _copy_path(self, job: Job) -> None:
        if job.picture:
            path = str(self.app.services.storage.inside(job.picture))
            self.app.copy_to_clipboard(path)
            self._say(f"Copied the path: {path}", "success")

    async def _send_another(self, job: Job) -> None:
        offer = self._stock.offer(job.profile, job.endpoint)
        if offer is None:
            self._say(missing(job.profile, job.endpoint), "warning")
            return
        dialog = ConfirmDialog(
            "Another with a new seed?",
            [job.title],
            price=f"About {show_credits(job.estimate_credits)}",
            confirm_label="Generate",
        )
        if not await ask(self.app, dialog):
            return
        recipe = repeatable(offer.endpoint, job.parameters, self.app.services.storage)
        self._send(Order.another_seed(offer, recipe, self.app.finetune_of(job.finetune_ref)))

    def _use_again(self, job: Job) -> None:
        values = {**job.parameters, **({"seed": job.seed} if job.seed is not None else {})}
        self._say("The form has the parameters and the seed of that picture.")
        self.follow(GenerateAgain(job.profile, job.endpoint, values, job.finetune_ref))

    async def _cancel(self, job: Job) -> None:
        told = await cancel(self.app, job)
        self._say(told.text, told.severity)

    def act_on(self, wish: str, job: Job) -> None:
        """Do what the user wants with a job; `wish` is that of `QueueTable.Asked`."""
        jobs = self.app.services.jobs
        moves = {"move_up": jobs.move_up, "move_down": jobs.move_down, "to_top": jobs.to_top}
        if wish in moves:
            # Not exclusive: each press counts, also while the one before is being written.
            guarded(self, self._move(moves[wish], job), doing="moving a job", group="order")
        elif wish == "retry":
            guarded(self, self._retry(job), doing="sending a job again", group="retry", exclusive=True)
        elif wish == "sheet":
            guarded(self, self._make_sheet(job), doing="making a contact sheet", group="sheet")
        elif wish in ("keep_strength", "keep_all"):
            work = self._keep_defaults(job, everything=wish == "keep_all")
            guarded(self, work, doing="keeping the defaults of a finetune", group="defaults")

    async def _move(self, move: Callable[[str], Awaitable[Job]], job: Job) -> None:
        await move(job.id)
        self.app.refresh_state("jobs")

    async def _retry(self, job: Job) -> None:
        """Send the same as a new job, after asking."""
        new = await send_again(self.app, job)
        if new is not None:
            self._say(f"Sent again for about {show_credits(new.estimate_credits)}: {new.title}", "success")

    async def _make_sheet(self, job: Job) -> None:
        if job.batch is None:
            raise InvalidInput("This picture was ordered alone, so there is nothing for a contact sheet.")
        self._say("Making the contact sheet \u2026")
        made = await self.app.services.batches.make_sheets(job.batch)
        path = str(made.paths[0])
        self.app.copy_to_clipboard(path)
        several = f" and {plural(len(made.paths) - 1, 'more sheet')}" if len(made.paths) > 1 else ""
        self._say(f"Contact sheet{several}, path copied: {path}", "success")

    async def _keep_defaults(self, job: Job, *, everything: bool) -> None:
        """Keep the strength of a picture, or all its parameters, as what its finetune begins with."""
        offer, ref = self._stock.offer(job.profile, job.endpoint), job.finetune_ref
        if offer is None or ref is None:
            what = missing(job.profile, job.endpoint) if offer is None else "It was made without a finetune."
            self._say(what, "warning")
            return
        lasting = lasting_values(offer.endpoint, job.parameters)
        chosen = lasting if everything else {k: v for k, v in lasting.items() if k == STRENGTH}
        if not chosen:
            self._say("This picture has no strength that could be kept.", "warning")
            return
        service = self.app.services.finetune_defaults
        kept = chosen if everything else {**await service.get(ref), **chosen}
        await service.keep(ref, kept)
        name = shorten(job.finetune_name or ref, NAME_CELLS)
        words = values_words(offer, chosen) or "these parameters"
        self._say(f"{name} begins with {words} from now on; F3 Models shows it.", "success")
