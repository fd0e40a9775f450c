"""What is sent to Runware, field by field."""

from __future__ import annotations

import base64
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fluxtui.domain.errors import InvalidInput, PictureError
from fluxtui.providers.runware.generation import (
    RunwareFlux1DevLora,
    RunwareKlein9BBase,
    RunwareKlein9BBaseLora,
    RunwareKontext,
)
from fluxtui.providers.runware.tasks import task_id_of
from tests.providers.runware.conftest import JOB

if TYPE_CHECKING:
    from tests.providers.runware.conftest import Prepare

ENDING = {"numberResults": 1, "outputType": "URL", "deliveryMethod": "async", "includeCost": True}


async def test_the_least_that_is_sent(prepare: Prepare) -> None:
    body = (await prepare(RunwareKlein9BBase.checked({"prompt": "a fox"}))).body
    assert body == {
        "taskType": "imageInference",
        "taskUUID": task_id_of(JOB),
        "model": "runware:400@3",
        "positivePrompt": "a fox",
        "width": 1024,
        "height": 1024,
        "outputFormat": "PNG",
        **ENDING,
    }


async def test_all_that_can_be_sent(prepare: Prepare, picture: Path) -> None:
    values: dict[str, Any] = {
        "prompt": "a fox",
        "negative_prompt": "snow",
        "finetune_id": "me:fox@1",
        "finetune_strength": 0.8,
        "finetune_id_3": "civitai:1@2",
        "finetune_strength_3": -0.5,
        "input_image": str(picture),
        "input_image_3": "https://example.org/b.png",
        "width": 768,
        "height": 512,
        "seed": 7,
        "steps": 30,
        "guidance": 4.5,
        "acceleration": "high",
        "output_format": "WEBP",
    }
    body = (await prepare(RunwareKlein9BBaseLora.checked(values))).body
    assert body == {
        "taskType": "imageInference",
        "taskUUID": task_id_of(JOB),
        "model": "runware:400@3",
        "positivePrompt": "a fox",
        "negativePrompt": "snow",
        "width": 768,
        "height": 512,
        "seed": 7,
        "steps": 30,
        "CFGScale": 4.5,
        "acceleration": "high",
        "outputFormat": "WEBP",
        "lora": [{"model": "me:fox@1", "weight": 0.8}, {"model": "civitai:1@2", "weight": -0.5}],
        "inputs": {
            "referenceImages": [
                base64.b64encode(picture.read_bytes()).decode(),
                "https://example.org/b.png",
            ]
        },
        **ENDING,
    }


async def test_kontext_says_nothing_of_a_size(prepare: Prepare, picture: Path) -> None:
    body = (await prepare(RunwareKontext.checked({"prompt": "in snow", "input_image": str(picture)}))).body
    assert {"width", "height", "lora"}.isdisjoint(body)
    assert len(body["inputs"]["referenceImages"]) == 1


async def test_a_picture_that_is_gone_is_told_before_anything_is_sent(
    prepare: Prepare, tmp_path: Path
) -> None:
    request = RunwareKontext.checked({"prompt": "in snow", "input_image": str(tmp_path / "gone.png")})
    with pytest.raises(PictureError, match=r"no file 'gone.png' any more. Nothing was sent"):
        await prepare(request)


async def test_a_job_without_an_id_is_not_sent(prepare: Prepare) -> None:
    request = RunwareFlux1DevLora.checked({"prompt": "a fox", "finetune_id": "civitai:1@2"})
    with pytest.raises(InvalidInput, match="nothing was sent"):
        await prepare(request, "")


async def test_the_body_does_not_show_itself(prepare: Prepare) -> None:
    prepared = await prepare(RunwareKlein9BBase.checked({"prompt": "a fox"}))
    assert "taskUUID" not in repr(prepared)


def test_a_job_has_one_task_id_of_version_4_for_ever() -> None:
    known = uuid.UUID(task_id_of(JOB))
    assert (known.version, known.variant) == (4, uuid.RFC_4122)
    assert str(known) == task_id_of(JOB) == "6dd7f0d1-e8bd-4dfb-b7c4-918569628ba3"
    assert task_id_of(JOB) != task_id_of(JOB[:-1])
