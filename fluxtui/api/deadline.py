"""How long a download may go on: by what has come of it, and by what comes now."""

from __future__ import annotations

from fluxtui.api.limits import DownloadLimits
from fluxtui.domain.text import file_size


class DownloadDeadline:
    """The deadline of one download, which moves as bytes come. Times are those of one clock, in seconds.

    A size that a server announces earns no time: only bytes that have come do. So neither a server that tells
    a false size nor one that tells none, and drips, holds a job for longer than it delivers.
    """

    def __init__(self, limits: DownloadLimits, now: float) -> None:
        """Args:
        limits: what the download may be.
        now: when its first byte may come.
        """
        self._limits = limits
        self._began = self._window_began = now
        self._came = self._came_before_window = 0

    @property
    def deadline(self) -> float:
        """When it is given up if nothing more comes."""
        return min(self._began + self._limits.total_for(self._came), self._window_began + self._limits.window)

    def took(self, came: int, now: float) -> float:
        """Take notice that `came` bytes are here in all; return the new deadline."""
        self._came = came
        if came - self._came_before_window >= self._limits.least:
            self._window_began, self._came_before_window = now, came
        return self.deadline

    def fault(self) -> str:
        """Return what a server did not do that has let the deadline pass, without its subject."""
        whole = self._began + self._limits.total_for(self._came)
        if self._window_began + self._limits.window < whole:
            came, least = self._came - self._came_before_window, self._limits.least
            return (
                f"sent only {file_size(came)} of the {self._limits.what} in {self._limits.window:g} seconds, "
                f"less than {file_size(least)}"
            )
        return f"did not send the {self._limits.what} within {whole - self._began:.0f} seconds"
