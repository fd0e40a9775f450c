"""Makes the contact sheet of a grid as soon as all of it has ended, whichever place is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.domain.jobs import Job
from fluxtui.domain.text import plural
from fluxtui.services.batches import Sheets, is_open

if TYPE_CHECKING:
    from fluxtui.services.bundle import Services


class ContactSheetSync:
    """Follows the jobs on behalf of the application.

    Args:
        app: whose state is followed, and who is told.
        services: what makes the sheets.
    """

    def __init__(self, app: StatefulApp, services: Services) -> None:
        self._app = app
        self._services = services
        self._open: frozenset[str] = frozenset()

    def start(self) -> None:
        """Make what is due, also of grids that ended while no program ran, then follow the jobs."""
        self._open = _open_batches(self._app.jobs)
        self._app.watch(self._app, "jobs", self._follow, init=False)
        self._make()

    def _follow(self) -> None:
        before, self._open = self._open, _open_batches(self._app.jobs)
        if before - self._open:
            self._make()

    def _make(self) -> None:
        guarded(self._app, self._make_due(), doing="making a contact sheet", group="sheets", leads=False)

    async def _make_due(self) -> None:
        batches = self._services.batches
        for batch in await batches.due():
            made = await batches.make_sheets(batch)
            if made.is_first:
                self._app.tell(sheet_words(made), title="Contact sheet", severity="success")


def _open_batches(jobs: tuple[Job, ...]) -> frozenset[str]:
    return frozenset(job.batch for job in jobs if job.batch is not None and is_open(job))


def sheet_words(made: Sheets) -> str:
    """Return where the sheets of a grid are, as a sentence."""
    path = made.paths[0]
    if len(made.paths) == 1:
        return f"The grid {made.title} is complete: {path}"
    return f"The grid {made.title} is complete: {plural(len(made.paths), 'sheet')} in {path.parent}"
