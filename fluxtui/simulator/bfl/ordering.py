"""Turns an accepted task into an order for the painter."""

from __future__ import annotations

from collections.abc import Mapping

from fluxtui.simulator.bfl.endpoints import endpoints
from fluxtui.simulator.bfl.finetunes import Finetune
from fluxtui.simulator.bfl.tasks import Task
from fluxtui.simulator.painter.order import Order
from fluxtui.simulator.painter.samples import sample_pieces

_UNTITLED = ""


def order_of(task: Task, finetune: Finetune | None, blobs: Mapping[str, bytes]) -> Order:
    """Return the order for `task`; `blobs` holds its input pictures, `finetune` what it generates with."""
    endpoint = endpoints()[task.endpoint]
    if task.size is None:
        raise ValueError(f"Task {task.id} makes no picture.")
    return Order(
        endpoint=task.endpoint,
        job=endpoint.job,
        prompt=task.parameters.get("prompt") or _UNTITLED,
        seed=task.seed,
        size=task.size,
        format_name=task.parameters.get("output_format") or endpoint.default_format,
        parameters=task.parameters,
        inputs={name: blobs[name] for name in task.input_names if name in blobs},
        pieces=_pieces(finetune),
        strength=float(task.parameters.get("finetune_strength") or 0.0),
    )


def _pieces(finetune: Finetune | None) -> tuple[bytes, ...]:
    if finetune is None:
        return ()
    return finetune.pieces or sample_pieces(finetune.id)
