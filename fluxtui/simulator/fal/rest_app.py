"""What answers on fal's REST host: where to put a file, in one piece or in parts, and the CDN's tokens.

Source: fal's JavaScript client, `storage.ts` (2026-08) and fal-client 1.0.3, read 2026-11.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fluxtui.simulator.fal.cdn_uploads import CdnTokens
from fluxtui.simulator.fal.errors import EXCEPTION_HANDLERS, FalError, gateway_failure, input_failure, problem
from fluxtui.simulator.fal.keys import authenticated
from fluxtui.simulator.fal.lifecycle import asked_lifetime, obeyed_headers
from fluxtui.simulator.fal.requests import json_object
from fluxtui.simulator.fal.service import FalService

STORAGE_TYPES = ("fal-cdn-v3", "gcs")


def rest_app(service: FalService, tokens: CdnTokens) -> Starlette:
    """Build the application for the REST port."""
    pages = _Pages(service, tokens)
    routes = [
        Route("/storage/auth/token", pages.token, methods=["POST"]),
        Route("/storage/upload/initiate", pages.initiate, methods=["POST"]),
        Route("/storage/upload/initiate-multipart", pages.initiate_multipart, methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS)


class _Pages:
    def __init__(self, service: FalService, tokens: CdnTokens) -> None:
        self._service, self._tokens = service, tokens

    async def token(self, request: Request) -> Response:
        authenticated(self._service.accounts, request.headers.get("authorization"))
        if request.query_params.get("storage_type") != STORAGE_TYPES[0]:
            raise FalError(gateway_failure(400, "bad_request", "The storage type is not known."))
        return JSONResponse(self._tokens.given(self._service.addresses["cdn"]))

    async def initiate(self, request: Request) -> Response:
        return await self._begin(request, multipart=False)

    async def initiate_multipart(self, request: Request) -> Response:
        return await self._begin(request, multipart=True)

    async def _begin(self, request: Request, *, multipart: bool) -> Response:
        authenticated(self._service.accounts, request.headers.get("authorization"))
        if request.query_params.get("storage_type") not in STORAGE_TYPES:
            raise FalError(gateway_failure(400, "bad_request", "The storage type is not known."))
        body = await json_object(request)
        name, content_type = (_text(body, field) for field in ("file_name", "content_type"))
        lifetime = asked_lifetime(request.headers, obeyed_headers(self._service.faults, "upload"))
        upload = await self._service.uploads.begin(
            name.replace("/", "_"), content_type, lifetime, multipart=multipart
        )
        urls, file_name = self._service.addresses, quote(upload.name)
        query = urlencode({"signature": upload.token})
        return JSONResponse(
            {
                "upload_url": f"{urls['upload']}/uploads/{upload.id}/{file_name}?{query}",
                "file_url": f"{urls['cdn']}/files/{upload.id}/{file_name}",
            }
        )


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise FalError(input_failure([problem("missing", "Field required", name, given=body)]))
    return value
