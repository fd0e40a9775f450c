"""What answers on fal's CDN: uploads and outputs, for anybody who has the address, and uploads to it.

Source: fal.ai documentation on media files, read 2026-11.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fluxtui.simulator.core.faults import EXPIRED, TRUNCATED_IMAGE, WEIGHTS_KINDS, WRONG_TYPE
from fluxtui.simulator.core.weights import spoilt
from fluxtui.simulator.fal.cdn_uploads import CdnTokens, CdnUploads
from fluxtui.simulator.fal.errors import EXCEPTION_HANDLERS, FalError, refused
from fluxtui.simulator.fal.jobs import FalJob
from fluxtui.simulator.fal.service import FalService

KEY_SENT = "An API key was sent to the CDN. Its files are public: fetch them without it."
_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "json": "application/json",
    "safetensors": "application/octet-stream",
}


def cdn_app(service: FalService, tokens: CdnTokens) -> Starlette:
    """Build the application for the CDN port."""
    routes = [*CdnUploads(service, tokens).routes(), Route("/files/{owner}/{name}", _Files(service).file)]
    return Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS)


class _Files:
    def __init__(self, service: FalService) -> None:
        self._service = service

    async def file(self, request: Request) -> Response:
        owner, name = request.path_params["owner"], request.path_params["name"]
        job = self._service.public_job(owner)
        if "authorization" in request.headers:
            self._service.note_violation(KEY_SENT, job)
            raise FalError(refused(400, KEY_SENT))
        content = await self._service.public_file(owner, name)
        if content is None or self._service.faults.take("delivery", (EXPIRED,)):
            raise FalError(refused(404, "Not Found"))
        if self._service.faults.take("delivery", (WRONG_TYPE,)):
            return Response("<html><body>Please sign in.</body></html>", media_type="text/html")
        if job is not None and request.method == "GET":
            await self._count(job)
        return Response(self._spoilt(name, content), media_type=self._type(owner, name))

    async def _count(self, job: FalJob) -> None:
        job.delivered += 1
        await self._service.save(job)

    def _spoilt(self, name: str, content: bytes) -> bytes:
        kinds = WEIGHTS_KINDS if name.endswith(".safetensors") else (TRUNCATED_IMAGE,)
        fault = self._service.faults.take("delivery", kinds)
        return content if fault is None else spoilt(fault.kind, content)

    def _type(self, owner: str, name: str) -> str:
        upload = self._service.uploads.known(owner)
        if upload is not None:
            return upload.content_type
        return _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
