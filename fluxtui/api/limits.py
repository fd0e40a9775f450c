"""How long, how often and how much: bounds of requests and downloads."""

from __future__ import annotations

from dataclasses import dataclass

ANSWER_BYTES = 4 * 1024 * 1024
"""The longest JSON answer that is read, in bytes; a refusal can echo the whole request."""


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
    """What a download may be.

    Attributes:
        max_bytes: its size.
        total: seconds from start to end, redirects included.
        redirects: how many are followed.
        content_types: accepted prefixes of the content type; an absent one is accepted as well.
        what: what is expected, for the sentences.
        slowest: bytes a second; the size divided by this is added to `total`. None adds nothing.
    """

    max_bytes: int = 100 * 1024 * 1024
    total: float = 300.0
    redirects: int = 3
    content_types: tuple[str, ...] = ("image/", "application/octet-stream", "binary/octet-stream")
    what: str = "picture"
    slowest: float | None = None

    def total_for(self, size: int) -> float:
        """Return the seconds for a download of so many bytes."""
        return self.total if self.slowest is None else self.total + size / self.slowest


WEIGHTS_LIMITS = DownloadLimits(
    max_bytes=6 * 1024**3,
    content_types=(
        "application/octet-stream",
        "binary/octet-stream",
        "application/x-tar",
        "application/tar",
        "application/x-safetensors",
    ),
    what="LoRA file",
    slowest=50_000.0,
)
"""Of a trained LoRA, a file of weights or a tar with one in it."""
