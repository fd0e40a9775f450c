"""What can be done about a job of the queue beside the form: its place, again, its sheet, its parameters."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fluxtui.domain.axes import STRENGTH
from fluxtui.domain.axis_values import value_text
from fluxtui.domain.endpoint import fields_of
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import Job
from fluxtui.domain.money import credits, show_credits
from fluxtui.domain.text import plural, shorten
from fluxtui.domain.uses import Offer
from fluxtui.screens.generate.changes import Change, missing
from fluxtui.screens.generate.form import GenerateForm, fits, parameters_of
from fluxtui.screens.generate.stock import Stock
from fluxtui.screens.place import PlaceScreen
from fluxtui.services.finetune_defaults import lasting_values
from fluxtui.state import Severity, guarded
from fluxtui.widgets.dialogs import ConfirmDialog, ask

_NAME_CELLS = 28
_VALUES_SHOWN = 3


class QueueKeys(PlaceScreen):
    """Acts on single jobs on behalf of the generate place."""

    _stock: Stock

    @abstractmethod
    def _say(self, text: str, severity: Severity = "information") -> None: ...

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
        """Send the same as a new job, after asking where that is dear."""
        above = self.app.services.config.config.generation.confirm_above_usd
        if job.estimate_credits > credits(above):
            price = f"About {show_credits(job.estimate_credits)}"
            dialog = ConfirmDialog("Send it again?", [job.title], price=price, confirm_label="Send again")
            if not await ask(self.app, dialog):
                return
        new = await self.app.services.jobs.retry(job.id)
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
        name = shorten(job.finetune_name or ref, _NAME_CELLS)
        words = values_words(offer, chosen) or "these parameters"
        self._say(f"{name} begins with {words} from now on; F3 Models shows it.", "success")

    async def with_defaults(self, change: Change) -> Change:
        """Return a form in which a finetune was chosen with the values that were kept for it."""
        form = change.form
        offer, finetune = self._stock.offer_of(form), self._stock.finetune_of(form)
        if offer is None or finetune is None:
            return change
        kept = await self.app.services.finetune_defaults.get(finetune.ref)
        made, used = defaulted(form, offer, kept, self._stock)
        if not used:
            return change
        name = shorten(finetune.name, _NAME_CELLS)
        news = f"{name} begins with {values_words(offer, used)}, as you kept it."
        return Change(made, " ".join(part for part in (change.news, news) if part), change.severity)


def defaulted(
    form: GenerateForm, offer: Offer, kept: Mapping[str, Any], stock: Stock
) -> tuple[GenerateForm, dict[str, Any]]:
    """Return a form with the defaults of its finetune, and those that its endpoint takes."""
    fields = {item.name: item for item in parameters_of(offer.endpoint)}
    used = {name: value for name, value in kept.items() if name in fields and fits(fields[name], value)}
    if not used:
        return form, {}
    values = {**form.values_for(offer, stock.finetunes), **used}
    return form.with_values(offer.endpoint, values), used


def values_words(offer: Offer, values: Mapping[str, Any]) -> str:
    """Return parameters that are no defaults in words: `'Finetune strength 1.2, Steps 20'`."""
    fields = {item.name: item for item in fields_of(offer.endpoint)}
    told = [name for name in values if name in fields and values[name] != fields[name].default]
    # The strength is what most people look for, also where it is the service's own default.
    names = [STRENGTH, *(name for name in told if name != STRENGTH)] if STRENGTH in values else told
    shown = [f"{fields[name].title} {value_text(fields[name], values[name])}" for name in names]
    more = f" and {len(shown) - _VALUES_SHOWN} more" if len(shown) > _VALUES_SHOWN else ""
    return ", ".join(shown[:_VALUES_SHOWN]) + more
