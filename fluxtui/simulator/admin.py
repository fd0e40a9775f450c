"""Paths under /simulator, which the real service does not have: the ledger, faults, reset.

No key of a service is needed. Those of a private simulator want its admin key, except for the proof of who
it is.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, cast, get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fluxtui.simulator.bfl.finetunes import LORA_NAME, Finetune, FinetuneKind
from fluxtui.simulator.core import answers
from fluxtui.simulator.core.bodies import json_object
from fluxtui.simulator.core.faults import fault_from_document
from fluxtui.simulator.simulation import Simulation

ADMIN_HEADER = "x-simulator-key"
_MOST_NONCE = 200

ADMIN_PATHS = {
    "GET /simulator/ledger": "what was accepted and billed",
    "GET /simulator/violations": "what a careful client never does",
    "GET /simulator/faults": "the faults in force",
    "POST /simulator/faults": '{"kind", "count", "rate", "where", "seconds", "service"}: misbehave',
    "DELETE /simulator/faults": "behave again",
    "POST /simulator/finetunes": '{"finetune_id", "region", "kind", "comment"}: a finetune from elsewhere',
    "POST /simulator/reset": "forget everything",
    "GET /simulator/health": "the state in numbers; ?nonce= proves who answers",
}


def admin_routes(simulation: Simulation) -> list[Route]:
    """Return the routes under /simulator, which concern all services."""
    admin = _Admin(simulation)
    return [
        Route("/simulator/ledger", admin.only(admin.ledger)),
        Route("/simulator/violations", admin.only(admin.violations)),
        Route("/simulator/faults", admin.only(admin.faults), methods=["GET", "POST", "DELETE"]),
        Route("/simulator/finetunes", admin.only(admin.add_finetune), methods=["POST"]),
        Route("/simulator/reset", admin.only(admin.reset), methods=["POST"]),
        Route("/simulator/health", admin.health),
    ]


class _Admin:
    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._service = simulation.bfl

    def _may(self, request: Request) -> bool:
        right, given = self._simulation.keyring.admin_key, request.headers.get(ADMIN_HEADER, "")
        return hmac.compare_digest(given.encode(), right.encode()) if right else True

    def only(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Any]:
        """Let `handler` answer those alone who have the admin key, where there is one."""

        async def guarded(request: Request) -> Response:
            if not self._may(request):
                raise answers.AnswerError(403, f"This simulator wants its admin key in {ADMIN_HEADER}.")
            return await handler(request)

        return guarded

    async def ledger(self, _request: Request) -> Response:
        return JSONResponse(self._simulation.ledger())

    async def violations(self, _request: Request) -> Response:
        return JSONResponse(self._simulation.violations())

    async def faults(self, request: Request) -> Response:
        if request.method == "POST":
            document = await json_object(request)
            try:
                self._simulation.faults.add(fault_from_document(document))
            except ValueError as error:
                raise answers.AnswerError(400, str(error)) from None
        elif request.method == "DELETE":
            self._simulation.faults.clear()
        return JSONResponse(self._simulation.faults.listed())

    async def add_finetune(self, request: Request) -> Response:
        finetune = self._from_elsewhere(await json_object(request))
        await self._service.add_finetune(finetune)
        return JSONResponse({"finetune_id": finetune.id})

    def _from_elsewhere(self, document: dict[str, Any]) -> Finetune:
        name = str(document.get("finetune_id") or uuid.uuid4())
        kind = document.get("kind") or "flux-1"
        if kind not in get_args(FinetuneKind):
            raise answers.AnswerError(400, "The kind of a finetune is flux-1 or klein.")
        if not LORA_NAME.fullmatch(name):
            raise answers.AnswerError(
                400, "A finetune's name has lowercase letters, digits, - and _, or is org-id/name."
            )
        owner = "" if "/" in name else self._service.accounts.named("valid").name
        region = str(document.get("region") or self._service.settings.region)
        details = {"finetune_comment": str(document.get("comment") or name), "trigger_word": "TOK"}
        return Finetune(name, owner, region, cast(FinetuneKind, kind), details, 0.0, 0.0)

    async def reset(self, _request: Request) -> Response:
        await self._simulation.reset()
        return JSONResponse({"status": "reset"})

    async def health(self, request: Request) -> Response:
        service = self._service
        nonce = request.query_params.get("nonce", "")[:_MOST_NONCE]
        proven = {"status": "ok", "proof": self._simulation.proof(nonce)}
        if not self._may(request):
            return JSONResponse(proven)
        return JSONResponse(
            proven
            | {
                "mode": service.settings.mode,
                "region": service.settings.region,
                "active_tasks": self._simulation.active_tasks(),
                "tasks": len(service.tasks),
                "finetunes": len(service.finetunes),
                "credits": service.accounts.balances(),
                "urls": {
                    "submit": service.addresses.submit,
                    "polling": service.addresses.polling,
                    "delivery": service.addresses.delivery,
                },
                "services": {
                    name: {"urls": urls, "credits": self._simulation.balances()[name]}
                    for name, urls in self._simulation.urls().items()
                },
            }
        )
