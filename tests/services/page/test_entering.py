"""How browsers are let in: each by an address of its own, and nobody by accident."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import httpx
import pytest

from fluxtui.services.page import PageService
from fluxtui.services.page.http import PageRequest, Response
from fluxtui.services.page.site import MAX_BROWSERS, Site
from tests.services.page.test_page import Shelf, base_of


@pytest.fixture
async def page() -> AsyncIterator[PageService]:
    service = PageService(Shelf(3))
    await service.start(0)
    yield service
    await service.stop()


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


async def browser(page: PageService, stack: AsyncExitStack, **options: bool) -> httpx.AsyncClient:
    """Return a browser that has not been anywhere."""
    url = base_of(page)
    return await stack.enter_async_context(httpx.AsyncClient(base_url=url, trust_env=False, **options))  # type: ignore[arg-type]


async def test_an_address_is_for_the_first_browser_and_there_is_another_for_the_next(
    page: PageService, stack: AsyncExitStack
) -> None:
    first, second = [await browser(page, stack, follow_redirects=True) for _ in range(2)]
    used = page.url
    assert "3 pictures" in (await first.get(used)).text
    assert (page.url == used, page.browsers) == (False, 1)
    refused = await second.get(used)
    assert (refused.status_code, "opened in another browser" in refused.text) == (403, True)
    assert (await second.get("/")).status_code == 403
    assert "3 pictures" in (await second.get(page.url)).text
    assert (await first.get("/")).status_code == 200
    assert page.browsers == 2


async def test_the_browser_that_has_it_may_open_its_address_again(
    page: PageService, stack: AsyncExitStack
) -> None:
    one = await browser(page, stack, follow_redirects=True)
    used = page.url
    for _ in range(3):
        assert "3 pictures" in (await one.get(used)).text
    fresh = page.url
    assert "3 pictures" in (await one.get(fresh)).text
    assert (page.url, page.browsers) == (fresh, 1)


async def test_what_only_fetches_an_address_uses_nothing_up(page: PageService, stack: AsyncExitStack) -> None:
    url = page.url
    for method in ("GET", "HEAD", "GET"):
        preview = await browser(page, stack)
        assert (await preview.request(method, url)).status_code == 303
    assert (page.url, page.browsers) == (url, 0)
    owner = await browser(page, stack, follow_redirects=True)
    assert "3 pictures" in (await owner.get(url)).text


async def test_loading_twice_at_the_same_moment_locks_nobody_out(
    page: PageService, stack: AsyncExitStack
) -> None:
    """As a browser does that fetches what is being typed before Enter is pressed."""
    owner = await browser(page, stack)
    early, real = await asyncio.gather(owner.get(page.url), owner.get(page.url))
    cookies = [answer.headers["set-cookie"].partition(";")[0] for answer in (early, real)]
    owner.cookies.clear()
    for cookie in (*cookies, *reversed(cookies)):
        assert (await owner.get("/", headers={"Cookie": cookie})).status_code == 200
    assert page.browsers == 1


@pytest.mark.parametrize(("agent", "seconds"), [("curl", 0.0), ("Firefox", 60.0)])
async def test_who_fetched_the_address_before_is_not_let_in_later(agent: str, seconds: float) -> None:
    now = [0.0]
    site = Site(Shelf(3), clock=lambda: now[0])
    place = urlsplit(site.address).path

    async def fetched(path: str, agent: str, cookie: str = "") -> Response:
        headers = {"host": "127.0.0.1", "user-agent": agent, "cookie": cookie}
        return await site.answer(PageRequest("GET", path, headers))

    thief = (await fetched(site.address, agent)).headers["Set-Cookie"].partition(";")[0]
    now[0] += seconds
    owner = (await fetched(site.address, "Firefox")).headers["Set-Cookie"].partition(";")[0]
    assert (await fetched(place, "Firefox", owner)).status == 200
    assert (await fetched(place, "Firefox", thief)).status == 403
    assert (await fetched(place, "Firefox", owner)).status == 200
    assert site.browsers == 1


async def test_the_browser_let_in_first_gives_way_when_there_are_too_many(
    page: PageService, stack: AsyncExitStack
) -> None:
    browsers = [await browser(page, stack, follow_redirects=True) for _ in range(MAX_BROWSERS + 1)]
    for one in browsers:
        assert (await one.get(page.url)).status_code == 200
    assert [(await one.get("/")).status_code for one in browsers] == [403, *([200] * MAX_BROWSERS)]


async def test_those_who_show_the_address_are_told_of_the_next(
    page: PageService, stack: AsyncExitStack
) -> None:
    told: list[str] = []
    unwatch = page.watch(lambda: told.append(page.url))
    one, other = [await browser(page, stack, follow_redirects=True) for _ in range(2)]
    used = page.url
    await one.get(used)
    assert told == [page.url]
    assert used not in told
    unwatch()
    await other.get(page.url)
    assert len(told) == 1


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_another_page_may_link_here_but_not_use_it(
    page: PageService, stack: AsyncExitStack, site: str
) -> None:
    owner = await browser(page, stack, follow_redirects=True)
    await owner.get(page.url)
    used = await owner.get("/file/1", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"})
    assert (used.status_code, used.content == b"the file") == (403, False)
    followed = await owner.get("/", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"})
    assert followed.status_code == 200
    own = await owner.get("/file/1", headers={"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors"})
    assert own.content == b"the file"


async def test_the_cookie_is_sent_to_no_other_port_of_the_host(
    page: PageService, stack: AsyncExitStack
) -> None:
    """Browsers tell the ports of a host not apart, and another one may be another user's."""
    owner = await browser(page, stack, follow_redirects=True)
    await owner.get(page.url)
    place = urlsplit(page.url).path
    for port in (page.port, page.port + 1):
        other = "y" if place[-2] == "x" else "x"
        for path in ("/", "/picture/1", place.rstrip("/"), f"{place[:-2]}{other}/", f"/x{place}"):
            request = owner.build_request("GET", f"http://127.0.0.1:{port}{path}")
            assert "cookie" not in request.headers, path
    assert "cookie" in owner.build_request("GET", f"http://127.0.0.1:{page.port}{place}picture/1").headers


async def test_no_run_has_the_addresses_of_another(page: PageService) -> None:
    before = urlsplit(page.url)
    await page.stop()
    await page.start(0)
    after = urlsplit(page.url)
    assert (before.path == after.path, before.query == after.query) == (False, False)
