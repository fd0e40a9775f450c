"""What answers at the addresses that fal gives out for uploads: bytes in, without a key.

Source: fal's JavaScript client, `storage.ts` (2026-08), read 2026-11: a plain PUT, or parts below the same
address, numbered from 1, and `complete`.
"""

from __future__ import annotations

import hmac

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fluxtui.simulator.fal.errors import EXCEPTION_HANDLERS, FalError, gateway_failure, refused
from fluxtui.simulator.fal.files import PartsError, Upload
from fluxtui.simulator.fal.requests import json_object
from fluxtui.simulator.fal.service import FalService

KEY_SENT = (
    "An API key was sent to an upload address, which carries its own permission. Send the bytes without it."
)
_MOST_PARTS = 10_000


def upload_app(service: FalService) -> Starlette:
    """Build the application for the upload port."""
    pages = _Pages(service)
    file = "/uploads/{upload_id}/{name}"
    routes = [
        Route(file, pages.whole, methods=["PUT"]),
        Route(f"{file}/complete", pages.complete, methods=["POST"]),
        Route(f"{file}/{{number:int}}", pages.part, methods=["PUT"]),
    ]
    return Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS)


class _Pages:
    def __init__(self, service: FalService) -> None:
        self._service = service

    def _upload(self, request: Request, *, multipart: bool) -> Upload:
        if "authorization" in request.headers:
            self._service.note_violation(KEY_SENT, None)
            raise FalError(refused(400, KEY_SENT))
        upload = self._service.uploads.known(request.path_params["upload_id"])
        given = request.query_params.get("signature", "")
        if upload is None or not hmac.compare_digest(given.encode(), upload.token.encode()):
            raise FalError(refused(403, "The signature of the address is wrong."))
        if upload.multipart != multipart or upload.uploaded_at is not None:
            raise FalError(refused(400, "The address does not take this upload."))
        return upload

    async def whole(self, request: Request) -> Response:
        upload = self._upload(request, multipart=False)
        await self._service.uploads.take(upload, request, self._service.shared.clock())
        return Response()

    async def part(self, request: Request) -> Response:
        upload, number = self._upload(request, multipart=True), request.path_params["number"]
        if not 1 <= number <= _MOST_PARTS:
            raise FalError(refused(400, f"A part is numbered from 1 to {_MOST_PARTS}."))
        tag = await self._service.uploads.take_part(upload, number, request)
        return JSONResponse({"partNumber": number, "etag": tag}, headers={"ETag": tag})

    async def complete(self, request: Request) -> Response:
        upload = self._upload(request, multipart=True)
        parts = (await json_object(request)).get("parts")
        try:
            await self._service.uploads.join(
                upload, parts if isinstance(parts, list) else [], self._service.shared.clock()
            )
        except PartsError as error:
            raise FalError(gateway_failure(400, "bad_request", f"{error}.")) from None
        return JSONResponse({})
