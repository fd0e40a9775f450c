"""What answers on fal's platform API: which endpoints live, what they cost, what is left on the account.

Source: fal.ai platform API reference, read 2026-11; the shape of the balance from third-party clients.
The list of past requests is in `history`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fluxtui.simulator.core.accounts import Account
from fluxtui.simulator.core.faults import ABSURD, ABSURD_COST, LISTED_AT_ONCE, TENFOLD_PRICE, VAGUE_UNITS
from fluxtui.simulator.fal.catalogue import endpoints
from fluxtui.simulator.fal.endpoints import Generator, Trainer
from fluxtui.simulator.fal.errors import EXCEPTION_HANDLERS, FalError, platform_failure
from fluxtui.simulator.fal.history import RequestsError, past_requests
from fluxtui.simulator.fal.keys import authenticated
from fluxtui.simulator.fal.openapi import openapi_of
from fluxtui.simulator.fal.service import FalService

_PAGE = 50
_MOST_REQUESTS = 100
_MOST_EXPANDED = 10
_CREDITS = 100
_KINDS = {401: "authorization_error", 403: "permission_error"}


def platform_app(service: FalService) -> Starlette:
    """Build the application for the platform port."""
    pages = _Pages(service)
    routes = [
        Route("/v1/models", pages.models),
        Route("/v1/models/pricing", pages.pricing),
        Route("/v1/models/requests/by-endpoint", pages.requests),
        Route("/v1/account/billing", pages.billing),
    ]
    return Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS)


class _Pages:
    def __init__(self, service: FalService) -> None:
        self._service = service

    async def models(self, request: Request) -> Response:
        if "authorization" in request.headers:
            self._account(request)
        status = request.query_params.get("status")
        chosen = [each for each in _chosen(request) if status is None or each.status == status]
        rows = [_model(endpoint) for endpoint in chosen]
        if "openapi-3.0" in request.query_params.getlist("expand"):
            if len(chosen) > _MOST_EXPANDED:
                raise _refused(400, f"With expand at most {_MOST_EXPANDED} models can be asked for at once.")
            rows = [row | {"openapi": openapi_of(each)} for row, each in zip(rows, chosen, strict=True)]
        return _paged(request, "models", rows)

    async def pricing(self, request: Request) -> Response:
        self._account(request)
        rows = [_price(endpoint) for endpoint in _chosen(request)]
        fault = self._service.faults.take("manage", tuple(_FALSE_PRICES))
        if fault is not None:
            rows = [_FALSE_PRICES[fault.kind](row) for row in rows]
        return _paged(request, "prices", rows)

    async def requests(self, request: Request) -> Response:
        account, service = self._account(request), self._service
        service.settle()
        try:
            rows = past_requests(
                service.jobs_of(account.name),
                request.query_params,
                service.shared.clock(),
                unfinished=service.faults.take("manage", (LISTED_AT_ONCE,)) is not None,
            )
        except RequestsError as error:
            raise _refused(400, str(error)) from None
        return _paged(request, "items", rows, most=_MOST_REQUESTS)

    async def billing(self, request: Request) -> Response:
        account = self._account(request)
        if not account.key.admin:
            raise _refused(403, "This endpoint needs a key with Admin scope.")
        document: dict[str, Any] = {"username": account.name}
        if "credits" in request.query_params.getlist("expand"):
            balance = round(account.credits / _CREDITS, 6)
            document["credits"] = {"current_balance": balance, "currency": "USD"}
        return JSONResponse(document)

    def _account(self, request: Request) -> Account:
        try:
            return authenticated(self._service.accounts, request.headers.get("authorization"))
        except FalError as error:
            raise _refused(error.failure.status, error.failure.error) from None


_FALSE_PRICES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    ABSURD_COST: lambda row: row | {"unit_price": ABSURD},
    TENFOLD_PRICE: lambda row: row | {"unit_price": row["unit_price"] * 10},
    VAGUE_UNITS: lambda row: row | {"unit": "units"},
}
"""What the price list says in place of a row, by the fault."""


def _refused(status: int, message: str) -> FalError:
    return FalError(
        platform_failure(status, _KINDS.get(status, "validation_error"), message, str(uuid.uuid4()))
    )


def _chosen(request: Request) -> list[Trainer | Generator]:
    """Return the endpoints asked for, all where none is named; an unknown one is left out."""
    known, asked = endpoints(), request.query_params.getlist("endpoint_id")
    return [known[name] for name in asked if name in known] if asked else list(known.values())


def _model(endpoint: Trainer | Generator) -> dict[str, Any]:
    category = "training" if isinstance(endpoint, Trainer) else "text-to-image"
    if isinstance(endpoint, Generator) and endpoint.inputs:
        category = "image-to-image"
    metadata = {
        "display_name": endpoint.id.rpartition("/")[2],
        "category": category,
        "status": endpoint.status,
    }
    return {"endpoint_id": endpoint.id, "metadata": metadata}


def _price(endpoint: Trainer | Generator) -> dict[str, Any]:
    return {
        "endpoint_id": endpoint.id,
        "unit_price": endpoint.unit_price,
        "unit": endpoint.unit,
        "currency": "USD",
    }


def _paged(request: Request, name: str, rows: Sequence[dict[str, Any]], most: int = _PAGE) -> Response:
    limit, cursor = request.query_params.get("limit", str(_PAGE)), request.query_params.get("cursor", "0")
    if not (limit.isdecimal() and cursor.isdecimal() and 1 <= int(limit) <= most):
        raise _refused(400, f"The limit is a number from 1 to {most}, the cursor one that was given out.")
    begin, end = int(cursor), int(cursor) + int(limit)
    more = end < len(rows)
    return JSONResponse({name: rows[begin:end], "next_cursor": str(end) if more else None, "has_more": more})
