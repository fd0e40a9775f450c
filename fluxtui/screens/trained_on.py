"""The keys for what a training or a finetune was trained on: look at it, export it, train on it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from fluxtui.app.state import guarded
from fluxtui.controllers.training.trained_on import ArchiveExport, TrainedOn
from fluxtui.screens.place import PlaceScreen
from fluxtui.widgets.dialogs import dialog_of
from fluxtui.widgets.dialogs.base import OPENING_SECONDS

if TYPE_CHECKING:
    from fluxtui.screens.workbench.path_dialog import PathDialog


class TrainedOnKeys(PlaceScreen):
    """Shows, exports and trains again what the training under the cursor was trained on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "show_archive", "Its pictures", id="trained.pictures", show=False),
        Binding("e", "export_archive", "Export its pictures", id="trained.export", show=False),
    ]

    trained_on: TrainedOn
    """What the keys act on; each place makes its own."""

    def action_show_archive(self) -> None:
        """Show the pictures and captions that were sent."""
        work = self._show_archive()
        guarded(self, work, doing="opening the pictures", group="trained", exclusive=True)

    async def _show_archive(self) -> None:
        archive = await self.trained_on.sent_archive()
        if archive is None:
            return
        from fluxtui.screens.workbench import WorkbenchScreen

        self.app.delay_update(OPENING_SECONDS)
        await self.app.push_screen(WorkbenchScreen(archive.path, archive.rules))

    def action_export_archive(self) -> None:
        """Copy the archive that was sent to where the user wants it."""
        work = self.trained_on.export()
        guarded(self, work, doing="exporting the pictures", group="trained", exclusive=True)

    def train_again(self) -> None:
        """Go to the finetune place with pictures, trainer and values, to be changed there and sent anew."""
        guarded(self, self._train_again(), doing="taking up a training", group="trained", exclusive=True)

    async def _train_again(self) -> None:
        taken_up = await self.trained_on.again()
        if taken_up is not None:
            await self.app.go(taken_up.request)
            self.app.tell(taken_up.text, severity=taken_up.severity)


@dialog_of.register(ArchiveExport)
def _(question: ArchiveExport) -> PathDialog:
    from fluxtui.screens.workbench.path_dialog import PathDialog

    return PathDialog(question.title, question.words)
