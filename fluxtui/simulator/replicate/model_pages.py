"""Models and versions over HTTP."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from fluxtui.simulator.replicate import problems
from fluxtui.simulator.replicate.catalogue import BuiltIn
from fluxtui.simulator.replicate.documents import model_document, version_document, version_documents
from fluxtui.simulator.replicate.hardware import OFFERED
from fluxtui.simulator.replicate.members import Member
from fluxtui.simulator.replicate.models import CHANGEABLE, MODEL_NAME, VISIBILITIES, Model
from fluxtui.simulator.replicate.requests import counted, json_body
from fluxtui.simulator.replicate.service import ReplicateService
from fluxtui.simulator.replicate.validation import Flaw, check_body, refusal

_REQUIRED = ("owner", "name", "visibility", "hardware")


def model_routes(service: ReplicateService) -> list[Route]:
    """Return the routes of models and versions."""
    pages = _ModelPages(service)
    model = "/v1/models/{owner}/{name}"
    versions, version = f"{model}/versions", f"{model}/versions/{{version}}"
    return [
        Route("/v1/models", counted(service, pages.create), methods=["POST"]),
        Route("/v1/models", counted(service, pages.public)),
        Route(model, counted(service, pages.get)),
        Route(model, counted(service, pages.change), methods=["PATCH"]),
        Route(model, counted(service, pages.delete), methods=["DELETE"]),
        Route(versions, counted(service, pages.versions)),
        Route(version, counted(service, pages.version)),
        Route(version, counted(service, pages.delete_version), methods=["DELETE"]),
    ]


class _ModelPages:
    """The request handlers of one service."""

    def __init__(self, service: ReplicateService) -> None:
        self._service, self._library = service, service.library

    async def create(self, request: Request, member: Member) -> Response:
        body = await json_body(request)
        check_body(body, _REQUIRED)
        flaws = _model_flaws(body)
        if flaws:
            raise refusal(flaws)
        if body["owner"] != member.username:
            raise problems.ProblemError(403, "You cannot create a model for this owner.")
        model = Model(
            body["owner"],
            body["name"],
            body["visibility"],
            body["hardware"],
            self._service.clock(),
            {name: body.get(name) for name in CHANGEABLE},
        )
        if model.full_name in self._library.models:
            raise problems.conflict("A model with that name and owner already exists.")
        await self._library.save(model)
        return JSONResponse(model_document(self._service, model), 201)

    async def public(self, _request: Request, _member: Member) -> Response:
        listed = [model_document(self._service, model) for model in self._library.public()]
        return JSONResponse({"previous": None, "next": None, "results": listed})

    async def get(self, request: Request, member: Member) -> Response:
        model = self._library.visible(member, _name(request))
        return JSONResponse(model_document(self._service, model))

    async def change(self, request: Request, member: Member) -> Response:
        model = self._library.own(member, _name(request))
        body = await json_body(request)
        check_body(body, (), CHANGEABLE)
        model.texts |= body
        await self._library.save(model)
        return JSONResponse(model_document(self._service, model))

    async def delete(self, request: Request, member: Member) -> Response:
        await self._service.delete_model(self._library.own(member, _name(request)))
        return PlainTextResponse("", 204)

    async def versions(self, request: Request, member: Member) -> Response:
        listed = version_documents(self._service, self._library.visible(member, _name(request)))
        return JSONResponse({"previous": None, "next": None, "results": listed})

    async def version(self, request: Request, member: Member) -> Response:
        found = self._library.version(member, _name(request), request.path_params["version"])
        return JSONResponse(version_document(found))

    async def delete_version(self, request: Request, member: Member) -> Response:
        model = self._library.own(member, _name(request))
        found = self._library.version(member, model.full_name, request.path_params["version"])
        if isinstance(found, BuiltIn) or model.visibility != "private":
            raise problems.ProblemError(403, "Only versions of private models can be deleted.")
        await self._library.retire(found)
        return PlainTextResponse("", 202)


def _name(request: Request) -> str:
    return f"{request.path_params['owner']}/{request.path_params['name']}"


def _model_flaws(body: dict[str, Any]) -> list[Flaw]:
    flaws = []
    if not isinstance(body["name"], str) or not MODEL_NAME.fullmatch(body["name"]):
        flaws.append(Flaw("pattern", "name", "Lowercase letters, digits, - and _ make a model's name"))
    if body["visibility"] not in VISIBILITIES:
        flaws.append(Flaw("enum", "visibility", "visibility must be private or public"))
    if body["hardware"] not in [hardware.sku for hardware in OFFERED]:
        flaws.append(Flaw("enum", "hardware", "hardware must be one of GET /v1/hardware"))
    return flaws
