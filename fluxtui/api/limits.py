"""How long, how often and how much: bounds of requests and downloads."""

from __future__ import annotations

from fluxtui.system.dataclass import dataclass

ANSWER_BYTES = 4 * 1024 * 1024
"""The longest JSON answer that is read, in bytes; a refusal can echo the whole request."""

RESULT_BYTES = 160 * 1024 * 1024
"""The longest answer about a task, in bytes: some services put the picture itself into it, as base64."""

DOCUMENT_BYTES = 16 * 1024 * 1024
"""The longest description of an interface that is read, in bytes."""


@dataclass(frozen=True)
class Timeouts:
    """Times in seconds, of one attempt.

    Attributes:
        connect: to reach the server.
        read: without a byte in either direction.
        total: for everything, from the first packet to the last.
        slowest_upload: bytes a second; an attachment adds its size divided by this to `total`.
    """

    connect: float = 10.0
    read: float = 60.0
    total: float = 120.0
    slowest_upload: float = 32_000.0

    def total_for(self, sent_bytes: int) -> float:
        """Return the time for a request with a body of so many bytes."""
        return self.total + sent_bytes / self.slowest_upload


@dataclass(frozen=True)
class DownloadLimits:
    """What a download may be. Its bytes decide what it is, not what a server calls them.

    Attributes:
        max_bytes: its size.
        total: seconds until its first byte, redirects included, and again from there to its end.
        redirects: how many are followed.
        what: what is expected, for the sentences.
        unpacked: whether what comes compressed as a whole is unpacked, within `max_bytes`.
        slowest: bytes a second; what has come, divided by this, is added to the `total` from the first byte
            to the end. None adds nothing.
        longest: seconds after which it is given up however fast it comes.
        window: seconds within which at least `least` bytes must come, at any time.
        least: see `window`.
    """

    max_bytes: int = 300 * 1024 * 1024
    total: float = 300.0
    redirects: int = 3
    what: str = "picture"
    unpacked: bool = True
    slowest: float | None = 50_000.0
    longest: float = 6 * 3600.0
    window: float = 60.0
    least: int = 60_000

    def total_for(self, size: int) -> float:
        """Return the seconds for a download of which so many bytes have come."""
        earned = 0.0 if self.slowest is None else size / self.slowest
        return min(self.total + earned, self.longest)


WEIGHTS_LIMITS = DownloadLimits(
    max_bytes=6 * 1024**3,
    what="LoRA file",
    unpacked=False,
    slowest=10_000.0,
)
"""Of a trained LoRA, a file of weights or a tar with one in it."""
