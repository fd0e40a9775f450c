"""The models place: the finetunes of all profiles, what is known of them, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from fluxtui.app.state import guarded
from fluxtui.controllers.models.facts import facts_of, refreshed_text, state_sentence
from fluxtui.controllers.models.removal import forget_dialog, removal_dialog
from fluxtui.controllers.navigation import GenerateWith, Request, ShowFinetune
from fluxtui.controllers.training.trained_on import Trained, TrainedOn
from fluxtui.domain.durations import relative_time
from fluxtui.domain.errors import NotFound
from fluxtui.domain.finetune import OWN_FILES, Finetune
from fluxtui.domain.jobs import Job
from fluxtui.domain.text import plural, safe_text
from fluxtui.domain.weights import Base
from fluxtui.screens.models.add_dialog import AddDialog, NewFinetune, bases_by_id, unlisted_dialog
from fluxtui.screens.models.details import ModelDetails
from fluxtui.screens.models.file_keys import FileKeys
from fluxtui.screens.models.table import ModelTable
from fluxtui.screens.trained_on import TrainedOnKeys
from fluxtui.services.models import ProfileAnswer, ProfileOffers, Removal, Uses
from fluxtui.widgets.dialogs import Choice, ChoiceDialog, ask
from fluxtui.widgets.plain import PlainStatic, plain
from fluxtui.widgets.table import RowTable


class ModelsScreen(FileKeys, TrainedOnKeys):
    """Lists the finetunes that the app's state holds, of all profiles, and what can be done with them."""

    PLACE: ClassVar[str] = "models"
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "ModelTable RowGrid"
    HELP = (
        "The finetunes of all profiles and the LoRA files of yours, favourites first. Enter generates with "
        "the selected one. Refresh, add, delete and fetch ask the services; all else works on the local "
        "copy, also offline. `u` trains the same again with other values, `i` shows the pictures that it was "
        "trained on and `e` exports them. `v` verifies a file, `b` says what it was trained on, `y` copies "
        "the id and `t` the trigger word, `c` forgets the values that it begins with in "
        "Generate; Escape stops a file that moves."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "refresh", "Refresh", id="models.refresh"),
        Binding("f", "favourite", "Star", id="models.favourite"),
        Binding("n", "add", "Add", id="models.add"),
        Binding("o", "take_in", "Own file", id="models.take_in"),
        Binding("w", "fetch_weights", "Fetch file", id="models.fetch"),
        Binding("u", "use_again", "Train again", id="models.use", show=False),
        Binding("p", "prepare", "Dashboard", id="models.prepare"),
        Binding("d", "delete", "Delete", id="models.delete"),
        Binding("t", "copy_trigger_word", "Copy trigger", id="models.copy_trigger", show=False),
        Binding("y", "copy_id", "Copy id", id="models.copy_id", show=False),
        Binding("v", "verify", "Verify file", id="models.verify", show=False),
        Binding("b", "set_base", "Set base model", id="models.base", show=False),
        Binding("c", "forget_defaults", "Forget its defaults", id="models.defaults", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.trained_on = TrainedOn(self.app, self._trained)
        self._wished = False
        self._tell: Callable[[datetime], None] | None = None
        """Shows the details as they are at a moment."""

    def compose_place(self) -> ComposeResult:
        """Lay out the table and the details, and over them how fresh they are."""
        yield PlainStatic("", id="age")
        yield PlainStatic("", id="faults")
        with Container(id="panes"):
            yield ModelTable()
            yield ModelDetails()

    def on_mount(self) -> None:
        """Follow the finetunes, and the jobs that they came from."""
        self.query_one("#faults").display = False
        self.watch(self.app, "finetunes", self._draw)
        self.watch(self.app, "usable_profiles", self._draw_details, init=False)
        self.watch(self.app, "jobs", self._draw_details, init=False)

    @property
    def _table(self) -> ModelTable:
        return self.query_one(ModelTable)

    @property
    def selected(self) -> Finetune | None:
        """The finetune that the keys act on."""
        return self.app.finetune_of(self._table.selected_key)

    def restore(self, draft: Mapping[str, Any]) -> None:
        """Select what was selected before, unless another place wished for something in the meantime."""
        if not self._wished:
            self._table.select(str(draft.get("selected") or ""))

    def follow(self, request: Request) -> None:
        """Select the finetune that another place names; a filter that hides it is taken off."""
        if not isinstance(request, ShowFinetune):
            return
        ref = request.finetune
        self._wished = True
        if ref not in self._table.shown_keys:
            with suppress(SkipAction):
                self._table.action_clear_filter()
        self._table.select(ref)
        self._table.focus()

    def on_screen_resume(self) -> None:
        """Tell what was kept for a finetune meanwhile."""
        self._draw_details()

    def show_time(self) -> None:
        """Tell the ages as they are by now."""
        self._draw_age()
        if self._tell is not None:
            self._tell(self.app.clock())

    # Drawing

    def _draw(self) -> None:
        self._table.show(self.app.finetunes)
        self._draw_age()
        self._draw_details()

    def watch_doing(self) -> None:
        """Say what is asked of the service."""
        self._draw_age()

    def _draw_age(self) -> None:
        count = len(self.app.finetunes)
        hint = " · / filters, s sorts" if count > 1 else ""
        is_told = any(item.profile != OWN_FILES for item in self.app.finetunes)
        age = f" · {self._age()}" if is_told else ""
        text = f"{plural(count, 'finetune')}{age}{hint}" if count else ""
        self.query_one("#age", PlainStatic).show(plain(self.doing or text))

    def _age(self) -> str:
        times = [item.refreshed_at for item in self.app.finetunes if item.refreshed_at is not None]
        if not times:
            return "local copy, never compared with the service"
        return f"local copy of {relative_time(max(times), self.app.clock())}"

    def _draw_details(self) -> None:
        finetune = self.selected
        details = self.query_one(ModelDetails)
        details.display = finetune is not None
        self._tell = None
        if finetune is None:
            self.workers.cancel_group(self, "details")
            details.show(None)
        else:
            work = self._show_details(finetune)
            guarded(self, work, doing="looking at a finetune", group="details", exclusive=True)

    async def _show_details(self, finetune: Finetune) -> None:
        uses = await self._uses(finetune)
        job = await self._job_of(finetune)
        kept = await self.app.services.training_sets.kept(finetune.dataset)
        defaults = await self.app.services.finetune_defaults.get(finetune.ref)
        details, sentence = self.query_one(ModelDetails), state_sentence(finetune, uses)

        def tell(now: datetime) -> None:
            details.show(finetune, facts_of(finetune, job, now, uses, kept, defaults), sentence)

        self._tell = tell
        tell(self.app.clock())

    async def _job_of(self, finetune: Finetune) -> Job | None:
        """Return the training that it came from; the state holds the newest jobs only."""
        if finetune.job_id is None:
            return None
        known = next((job for job in self.app.jobs if job.id == finetune.job_id), None)
        return known or await self.app.services.journal.jobs.get(finetune.job_id)

    async def _trained(self) -> Trained | None:
        """Return the finetune under the cursor, as what it was trained on."""
        finetune = self.selected
        if finetune is None:
            return None
        return Trained(finetune.name, finetune.dataset, await self._job_of(finetune))

    def action_use_again(self) -> None:
        """Put pictures and values of the selected finetune's training into the training form."""
        self.train_again()

    async def _uses(self, finetune: Finetune) -> Uses:
        return await self.app.services.models.uses(finetune, self.app.usable_profiles)

    @on(RowTable.Highlighted)
    def _follow_cursor(self, event: RowTable.Highlighted) -> None:
        self._draw_details()
        if event.key is not None:
            self.keep_draft({"selected": event.key})

    # What the keys do

    @on(RowTable.Chosen)
    def _choose(self, event: RowTable.Chosen) -> None:
        finetune = self.app.finetune_of(event.key)
        if finetune is not None:
            guarded(self, self._generate(finetune), doing="going to generate", group="go", exclusive=True)

    async def _generate(self, finetune: Finetune) -> None:
        uses = await self._uses(finetune)
        if finetune.is_usable and uses.fitting:
            await self.app.go(GenerateWith(finetune.ref))
        else:
            self.app.tell(f"{finetune.name}: {state_sentence(finetune, uses)}", severity="warning")

    def action_refresh(self) -> None:
        """Ask the services of all profiles for their finetunes."""
        if self.is_free():
            guarded(self, self._refresh(), doing="asking for the finetunes", group="refresh")

    async def _refresh(self) -> None:
        self.doing = "Asking the services for their finetunes …"
        try:
            answers = await self.app.services.models.refresh_all(self.app.usable_profiles)
        finally:
            self.doing = ""
        self.app.refresh_state("finetunes")
        self._tell_faults(answers)
        if any(answer.result is not None for answer in answers):
            is_whole = all(answer.result is not None and not answer.result.failures for answer in answers)
            self.app.tell(refreshed_text(answers), severity="information" if is_whole else "warning")
        elif not answers:
            self.app.tell("None of your services lists finetunes, so nothing was asked.", severity="warning")

    def _tell_faults(self, answers: Sequence[ProfileAnswer]) -> None:
        """Say of each profile what stood in the way; with several of them it stays in sight."""
        lines = []
        for answer in answers:
            error = answer.error
            if error is not None:
                whose = f"{answer.profile}: " if len(answers) > 1 else ""
                lines.append(f"✗ {whose}{error.sentence()}")
                text = f"{whose}{error.sentence()} Shown is the {self._age()}."
                self.app.tell(text, title=error.title, severity="error")
        faults = self.query_one("#faults", PlainStatic)
        faults.display = bool(lines) and len(answers) > 1
        faults.show("\n".join(safe_text(line) for line in lines))

    def action_favourite(self) -> None:
        """Mark the selected finetune as a favourite, or no longer."""
        if (finetune := self.selected) is not None:
            guarded(self, self._set_favourite(finetune), doing="marking a favourite", group="favourite")

    async def _set_favourite(self, finetune: Finetune) -> None:
        await self.app.services.models.set_favourite(finetune.profile, finetune.id, not finetune.favourite)
        self.app.refresh_state("finetunes")
        words = (
            "is no longer a favourite." if finetune.favourite else "is a favourite; favourites stand first."
        )
        self.app.tell(f"{finetune.name} {words}")

    def action_forget_defaults(self) -> None:
        """Let the selected finetune begin with the defaults of its endpoint again."""
        if (finetune := self.selected) is not None:
            guarded(self, self._forget(finetune), doing="forgetting defaults", group="defaults")

    async def _forget(self, finetune: Finetune) -> None:
        had = await self.app.services.finetune_defaults.forget(finetune.ref)
        words = "begins with the defaults of its endpoint again." if had else "has no defaults of its own."
        self.app.tell(f"{finetune.name} {words}")
        self._draw_details()

    def action_copy_id(self) -> None:
        """Copy the id."""
        if (finetune := self.selected) is not None:
            self._copy(finetune.id, f"the id of {finetune.name}")

    def action_copy_trigger_word(self) -> None:
        """Copy the trigger word."""
        finetune = self.selected
        if finetune is not None and finetune.trigger_word:
            self._copy(finetune.trigger_word, f"the trigger word of {finetune.name}")
        elif finetune is not None:
            self.app.tell(f"No trigger word of {finetune.name} is known.", severity="warning")

    def _copy(self, text: str, what: str) -> None:
        self.app.copy_to_clipboard(safe_text(text))
        self.app.tell(f"Copied {what}: {text}")

    def action_add(self) -> None:
        """Ask for an id and add that finetune."""
        if self.is_free():
            guarded(self, self._add(), doing="adding a finetune", group="add", exclusive=True)

    async def _add(self) -> None:
        offers = await self.app.services.models.offers(self.app.usable_profiles)
        taking = [item for item in offers if item.abilities is not None and item.abilities.adds_by_id]
        if not taking:
            words = "None of your services takes a finetune by its id; o takes in a LoRA file of yours."
            self.app.tell(words, severity="warning")
            return
        new = await ask(self.app, AddDialog(taking))
        if new is None:
            return
        finetune = await self._added(new, next(item for item in taking if item.profile == new.profile))
        if finetune is None:
            return
        self.app.refresh_state("finetunes")
        self.show_new(finetune)
        self.app.tell(f"{finetune.name} is among your finetunes now.", severity="success")

    def show_new(self, finetune: Finetune) -> None:
        """Select a finetune that has just come in."""
        self._table.select(finetune.ref)

    async def _added(self, new: NewFinetune, offers: ProfileOffers) -> Finetune | None:
        """Return the finetune once it is in the local copy; None where the user thought better of it."""
        models, trigger_word = self.app.services.models, new.trigger_word or None
        self.doing = f"Asking the service for {safe_text(new.id, limit=60)} …"
        try:
            return await models.add(new.profile, new.id, trigger_word=trigger_word)
        except NotFound:
            self.doing = ""
            if not await ask(self.app, unlisted_dialog(new.id)):
                return None
            base = await self._base_of(offers)
            return await models.add(new.profile, new.id, trigger_word=trigger_word, base=base, unlisted=True)
        finally:
            self.doing = ""

    async def _base_of(self, offers: ProfileOffers) -> Base | None:
        """Ask for the base model of a finetune that the service tells nothing of; None if it is not known."""
        bases = bases_by_id(offers)
        if len(bases) < 2:
            return next(iter(bases), None)
        choices = [Choice(base.value, base.title) for base in bases]
        value = await ask(self.app, ChoiceDialog("Trained on which model? Esc: not known", choices))
        return Base(value) if value else None

    def action_delete(self) -> None:
        """Delete the selected finetune, at its service where that can be, after the user was asked."""
        finetune = self.selected
        if finetune is not None and self.is_free():
            guarded(self, self._delete(finetune), doing="deleting a finetune", group="delete", exclusive=True)

    async def _delete(self, finetune: Finetune) -> None:
        removal = await self.app.services.models.removal(finetune)
        if not await ask(self.app, removal_dialog(removal)):
            return
        try:
            message = await self._deleted(removal)
        except NotFound as error:
            if not await ask(self.app, forget_dialog(error)):
                return
            removal = replace(removal, at_service=False)
            message = await self._deleted(removal)
        self.app.refresh_state("finetunes")
        done = "is deleted" if removal.at_service else "is off your list"
        self.app.tell(f"{finetune.name} {done}. {message}".strip(), severity="success")

    async def _deleted(self, removal: Removal) -> str:
        name = safe_text(removal.finetune.name, limit=60)
        self.doing = f"Deleting {name} at the service …" if removal.at_service else f"Deleting {name} …"
        try:
            return await self.app.services.models.remove(removal)
        finally:
            self.doing = ""
