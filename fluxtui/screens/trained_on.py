"""The keys for what a training was trained on, which Jobs and Models share, and what they open."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding

from fluxtui.app.state import StatefulApp
from fluxtui.controllers.jobs.trained_on import ArchiveQuestion, Trained, TrainedOn
from fluxtui.widgets.dialogs import dialog_of
from fluxtui.widgets.dialogs.base import OPENING_SECONDS
from fluxtui.widgets.dialogs.path import PathDialog

TRAINED_ON_KEYS: Final = (
    Binding("i", "show_archive", "Its pictures", id="trained.pictures", show=False),
    Binding("e", "export_archive", "Export its pictures", id="trained.export", show=False),
)


@dialog_of.register
def _(question: ArchiveQuestion) -> PathDialog:
    return PathDialog("Export to a new ZIP", question.words)


async def show_archive(app: StatefulApp, trained_on: TrainedOn, trained: Trained) -> None:
    """Show the pictures and captions that were sent; to be called in a worker. Raises `FluxError`."""
    kept = await trained_on.archive(trained)
    if kept is None:
        return
    from fluxtui.screens.workbench import WorkbenchScreen

    rules = await trained_on.rules(trained)
    app.delay_update(OPENING_SECONDS)
    await app.push_screen(WorkbenchScreen(kept.path, rules))
