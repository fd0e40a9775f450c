"""The models place: every finetune of the profile, what is known of it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar

from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.reactive import var

from fluxtui.domain.errors import NotFound, ServiceError
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.text import plural, safe_text
from fluxtui.screens.models.add_dialog import AddDialog, NewFinetune
from fluxtui.screens.models.columns import rows_of
from fluxtui.screens.models.details import ModelDetails
from fluxtui.screens.models.facts import STATE_SENTENCES, facts_of, refreshed_text
from fluxtui.screens.models.table import ModelTable
from fluxtui.screens.place import PlaceScreen
from fluxtui.state import guarded
from fluxtui.widgets.dialogs import ConfirmDialog, TypeNameDialog, ask
from fluxtui.widgets.plain import PlainStatic, plain
from fluxtui.widgets.progress import relative_time
from fluxtui.widgets.table import RowTable


class ModelsScreen(PlaceScreen):
    """Lists the finetunes that the app's state holds; only refresh, add and delete ask the service."""

    PLACE: ClassVar[str] = "models"
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "ModelTable RowGrid"
    HELP = (
        "Every finetune that this profile knows, favourites first. Enter generates with the selected one. "
        "Only refresh, add and delete ask the service; all else works on the local copy, also offline."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "refresh", "Refresh", id="models.refresh"),
        Binding("f", "favourite", "Star", id="models.favourite"),
        Binding("t", "copy_trigger_word", "Copy trigger", id="models.copy_trigger"),
        Binding("y", "copy_id", "Copy id", id="models.copy_id"),
        Binding("n", "add", "Add", id="models.add"),
        Binding("d", "delete", "Delete", id="models.delete"),
    ]

    doing: var[str] = var("", init=False)
    """What is asked of the service at the moment, in words, or `''`."""

    def __init__(self) -> None:
        super().__init__()
        self._wished = False

    def compose_place(self) -> ComposeResult:
        """Lay out the table and the details, and over them how fresh they are."""
        yield PlainStatic("", id="age")
        with Container(id="panes"):
            yield ModelTable()
            yield ModelDetails()

    def on_mount(self) -> None:
        """Follow the finetunes, and the jobs that they came from."""
        self.watch(self.app, "finetunes", self._draw)
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

    def follow_wish(self, wishes: Mapping[str, Any]) -> None:
        """Select the finetune that another place names; a filter that hides it is taken off."""
        ref = str(wishes.get("finetune") or "")
        if not ref:
            return
        self._wished = True
        if ref not in self._table.shown_keys:
            with suppress(SkipAction):
                self._table.action_clear_filter()
        self._table.select(ref)
        self._table.focus()

    def on_screen_resume(self) -> None:
        """Tell the age as it is by now."""
        self._draw_age()

    # Drawing

    def _draw(self) -> None:
        self._table.set_rows(rows_of(self.app.finetunes))
        self._draw_age()
        self._draw_details()

    def watch_doing(self) -> None:
        """Say what is asked of the service."""
        self._draw_age()

    def _draw_age(self) -> None:
        count = len(self.app.finetunes)
        hint = " · / filters, s sorts" if count > 1 else ""
        text = f"{plural(count, 'finetune')} · {self._age()}{hint}" if count else ""
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
        if finetune is None:
            details.show(None)
            return
        job = next((job for job in self.app.jobs if job.id == finetune.job_id), None)
        details.show(finetune, facts_of(finetune, job, self.app.clock()))

    @on(RowTable.Highlighted)
    def _follow_cursor(self, event: RowTable.Highlighted) -> None:
        self._draw_details()
        if event.key is not None:
            self.keep_draft({"selected": event.key})

    # What the keys do

    @on(RowTable.Chosen)
    async def _generate(self, event: RowTable.Chosen) -> None:
        finetune = self.app.finetune_of(event.key)
        if finetune is None:
            return
        if finetune.is_usable:
            await self.app.go("generate", finetune=finetune.ref)
        else:
            self.app.tell(f"{finetune.name}: {STATE_SENTENCES[finetune.state]}", severity="warning")

    def action_refresh(self) -> None:
        """Ask the service for its finetunes."""
        if not self.doing:
            guarded(self, self._refresh(), doing="asking for the finetunes", group="refresh")

    async def _refresh(self) -> None:
        self.doing = "Asking the service for its finetunes …"
        try:
            result = await self.app.services.models.refresh(self.app.profile)
        except ServiceError as error:
            text = f"{error.sentence()} Shown is the {self._age()}."
            self.app.tell(text, title=error.title, severity="error")
            return
        finally:
            self.doing = ""
        self.app.refresh_state("finetunes")
        self.app.tell(refreshed_text(result), severity="warning" if result.failures else "information")

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
        guarded(self, self._add(), doing="adding a finetune", group="add", exclusive=True)

    async def _add(self) -> None:
        new = await ask(self.app, AddDialog())
        if new is None:
            return
        finetune = await self._added(new)
        if finetune is None:
            return
        self.app.refresh_state("finetunes")
        self._table.select(finetune.ref)
        self.app.tell(f"{finetune.name} is among your finetunes now.", severity="success")

    async def _added(self, new: NewFinetune) -> Finetune | None:
        """Return the finetune once it is in the local copy; None where the user thought better of it."""
        models, trigger_word = self.app.services.models, new.trigger_word or None
        self.doing = f"Asking the service for {safe_text(new.id, limit=60)} …"
        try:
            return await models.add(self.app.profile, new.id, trigger_word=trigger_word)
        except NotFound:
            self.doing = ""
            dialog = ConfirmDialog(
                "Add it all the same?",
                (
                    f"The service tells nothing of {safe_text(new.id, limit=60)}.",
                    "That is usual for a LoRA uploaded in the dashboard or shared by somebody else; "
                    "it can be used if the name is right.",
                ),
                confirm_label="Add",
            )
            if not await ask(self.app, dialog):
                return None
            return await models.add(self.app.profile, new.id, trigger_word=trigger_word, unlisted=True)
        finally:
            self.doing = ""

    def action_delete(self) -> None:
        """Delete the selected finetune at the service, after its name was typed."""
        if (finetune := self.selected) is not None:
            guarded(self, self._delete(finetune), doing="deleting a finetune", group="delete", exclusive=True)

    async def _delete(self, finetune: Finetune) -> None:
        sentences = (
            "The service deletes this finetune for good; this cannot be undone.",
            "Nobody can generate with it any more. The pictures made with it stay on this machine.",
        )
        if not await ask(self.app, TypeNameDialog("Delete this finetune?", sentences, finetune.name)):
            return
        self.doing = f"Deleting {safe_text(finetune.name, limit=60)} at the service …"
        try:
            message = await self.app.services.models.delete(finetune.profile, finetune.id)
        finally:
            self.doing = ""
        self.app.refresh_state("finetunes")
        self.app.tell(f"{finetune.name} is deleted. {message}".strip(), severity="success")
