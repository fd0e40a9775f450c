"""The models place: the finetunes of all profiles, what is known of them, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, ClassVar

from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import ScreenResume

from fluxtui.app.state import guarded
from fluxtui.controllers.models.controller import FinetuneDetails, ModelsController
from fluxtui.controllers.navigation import Request, ShowFinetune
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.text import safe_text
from fluxtui.screens.models import questions as questions
from fluxtui.screens.models.columns import ModelTable
from fluxtui.screens.models.details import ModelDetails
from fluxtui.screens.place import PlaceScreen
from fluxtui.screens.trained_on import TRAINED_ON_KEYS, show_archive
from fluxtui.widgets.plain import PlainStatic, plain
from fluxtui.widgets.table import RowTable


class ModelsScreen(PlaceScreen):
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
        *TRAINED_ON_KEYS,
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
        self.controller = ModelsController(self.app)
        self._wished = False
        """Whether another place has asked for a finetune."""
        self._told: FinetuneDetails | None = None
        """What the details tell of."""

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
        self.controller.changed.connect(self._draw_activity)
        self.app.sight.watch(self, "finetunes", self._draw)
        self.app.sight.watch(self, "usable_profiles", self._draw_details, init=False)
        self.app.sight.watch(self, "jobs", self._draw_details, init=False)

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

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Tell what was kept for a finetune meanwhile."""
        self._draw_details()

    def show_time(self) -> None:
        """Tell the ages as they are by now."""
        self._draw_age()
        self._tell()

    # Drawing

    def _draw(self) -> None:
        self._table.show(self.app.finetunes)
        self._draw_age()
        self._draw_details()

    def _draw_activity(self) -> None:
        """Show what is being done, and what stood in the way; nothing where the place is taken down."""
        if not self.is_attached:
            return
        self._draw_age()
        faults = self.query_one("#faults", PlainStatic)
        faults.display = bool(self.controller.faults)
        faults.show("\n".join(safe_text(line) for line in self.controller.faults))

    def _draw_age(self) -> None:
        self.query_one("#age", PlainStatic).show(plain(self.controller.headline()))

    def _draw_details(self) -> None:
        finetune = self.selected
        details = self.query_one(ModelDetails)
        details.display = finetune is not None
        self._told = None
        if finetune is None:
            self.workers.cancel_group(self, "details")
            details.show(None)
        else:
            work = self._show_details(finetune)
            guarded(self, work, doing="looking at a finetune", group="details", exclusive=True)

    async def _show_details(self, finetune: Finetune) -> None:
        self._told = await self.controller.details(finetune)
        self._tell()

    def _tell(self) -> None:
        if (told := self._told) is not None:
            details = self.query_one(ModelDetails)
            details.show(told.finetune, told.facts(self.app.clock()), told.sentence)

    @on(RowTable.Highlighted)
    def _follow_cursor(self, event: RowTable.Highlighted) -> None:
        self._draw_details()
        if event.key is not None:
            self.keep_draft({"selected": event.key})

    # What the keys do

    @on(RowTable.Chosen)
    def _choose(self, event: RowTable.Chosen) -> None:
        self._act(self.controller.generate, "going to generate", "go")

    def _act(
        self,
        command: Callable[[Finetune], Coroutine[Any, Any, None]],
        doing: str,
        group: str,
        *,
        moves: bool = False,
    ) -> None:
        """Do something with the selected finetune.

        Args:
            command: does it.
            doing: what it does, in words that fit before "failed".
            group: others of it are replaced.
            moves: whether it moves a file: the keys go on meanwhile, Escape stops it.
        """
        if (finetune := self.selected) is not None:
            guarded(self, command(finetune), doing=doing, group=group, exclusive=not moves, leads=not moves)

    def action_clear_news(self) -> None:
        """Stop the file that moves; without one, let an error that was read go."""
        if self.controller.activity.can_be_stopped:
            self.workers.cancel_group(self, "transfer")
            self.app.tell("Stopped; everything is as it was.")
        else:
            super().action_clear_news()

    def action_use_again(self) -> None:
        """Put pictures and values of the selected finetune's training into the training form."""
        self._act(self.controller.train_again, "taking up a training", "trained")

    def action_show_archive(self) -> None:
        """Show the pictures and captions that the selected finetune was trained on."""
        self._act(self._show_archive, "opening the pictures", "trained")

    async def _show_archive(self, finetune: Finetune) -> None:
        trained = await self.controller.trained(finetune)
        await show_archive(self.app, self.controller.trained_on, trained)

    def action_export_archive(self) -> None:
        """Copy what the selected finetune was trained on to where the user wants it."""
        self._act(self.controller.export_archive, "exporting the pictures", "trained")

    def action_refresh(self) -> None:
        """Ask the services of all profiles for their finetunes."""
        guarded(self, self.controller.refresh(), doing="asking for the finetunes", group="refresh")

    def action_favourite(self) -> None:
        """Mark the selected finetune as a favourite, or no longer."""
        self._act(self.controller.mark_favourite, "marking a favourite", "favourite")

    def action_forget_defaults(self) -> None:
        """Let the selected finetune begin with the defaults of its endpoint again."""
        self._act(self._forget_defaults, "forgetting defaults", "defaults")

    async def _forget_defaults(self, finetune: Finetune) -> None:
        await self.controller.forget_defaults(finetune)
        self._draw_details()

    def action_add(self) -> None:
        """Ask for an id and add that finetune."""
        guarded(self, self._select_new(self.controller.add()), doing="adding a finetune", group="add")

    def action_take_in(self) -> None:
        """Take in a LoRA file of the user's own."""
        work = self._select_new(self.controller.files.take_in())
        guarded(self, work, doing="taking in a LoRA file", group="transfer")

    async def _select_new(self, coming: Coroutine[Any, Any, Finetune | None]) -> None:
        finetune = await coming
        if finetune is not None:
            self._table.select(finetune.ref)

    def action_delete(self) -> None:
        """Delete the selected finetune, at its service where that can be, after the user was asked."""
        if (finetune := self.selected) is not None:
            guarded(self, self.controller.delete(finetune), doing="deleting a finetune", group="delete")

    def action_fetch_weights(self) -> None:
        """Fetch the file of the selected finetune from its service, where that still has it."""
        self._act(self.controller.files.fetch, "fetching a LoRA file", "transfer", moves=True)

    def action_verify(self) -> None:
        """Read all of the file of the selected finetune, and say whether it is what it was."""
        self._act(self.controller.files.verify, "reading a LoRA file", "transfer", moves=True)

    def action_set_base(self) -> None:
        """Say which model the selected finetune was trained on, where neither file nor service does."""
        self._act(self.controller.files.set_base, "noting a base model", "base")

    def action_prepare(self) -> None:
        """Put the file of the selected finetune where it can be uploaded to BFL's dashboard from."""
        if (finetune := self.selected) is not None:
            work = self.controller.files.prepare(finetune)
            guarded(self, work, doing="preparing a LoRA", group="prepare")

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
