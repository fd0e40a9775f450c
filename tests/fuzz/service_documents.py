"""What the services answer where nothing is wrong, and how each of them says that something is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.fuzz.shapes import SIGNATURE

HASH = "b" * 64
PICTURE = f"https://delivery.example/picture.png?sig={SIGNATURE}"
WEIGHTS = "https://v3.fal.media/files/lora.safetensors"
TAR = f"https://replicate.delivery/trained.tar?sig={SIGNATURE}"
_WHEN = "2026-11-30T12:00:00.000000Z"

Rule = tuple[str, str, Any]
"""A method, a regular expression for the path, and what is answered there."""

_FAL_URLS = {
    "status_url": "https://queue.fal.run/fal-ai/flux-2/requests/id-1/status",
    "response_url": "https://queue.fal.run/fal-ai/flux-2/requests/id-1",
    "cancel_url": "https://queue.fal.run/fal-ai/flux-2/requests/id-1/cancel",
}
_REPLICATE_TASK = {
    "id": "task1",
    "model": "black-forest-labs/flux-dev-lora",
    "version": HASH,
    "input": {"prompt": "a fox", "input_images": "https://api.replicate.com/v1/files/f1", "steps": 100},
    "logs": "Using seed: 7\r 10%|#         | 10/100\r 50%|#####     | 50/100",
    "error": None,
    "status": "succeeded",
    "created_at": _WHEN,
    "started_at": _WHEN,
    "completed_at": _WHEN,
    "data_removed": False,
    "metrics": {"predict_time": 7.5, "total_time": 9.0},
    "output": [PICTURE],
    "urls": {"get": "https://api.replicate.com/v1/predictions/task1"},
}
_REPLICATE_TRAINING = _REPLICATE_TASK | {
    "model": "ostris/flux-dev-lora-trainer",
    "output": {"version": f"someone/fox:{HASH}", "weights": TAR},
}
_MODEL = {
    "owner": "someone",
    "name": "fox",
    "description": "Fox (trained with FluxTUI)",
    "visibility": "private",
    "latest_version": {
        "id": HASH,
        "created_at": _WHEN,
        "openapi_schema": {
            "components": {"schemas": {"TrainingInput": {"properties": {"steps": {"type": "integer"}}}}}
        },
    },
}

ANSWERS: Mapping[str, tuple[Rule, ...]] = {
    "bfl": (
        ("GET", r"/v1/credits", {"credits": 123.45}),
        ("GET", r"/v1/my_finetunes", {"finetunes": ["fox-1", {"finetune_id": "fox-2"}]}),
        (
            "GET",
            r"/v1/finetune_details",
            {
                "finetune_details": {
                    "finetune_comment": "Fox",
                    "trigger_word": "TOK",
                    "mode": "character",
                    "finetune_type": "lora",
                    "lora_rank": 16,
                    "iterations": 300,
                    "learning_rate": 0.0001,
                    "priority": "quality",
                    "captioning": True,
                    "timestamp": _WHEN,
                }
            },
        ),
        ("POST", r"/v1/delete_finetune", {"status": "success", "message": "The finetune is gone."}),
        (
            "GET",
            r".*/get_result",
            {
                "id": "id-1",
                "status": "Ready",
                "progress": 0.5,
                "details": {"Moderation Reasons": ["Derivative Works Filter"]},
                "cost": 4.0,
                "result": {"sample": PICTURE, "prompt": "a fox", "seed": 7, "duration": 3.5},
            },
        ),
        (
            "POST",
            r"/v1/.*",
            {
                "id": "id-1",
                "finetune_id": "id-1",
                "polling_url": "https://api.eu4.bfl.ai/v1/get_result?id=id-1",
                "cost": 4.0,
            },
        ),
    ),
    "fal": (
        (
            "POST",
            r"/storage/upload/initiate.*",
            {"upload_url": f"https://v3.fal.media/put?sig={SIGNATURE}", "file_url": "https://v3.fal.media/a"},
        ),
        ("PUT", r".*/cancel", {"status": "CANCELLATION_REQUESTED"}),
        ("PUT", r".*", {"etag": "e1"}),
        (
            "GET",
            r".*/status",
            {
                "status": "COMPLETED",
                "queue_position": 3,
                "logs": [{"message": " 50%|#####     | 50/100", "level": "INFO", "timestamp": _WHEN}],
                "metrics": {"inference_time": 3.5},
            },
        ),
        (
            "GET",
            r".*/requests/by-endpoint",
            {
                "items": [
                    {
                        "request_id": "id-1",
                        "endpoint_id": "fal-ai/flux-2/klein/9b/lora",
                        "sent_at": _WHEN,
                        "json_input": {"prompt": "a fox", "loras": []},
                    }
                ],
                "has_more": True,
                "next_cursor": "more",
            },
        ),
        (
            "GET",
            r"/v1/models/pricing",
            {
                "prices": [
                    {
                        "endpoint_id": "fal-ai/flux-2/klein/9b/lora",
                        "unit_price": 0.011,
                        "unit": "megapixels",
                        "currency": "USD",
                    }
                ],
                "has_more": False,
                "next_cursor": None,
            },
        ),
        (
            "GET",
            r"/v1/models",
            {
                "models": [{"endpoint_id": "fal-ai/flux-2-trainer", "metadata": {"status": "active"}}],
                "has_more": False,
            },
        ),
        (
            "GET",
            r"/v1/account/billing",
            {"username": "someone", "credits": {"current_balance": 12.5, "currency": "USD"}},
        ),
        (
            "GET",
            r".*/requests/.*",
            {
                "images": [{"url": PICTURE, "width": 1024, "height": 1024, "content_type": "image/png"}],
                "seed": 7,
                "prompt": "a fox",
                "has_nsfw_concepts": [False],
                "diffusers_lora_file": {"url": WEIGHTS, "file_size": 1000, "file_name": "lora.safetensors"},
                "config_file": {"url": "https://v3.fal.media/config.json"},
            },
        ),
        ("POST", r"/.*", {"request_id": "id-1", "queue_position": 0, **_FAL_URLS}),
    ),
    "replicate": (
        ("GET", r"/v1/account", {"type": "user", "username": "someone", "name": "Some One"}),
        ("GET", r"/v1/hardware", [{"name": "CPU", "sku": "cpu"}, {"name": "H100", "sku": "gpu-h100"}]),
        ("GET", r"/v1/files/.*", {"id": "f1", "name": "fox-pictures.zip"}),
        (
            "POST",
            r"/v1/files",
            {"id": "f1", "urls": {"get": "https://api.replicate.com/v1/files/f1"}, "expires_at": _WHEN},
        ),
        ("POST", r"/v1/models", _MODEL),
        (
            "GET",
            r"/v1/models/[^/]+/[^/]+/versions",
            {"results": [{"id": HASH, "created_at": _WHEN}], "next": None},
        ),
        ("GET", r"/v1/models/[^/]+/[^/]+/versions/.*", {"id": HASH, "created_at": _WHEN}),
        ("GET", r"/v1/models/.*", _MODEL),
        (
            "GET",
            r"/v1/predictions",
            {"results": [_REPLICATE_TASK], "next": "https://api.replicate.com/v1/predictions?cursor=c1"},
        ),
        (
            "GET",
            r"/v1/trainings",
            {"results": [_REPLICATE_TRAINING], "next": "https://api.replicate.com/v1/trainings?cursor=c1"},
        ),
        ("GET", r"/v1/predictions/.*", _REPLICATE_TASK),
        ("GET", r"/v1/trainings/.*", _REPLICATE_TRAINING),
        ("POST", r".*/cancel", _REPLICATE_TASK | {"status": "canceled"}),
        ("POST", r".*", _REPLICATE_TASK | {"status": "starting", "output": None}),
        ("DELETE", r".*", None),
    ),
}

FAILURES: tuple[tuple[int, Any], ...] = (
    (400, {"detail": "Bad request"}),
    (400, {"detail": f"The picture at {PICTURE} cannot be fetched"}),
    (422, {"detail": [{"loc": ["body", "image"], "msg": f"cannot fetch {PICTURE}", "type": "fetch"}]}),
    (500, {"error": {"type": "fetch", "message": f"{PICTURE} cannot be written"}}),
    (401, {"detail": "Not authenticated - Invalid Authentication"}),
    (402, {"detail": "Insufficient credits"}),
    (403, {"detail": "User is locked. Reason: Exhausted balance."}),
    (403, {"detail": "Not allowed"}),
    (404, {"detail": "Finetune not found"}),
    (404, {"detail": "Task not found", "status": "Task not found"}),
    (408, {}),
    (409, {"detail": "A model with that name exists"}),
    (413, None),
    (
        422,
        {"detail": [{"loc": ["body", "prompt"], "msg": "Field required", "type": "missing", "input": "x"}]},
    ),
    (
        422,
        {
            "detail": [
                {"loc": ["body"], "msg": "flagged", "type": "content_policy_violation", "ctx": {"a": 1}}
            ]
        },
    ),
    (
        422,
        {
            "title": "Input validation failed",
            "detail": "- input.steps is too large",
            "invalid_fields": [{"type": "too_big", "field": "input.steps", "description": "Must be less"}],
            "status": 422,
        },
    ),
    (429, {"detail": "Too many requests", "retry_after": 5}),
    (499, {"detail": "cancelled", "error_type": "client_cancelled"}),
    (500, {"status": "Error", "result": None}),
    (502, {"error": {"type": "internal_server_error", "message": "downstream"}}),
    (503, {"detail": "busy", "error_type": "runner_disconnected"}),
    (504, None),
    (529, {"error": "overloaded"}),
    (302, {"location": "x"}),
    (303, None),
    (307, None),
    (204, None),
    (206, {"status": "Ready"}),
    (299, {"status": "Pending"}),
    (300, None),
    (451, {"detail": "legal"}),
    (599, None),
)

_COMPILED = {
    provider: [(method, re.compile(path), document) for method, path, document in rules]
    for provider, rules in ANSWERS.items()
}


def document_for(provider: str, method: str, path: str) -> Any:
    """Return what a service answers to a request where nothing is wrong; an empty object for any other."""
    for wanted, pattern, document in _COMPILED[provider]:
        if method == wanted and pattern.fullmatch(path):
            return document
    return {}
