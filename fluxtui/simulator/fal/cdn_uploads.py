"""Uploads straight to fal's CDN, under a token that is got for the key: in one piece or in parts.

Source: fal-client 1.0.3 (`client.py`), read 2026-12. The token lives for a while and stands in the place of
the key, which is refused here. How long it lives is our reading.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fluxtui.simulator.fal.errors import FalError, gateway_failure, refused
from fluxtui.simulator.fal.files import PartsError, Upload
from fluxtui.simulator.fal.lifecycle import asked_lifetime, obeyed_headers
from fluxtui.simulator.fal.requests import json_object
from fluxtui.simulator.fal.service import FalService

KEY_SENT = "An API key was sent to the CDN, which takes a token of /storage/auth/token in its place."
_TOKEN_SECONDS = 3600.0
_MOST_PARTS = 10_000


class CdnTokens:
    """The tokens that were given out, with the moment (epoch seconds) at which each ends."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._ends: dict[str, float] = {}

    def given(self, base_url: str) -> dict[str, Any]:
        """Return a new token as the REST host tells it."""
        now = self._clock()
        self._ends = {token: ends for token, ends in self._ends.items() if ends > now}
        token = secrets.token_urlsafe(32)
        self._ends[token] = now + _TOKEN_SECONDS
        ends = datetime.fromtimestamp(self._ends[token], UTC).isoformat()
        return {"token": token, "token_type": "Bearer", "base_url": base_url, "expires_at": ends}

    def holds(self, header: str | None) -> bool:
        """Say whether an `Authorization` header carries a token that lives."""
        scheme, _, token = (header or "").partition(" ")
        return scheme == "Bearer" and self._ends.get(token, 0.0) > self._clock()


class CdnUploads:
    """The pages on the CDN port that take bytes in."""

    def __init__(self, service: FalService, tokens: CdnTokens) -> None:
        self._service, self._tokens = service, tokens

    def routes(self) -> list[Route]:
        """Return where they are."""
        part = "/files/{owner}/{name}/multipart/{upload_id}"
        return [
            Route("/files/upload", self.whole, methods=["POST"]),
            Route("/files/upload/multipart", self.begin, methods=["POST"]),
            Route(f"{part}/complete", self.complete, methods=["POST"]),
            Route(f"{part}/{{number:int}}", self.part, methods=["PUT"]),
        ]

    def _check_token(self, request: Request) -> None:
        header = request.headers.get("authorization", "")
        if header.startswith("Key "):
            self._service.note_violation(KEY_SENT, None)
            raise FalError(refused(400, KEY_SENT))
        if not self._tokens.holds(header):
            raise FalError(refused(401, "The token is unknown or has expired."))

    async def _new(self, request: Request, *, multipart: bool) -> Upload:
        self._check_token(request)
        name = request.headers.get("x-fal-file-name") or "upload.bin"
        content_type = request.headers.get("content-type") or "application/octet-stream"
        lifetime = asked_lifetime(request.headers, obeyed_headers(self._service.faults, "upload"))
        return await self._service.uploads.begin(
            name.replace("/", "_"), content_type, lifetime, multipart=multipart
        )

    def _address(self, upload: Upload) -> str:
        return f"{self._service.addresses['cdn']}/files/{upload.id}/{quote(upload.name)}"

    async def whole(self, request: Request) -> Response:
        """Take a file in one piece."""
        upload = await self._new(request, multipart=False)
        await self._service.uploads.take(upload, request, self._service.shared.clock())
        return JSONResponse({"access_url": self._address(upload)})

    async def begin(self, request: Request) -> Response:
        """Make room for a file that comes in parts."""
        upload = await self._new(request, multipart=True)
        return JSONResponse({"access_url": self._address(upload), "uploadId": upload.id})

    def _begun(self, request: Request) -> Upload:
        self._check_token(request)
        named = {request.path_params["owner"], request.path_params["upload_id"]}
        upload = self._service.uploads.known(request.path_params["upload_id"])
        if upload is None or len(named) != 1 or not upload.multipart or upload.uploaded_at is not None:
            raise FalError(refused(404, "There is no such upload."))
        return upload

    async def part(self, request: Request) -> Response:
        """Take one part."""
        upload, number = self._begun(request), request.path_params["number"]
        if not 1 <= number <= _MOST_PARTS:
            raise FalError(refused(400, f"A part is numbered from 1 to {_MOST_PARTS}."))
        tag = await self._service.uploads.take_part(upload, number, request)
        return Response(headers={"ETag": tag})

    async def complete(self, request: Request) -> Response:
        """Make the file of its parts; they may be named in any order, since clients send several at once."""
        upload = self._begun(request)
        given = (await json_object(request)).get("parts")
        named = [part for part in given if isinstance(part, dict)] if isinstance(given, list) else []
        parts = sorted(named, key=lambda part: str(part.get("partNumber")).zfill(9))
        try:
            await self._service.uploads.join(upload, parts, self._service.shared.clock())
        except PartsError as error:
            raise FalError(gateway_failure(400, "bad_request", f"{error}.")) from None
        return JSONResponse({"access_url": self._address(upload)})
