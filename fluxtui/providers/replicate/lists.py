"""Reading Replicate's lists: pages of a hundred, newest first.

Source: Replicate HTTP API reference, read 2026-11.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fluxtui.api.service import APIService
from fluxtui.domain.errors import UnexpectedAnswer
from fluxtui.providers.reading import as_mapping, as_moment

PREDICTIONS, TRAININGS = "/v1/predictions", "/v1/trainings"
MOST_PAGES = 20


async def listed(
    api: APIService, path: str, since: datetime | None = None, *, cut: Callable[[], None] | None = None
) -> AsyncIterator[Mapping[str, Any]]:
    """Yield the members of a list, newest first, of at most `MOST_PAGES` pages.

    Args:
        api: of the profile.
        path: of the list.
        since: members that were made before are left out; an aware time.
        cut: is called where not all of the list was read: it goes on after those pages, or leads back to one
            that was read already.

    Raises:
        UnexpectedAnswer: there is no list, or it leads back and nobody wants to know where it was `cut`.
    """
    params: dict[str, str] = {}
    asked: list[dict[str, str]] = []
    for _page in range(MOST_PAGES):
        if params in asked and cut is not None:
            break
        if params in asked:
            raise UnexpectedAnswer("Replicate's list leads back to a page that was read already.")
        asked.append(params)
        page = as_mapping((await api.get(path, params)).data)
        results = page.get("results")
        if not isinstance(results, list):
            raise UnexpectedAnswer("Replicate's list cannot be read.")
        for member in map(as_mapping, results):
            made = as_moment(member.get("created_at"))
            if since is not None and made is not None and made < since:
                return
            yield member
        # Of the address that is given only the query counts: the key stays with the profile's base.
        params = _query(page.get("next"))
        if not params:
            return
    if cut is not None:
        cut()


def _query(address: Any) -> dict[str, str]:
    try:
        return dict(parse_qsl(urlsplit(address).query)) if isinstance(address, str) else {}
    except ValueError:
        return {}
