"""The Atelier's own side: a small HTTP server on loopback that takes orders, paints and trains."""

from __future__ import annotations

import contextlib
import hashlib
import io
import socket
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fluxtui.simulator.core.weights import FLUX_2, lora_file
from fluxtui.simulator.painter.order import Order as Painting
from fluxtui.simulator.painter.paint import paint

PASS = "studio-pass-1"
TRAINER = "course"
PICTURE_USD = 0.05
_START_SECONDS = 10.0
_RANK = 4


@dataclass
class Order:
    """What was asked for, and when it was taken."""

    number: str
    asked: dict[str, Any]
    taken: datetime
    begun: float = field(default_factory=time.monotonic)
    stopped: bool = False

    @property
    def graduate(self) -> str | None:
        """The id of the finetune that it trains, if it does."""
        return f"graduate-{self.number}" if self.asked["what"] == TRAINER else None


@dataclass
class AtelierServer:
    """A running Atelier.

    Attributes:
        base_url: where it listens.
        seconds: how long an order takes.
        lost_answers: how many orders are taken from now on without the client getting to know.
        orders: all that were taken.
        files: what was handed in, by its hash.
        forgotten: finetunes that were deleted.
    """

    base_url: str = ""
    seconds: float = 0.1
    lost_answers: int = 0
    orders: dict[str, Order] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)

    def application(self) -> Starlette:
        """Return the HTTP side of it."""
        return Starlette(
            routes=[
                Route("/orders", self._take, methods=["POST"]),
                Route("/orders", self._list),
                Route("/orders/{number}", self._tell),
                Route("/orders/{number}/stop", self._stop, methods=["PUT"]),
                Route("/files/{name}", self._keep, methods=["PUT"]),
                Route("/shelf/{number}", self._deliver),
                Route("/graduates", self._graduates),
                Route("/graduates/{name}", self._graduate, methods=["GET", "DELETE"]),
                Route("/purse", self._purse),
                Route("/board", self._board),
            ]
        )

    async def _take(self, request: Request) -> Response:
        if not _is_known(request):
            return _unknown_pass()
        asked = await request.json()
        if fault := self._fault(asked):
            return JSONResponse({"why": fault}, 422)
        order = Order(str(len(self.orders) + 1), asked, datetime.now(UTC))
        self.orders[order.number] = order
        if self.lost_answers:
            self.lost_answers -= 1
            return JSONResponse({}, 502)
        return JSONResponse({"number": order.number})

    def _fault(self, asked: dict[str, Any]) -> str:
        if asked["what"] == TRAINER:
            content = self._file_at(asked.get("pictures"))
            return "" if content and zipfile.is_zipfile(io.BytesIO(content)) else "there are no pictures"
        finetune = asked.get("finetune_id")
        if asked["what"] == "mixed" and not self._file_at(finetune):
            return "there is no such file"
        if asked["what"] == "graduate" and finetune not in self._ready_graduates():
            return "nobody of that name graduated here"
        return ""

    def _file_at(self, url: object) -> bytes | None:
        return self.files.get(str(url).removeprefix(f"{self.base_url}/files/"))

    async def _list(self, request: Request) -> Response:
        if not _is_known(request):
            return _unknown_pass()
        told = [
            {"number": item.number, "asked": item.asked, "taken": item.taken.isoformat()}
            for item in self.orders.values()
        ]
        return JSONResponse({"orders": told})

    async def _tell(self, request: Request) -> Response:
        if not _is_known(request):
            return _unknown_pass()
        order = self.orders.get(request.path_params["number"])
        if order is None:
            return JSONResponse({"why": "there is no such order"}, 404)
        if order.stopped:
            return JSONResponse({"state": "stopped", "usd": 0.01})
        if not self._is_done(order):
            return JSONResponse({"state": "working", "diary": "stretching the canvas"})
        shelf = f"{self.base_url}/shelf/{order.number}"
        if order.graduate is None:
            return JSONResponse({"state": "done", "picture": shelf, "usd": PICTURE_USD})
        return JSONResponse({"state": "done", "weights": shelf, "graduate": order.graduate})

    def _is_done(self, order: Order) -> bool:
        return not order.stopped and time.monotonic() - order.begun >= self.seconds

    async def _stop(self, request: Request) -> Response:
        order = self.orders[request.path_params["number"]]
        if self._is_done(order):
            return JSONResponse({"stop": "late"})
        order.stopped = True
        return JSONResponse({"stop": "asked"})

    async def _keep(self, request: Request) -> Response:
        content = await request.body()
        name = request.path_params["name"]
        if "x-studio-pass" in request.headers or hashlib.sha256(content).hexdigest() != name:
            return JSONResponse({"why": "that is not the file"}, 400)
        self.files[name] = content
        return Response(status_code=201)

    async def _deliver(self, request: Request) -> Response:
        order = self.orders[request.path_params["number"]]
        if order.graduate is not None:
            return Response(
                lora_file(FLUX_2, order.number, rank=_RANK), media_type="application/octet-stream"
            )
        painting = Painting(
            endpoint=order.asked["what"],
            job=order.number,
            prompt=order.asked["prompt"],
            seed=order.asked.get("seed", 0),
            size=(256, 256),
        )
        return Response(paint(painting), media_type="image/jpeg")

    def _ready_graduates(self) -> list[str]:
        ready = (item.graduate for item in self.orders.values() if self._is_done(item))
        return [name for name in ready if name and name not in self.forgotten]

    async def _graduates(self, request: Request) -> Response:
        return JSONResponse({"graduates": self._ready_graduates()})

    async def _graduate(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._ready_graduates():
            return JSONResponse({"why": "nobody of that name graduated here"}, 404)
        if request.method == "DELETE":
            self.forgotten.add(name)
            return Response(status_code=204)
        order = self.orders[name.removeprefix("graduate-")]
        told = {"trigger_word": order.asked["trigger_word"], "made": order.taken.isoformat()}
        return JSONResponse(told)

    async def _purse(self, request: Request) -> Response:
        return JSONResponse({"usd": 12.5, "name": "a painter"}) if _is_known(request) else _unknown_pass()

    async def _board(self, request: Request) -> Response:
        return JSONResponse({"picture": PICTURE_USD})


def _is_known(request: Request) -> bool:
    return request.headers.get("x-studio-pass") == f"Pass {PASS}"


def _unknown_pass() -> Response:
    return JSONResponse({"why": "that pass is not known"}, 401)


@contextlib.contextmanager
def running_atelier() -> Iterator[AtelierServer]:
    """Run an Atelier in a thread of its own until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        # Else the body of an answer waits for the client to acknowledge its head.
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        atelier = AtelierServer(f"http://127.0.0.1:{bound.getsockname()[1]}")
        config = uvicorn.Config(
            atelier.application(), http="h11", ws="none", lifespan="off", log_config=None, access_log=False
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([bound],), name="atelier", daemon=True)
        thread.start()
        give_up = time.monotonic() + _START_SECONDS
        while not server.started and time.monotonic() < give_up:
            time.sleep(0.01)
        try:
            assert server.started, "the Atelier did not open"
            yield atelier
        finally:
            server.should_exit = True
            thread.join()
