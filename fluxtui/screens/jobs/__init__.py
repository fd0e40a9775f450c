"""The Jobs place: everything that was paid for, and what became of it."""

from fluxtui.screens.jobs.screen import JobsScreen

__all__ = ["JobsScreen"]
