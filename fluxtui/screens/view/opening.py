"""Showing the pictures of jobs in the whole terminal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fluxtui.app.state import StatefulApp
from fluxtui.controllers.pictures.item import ViewItem
from fluxtui.domain.jobs import Job
from fluxtui.screens.view.screen import ViewScreen
from fluxtui.widgets.dialogs.base import OPENING_SECONDS


def show_pictures(app: StatefulApp, jobs: Iterable[Job], first: Job) -> None:
    """Show the pictures of jobs, in their order, beginning with that of the first one, which has one."""
    inside = app.services.storage.inside
    shown = [(job.id, ViewItem.from_job(job, inside(job.picture))) for job in jobs if job.picture]
    ids = [job_id for job_id, _ in shown]
    app.delay_update(OPENING_SECONDS)
    app.push_screen(ViewScreen([item for _, item in shown], ids.index(first.id)))


def show_picture(app: StatefulApp, path: Path, title: str) -> None:
    """Show a picture of which nothing is known but its file.

    Args:
        app: the application.
        path: of the file, absolute.
        title: what it is, in words.
    """
    app.delay_update(OPENING_SECONDS)
    app.push_screen(ViewScreen([ViewItem(path, title)], 0))
