"""What fal's platform tells: prices, which endpoints it offers, and what is left on the account.

Source: fal.ai platform API reference, read 2026-11; the shape of the balance from clients of third parties.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from fluxtui.api.limits import DOCUMENT_BYTES
from fluxtui.api.service import APIService
from fluxtui.domain.errors import NotFound, NotPermitted, Refused, UnexpectedAnswer
from fluxtui.domain.money import UnitPrice, as_balance, credits
from fluxtui.providers.base import Account
from fluxtui.providers.fal.prices import told_prices
from fluxtui.providers.published import TODAY, PublishedEndpoint, reduced
from fluxtui.providers.reading import as_identifier, as_mapping, as_number, as_text
from fluxtui.system.clock import utc_now

_AT_ONCE = 25
_EXPANDED_AT_ONCE = 10
_EXPANDED = (("expand", "openapi-3.0"),)
"""Asks for the OpenAPI document of each, of at most ten at once (seen in clients, 2026-10)."""
_MOST_PAGES = 10
_CURSOR_LENGTH = 2_000
_MODELS, _PRICES, _BILLING = "/v1/models", "/v1/models/pricing", "/v1/account/billing"


async def prices(api: APIService, endpoint_ids: Sequence[str]) -> dict[str, UnitPrice]:
    """Return what endpoints cost now; those that fal does not know are left out."""
    today = utc_now().date().isoformat()
    found: dict[str, UnitPrice] = {}
    for page in await _asked(api, _PRICES, endpoint_ids):
        found |= told_prices(page, today)
    return {name: price for name, price in found.items() if name in endpoint_ids}


async def serving(api: APIService, endpoint_ids: Sequence[str]) -> dict[str, bool]:
    """Return whether each endpoint is offered now; one that fal does not know is not."""
    offered = {name for page in await _asked(api, _MODELS, endpoint_ids) for name in _active(page)}
    return {name: name in offered for name in endpoint_ids}


async def published(api: APIService, endpoint_ids: Sequence[str]) -> dict[str, PublishedEndpoint]:
    """Return what the OpenAPI documents of endpoints say of their input; those without are left out."""
    pages = await _asked(api, _MODELS, endpoint_ids, most=_EXPANDED_AT_ONCE, more=_EXPANDED)
    found = dict(entry for page in pages for entry in _documents(page))
    return {name: each for name, each in found.items() if name in endpoint_ids}


def _documents(page: Any) -> Iterable[tuple[str, PublishedEndpoint]]:
    rows = as_mapping(page).get("models")
    for row in map(as_mapping, rows if isinstance(rows, list) else []):
        name, document = row.get("endpoint_id"), as_mapping(row.get("openapi"))
        schema = _input_schema(document, f"/{name}")
        if isinstance(name, str) and schema is not None:
            yield name, PublishedEndpoint(reduced(schema, document), _MODELS, TODAY)


def _input_schema(document: Mapping[str, Any], path: str) -> Any:
    post = as_mapping(as_mapping(as_mapping(document.get("paths")).get(path)).get("post"))
    content = as_mapping(as_mapping(post.get("requestBody")).get("content"))
    return as_mapping(content.get("application/json")).get("schema")


def _active(page: Any) -> Iterable[str]:
    rows = as_mapping(page).get("models")
    for row in map(as_mapping, rows if isinstance(rows, list) else []):
        name, about = row.get("endpoint_id"), as_mapping(row.get("metadata"))
        status = about.get("status", row.get("status", "active"))
        if isinstance(name, str) and status == "active":
            yield name


async def _asked(
    api: APIService,
    path: str,
    endpoint_ids: Sequence[str],
    *,
    most: int = _AT_ONCE,
    more: Sequence[tuple[str, str]] = (),
) -> list[Any]:
    """Return all pages about some endpoints; where fal refuses the list, each is asked for by itself."""
    pages: list[Any] = []
    for begin in range(0, len(endpoint_ids), most):
        names = endpoint_ids[begin : begin + most]
        try:
            pages += await pages_of(api, path, [*_naming(names), *more])
        except (NotFound, Refused):
            for name in names if len(names) > 1 else ():
                pages += await _asked(api, path, [name], more=more)
    return pages


def _naming(endpoint_ids: Sequence[str]) -> list[tuple[str, str]]:
    return [("endpoint_id", name) for name in endpoint_ids]


async def pages_of(
    api: APIService, path: str, query: Sequence[tuple[str, str]], *, most: int = _MOST_PAGES
) -> list[Mapping[str, Any]]:
    """Return the pages of one of the platform's lists.

    Args:
        api: of the profile.
        path: of the list.
        query: its parameters; a name may come more than once.
        most: pages.

    Raises:
        UnexpectedAnswer: a page leads back to an earlier one.
    """
    pages: list[Mapping[str, Any]] = []
    cursor: str | None = None
    seen: set[str] = set()
    while len(pages) < most:
        # A mapping of parameters could not name an endpoint after another.
        full = urlencode([*query, *([("cursor", cursor)] if cursor else [])])
        answer = await api.get(f"{path}?{full}", base="platform", longest=DOCUMENT_BYTES)
        page = as_mapping(answer.data)
        pages.append(page)
        cursor = (
            as_identifier(page.get("next_cursor"), _CURSOR_LENGTH) if page.get("has_more") is True else None
        )
        if cursor is None:
            break
        if cursor in seen:
            raise UnexpectedAnswer("fal's list leads back to a page that was read already.")
        seen.add(cursor)
    return pages


async def account(api: APIService) -> Account:
    """Return what is left on the account, where the key may know that: it needs Admin scope."""
    try:
        answer = await api.get(_BILLING, {"expand": "credits"}, base="platform")
    except (NotPermitted, NotFound):
        return Account()
    told = as_mapping(answer.data)
    left: Mapping[str, Any] = as_mapping(told.get("credits"))
    told_balance = as_number(left.get("current_balance"))
    balance = None if told_balance is None else as_balance(credits(told_balance))
    in_usd = str(left.get("currency", "USD")).upper() == "USD"
    return Account(
        balance=balance if in_usd else None,
        name=as_text(told.get("username"), limit=80) or "",
    )


async def check_key(api: APIService, endpoint_id: str) -> Account:
    """Check the key without cost by asking for a price, which any key may. Raises `NotAuthenticated`."""
    await pages_of(api, _PRICES, _naming([endpoint_id]))
    return await account(api)
