"""Lists whose pages lead back, or never end."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fluxtui.api.service import APIService
from fluxtui.domain.errors import UnexpectedAnswer
from fluxtui.providers.fal.platform import pages_of
from fluxtui.providers.replicate.finetunes import still_there, trained_versions
from fluxtui.providers.replicate.lists import MOST_PAGES, TRAININGS, listed
from fluxtui.providers.replicate.provider import ReplicateProvider

Page = Callable[[int], dict[str, Any]]


class Pages:
    """A service whose pages are made by their number; it counts how many are asked for."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.asked = 0

    async def get(self, path: str, params: object = None, *, base: str = "", longest: int = 0) -> Any:
        """Return the next page."""
        self.asked += 1
        return SimpleNamespace(data=self._page(self.asked))


async def test_a_list_that_never_ends_is_read_so_far_and_that_is_told() -> None:
    pages = Pages(lambda number: {"results": [{"id": number}], "next": f"https://x/?cursor={number}"})
    cuts: list[bool] = []
    found = listed(cast(APIService, pages), TRAININGS, cut=lambda: cuts.append(True))
    assert len([member async for member in found]) == pages.asked == MOST_PAGES
    assert cuts == [True]


async def test_a_list_that_ends_is_whole() -> None:
    pages = Pages(lambda number: {"results": [], "next": None})
    cuts: list[bool] = []
    found = listed(cast(APIService, pages), TRAININGS, cut=lambda: cuts.append(True))
    assert [member async for member in found] == []
    assert cuts == []


@pytest.mark.parametrize("round_trip", [1, 2])
async def test_pages_that_lead_back_are_no_list(round_trip: int) -> None:
    replicate = Pages(lambda number: {"results": [], "next": f"https://x/?cursor={number % round_trip}"})
    with pytest.raises(UnexpectedAnswer, match="leads back"):
        [member async for member in listed(cast(APIService, replicate), TRAININGS)]
    fal = Pages(lambda number: {"has_more": True, "next_cursor": f"c{number % round_trip}"})
    with pytest.raises(UnexpectedAnswer, match="leads back"):
        await pages_of(cast(APIService, fal), "/x", [])
    assert max(replicate.asked, fal.asked) <= round_trip + 1


@pytest.mark.parametrize("next_page", ["1", "{number}"], ids=["leads back", "never ends"])
async def test_no_version_is_gone_where_not_all_are_read(next_page: str) -> None:
    pages = Pages(
        lambda number: {
            "results": [{"id": "a" * 64}],
            "next": f"https://x/?cursor={next_page.format(number=number)}",
        }
    )
    versions = dict.fromkeys((f"me/mine:{'a' * 64}", f"me/mine:{'b' * 64}"))
    assert await still_there(cast(APIService, pages), versions) == tuple(versions)


async def test_trainings_are_read_as_far_as_the_list_goes() -> None:
    pages = Pages(lambda number: {"results": [], "next": "https://x/?cursor=1"})
    cuts: list[bool] = []
    assert await trained_versions(cast(APIService, pages), cut=lambda: cuts.append(True)) == {}
    assert cuts == [True]


@pytest.mark.parametrize("trainings", [{"results": [], "next": "https://x/?cursor=1"}, {"results": 3}, {}])
async def test_a_finetune_is_told_whatever_the_list_of_trainings_is(trainings: dict[str, Any]) -> None:
    async def get(path: str, params: object = None, *, base: str = "") -> Any:
        version = {"id": "a" * 64, "created_at": "2026-11-30T12:00:00Z"}
        return SimpleNamespace(data=trainings if path == TRAININGS else version)

    provider = ReplicateProvider(cast(APIService, SimpleNamespace(get=get)))
    assert (await provider.finetune(f"me/mine:{'a' * 64}")).name == "mine"
