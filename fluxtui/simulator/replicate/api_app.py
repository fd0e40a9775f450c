"""What answers on the API host, for members."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fluxtui.simulator.replicate.documents import account_document
from fluxtui.simulator.replicate.file_pages import file_routes
from fluxtui.simulator.replicate.hardware import OFFERED
from fluxtui.simulator.replicate.job_pages import job_routes
from fluxtui.simulator.replicate.keys import WEBHOOK_SECRET
from fluxtui.simulator.replicate.members import Member
from fluxtui.simulator.replicate.model_pages import model_routes
from fluxtui.simulator.replicate.problems import EXCEPTION_HANDLERS
from fluxtui.simulator.replicate.requests import counted
from fluxtui.simulator.replicate.service import ReplicateService


def api_app(service: ReplicateService) -> Starlette:
    """Build the application for the API port.

    It never opens a connection itself: webhooks are acknowledged but not called, and inputs are found only
    where the simulator has them.
    """
    routes = [
        Route("/v1/account", counted(service, _account)),
        Route("/v1/hardware", counted(service, _hardware)),
        Route("/v1/webhooks/default/secret", counted(service, _webhook_secret)),
        *model_routes(service),
        *job_routes(service),
        *file_routes(service),
    ]
    return Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS)


async def _account(_request: Request, member: Member) -> Response:
    return JSONResponse(account_document(member.key))


async def _hardware(_request: Request, _member: Member) -> Response:
    return JSONResponse([{"sku": hardware.sku, "name": hardware.name} for hardware in OFFERED])


async def _webhook_secret(_request: Request, _member: Member) -> Response:
    return JSONResponse({"key": WEBHOOK_SECRET})
