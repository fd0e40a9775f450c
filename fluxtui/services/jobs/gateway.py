"""What the jobs need of the container: the services behind a profile, by its name."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pydantic import SecretStr

from fluxtui.api.limits import DownloadLimits

if TYPE_CHECKING:
    # The module brings the HTTP library with it, which a start does not need.
    from fluxtui.api.downloads import DownloadProgress
    from fluxtui.providers.base import Provider
    from fluxtui.services.config import Profile

_PICTURES = DownloadLimits()


class Downloads(Protocol):
    """Fetches results, and knows the service's clock; `APIService` does."""

    @property
    def clock_ahead(self) -> float:
        """Seconds by which the clock here is ahead of the service's, as far as that is known."""
        ...

    async def download(
        self,
        url: str,
        target: Path,
        *,
        limits: DownloadLimits = _PICTURES,
        progress: DownloadProgress | None = None,
    ) -> object:
        """Fetch `url` into the file `target`, without the key. Raises `ServiceError` and `StorageError`."""
        ...


class Gateway(Protocol):
    """Gives the provider and the downloads of a profile.

    All raise `FluxError` where the profile cannot be used: it is gone, or has no key.
    """

    async def provider(self, profile: str) -> Provider:
        """Return the provider of a profile."""
        ...

    def trial(self, profile: str | Profile, key: SecretStr) -> AbstractAsyncContextManager[Provider]:
        """Return the provider of a profile with a key that is not kept yet, for as long as the block runs.

        `profile` is the name of one, or one that is itself not kept yet.
        """
        ...

    async def api(self, profile: str) -> Downloads:
        """Return what fetches results for a profile."""
        ...
