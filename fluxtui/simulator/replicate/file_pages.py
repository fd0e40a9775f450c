"""Uploaded files over HTTP, without limits and their headers, as recorded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from fluxtui.simulator.replicate import problems
from fluxtui.simulator.replicate.documents import file_document
from fluxtui.simulator.replicate.members import Member
from fluxtui.simulator.replicate.multipart import Form, read_form
from fluxtui.simulator.replicate.paging import page_of
from fluxtui.simulator.replicate.requests import uncounted
from fluxtui.simulator.replicate.service import ReplicateService
from fluxtui.simulator.replicate.uploads import StoredFile

_LONGEST_NAME_BYTES = 255


def file_routes(service: ReplicateService) -> list[Route]:
    """Return the routes of uploads."""
    pages = _FilePages(service)
    return [
        Route("/v1/files", uncounted(service, pages.create), methods=["POST"]),
        Route("/v1/files", uncounted(service, pages.listed)),
        Route("/v1/files/{file_id}", uncounted(service, pages.get)),
        Route("/v1/files/{file_id}", uncounted(service, pages.delete), methods=["DELETE"]),
        Route("/v1/files/{file_id}/download", _download(service)),
    ]


class _FilePages:
    """The request handlers of one service."""

    def __init__(self, service: ReplicateService) -> None:
        self._service, self._uploads = service, service.uploads

    async def create(self, request: Request, member: Member) -> Response:
        file_id, contents = self._service.new_id(), self._uploads.contents
        try:
            kind = request.headers.get("content-type", "")
            form = await read_form(kind, request.stream(), contents.place(file_id))
            file = await self._stored(member, file_id, form)
        except BaseException:
            await asyncio.to_thread(contents.forget, file_id)
            raise
        await self._uploads.add(file)
        return JSONResponse(file_document(self._service, file), 201)

    async def _stored(self, member: Member, file_id: str, form: Form) -> StoredFile:
        if not form.received:
            raise problems.bad_request("Missing content")
        name = form.texts.get("filename") or form.filename
        if len(name.encode()) > _LONGEST_NAME_BYTES:
            raise problems.bad_request(f"A file's name has at most {_LONGEST_NAME_BYTES} bytes.")
        size, sha256, md5 = await asyncio.to_thread(self._uploads.contents.digests, file_id)
        return StoredFile(
            id=file_id,
            key_name=member.name,
            name=name,
            content_type=form.texts.get("type") or form.content_type,
            size=size,
            sha256=sha256,
            md5=md5,
            metadata=_metadata(form.texts.get("metadata")),
            created_at=self._service.clock(),
            number=self._uploads.next_number(),
        )

    async def listed(self, request: Request, member: Member) -> Response:
        url = f"{self._service.addresses['api']}/v1/files"
        files, query = self._uploads.of(member), dict(request.query_params)
        return JSONResponse(page_of(files, url, query, lambda file: file_document(self._service, file)))

    async def get(self, request: Request, member: Member) -> Response:
        file = self._uploads.file(member, request.path_params["file_id"])
        return JSONResponse(file_document(self._service, file))

    async def delete(self, request: Request, member: Member) -> Response:
        await self._service.delete_file(self._uploads.file(member, request.path_params["file_id"]))
        return PlainTextResponse("", 204)


def _download(service: ReplicateService) -> Callable[[Request], Awaitable[Response]]:
    async def download(request: Request) -> Response:
        query = request.query_params
        owner, expiry, signature = (query.get(name, "") for name in ("owner", "expiry", "signature"))
        file = service.uploads.signed(request.path_params["file_id"], owner, expiry, signature)
        place = service.uploads.contents.place(file.id)
        return FileResponse(place, media_type=file.content_type)

    return download


def _metadata(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise problems.bad_request("metadata is not a JSON object.")
    return found
