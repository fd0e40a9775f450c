"""Picture tasks: what is taken, what is told of them, and what a careful client never does."""

from __future__ import annotations

import base64
import io
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PIL import Image

from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.peeking import PEEKED_BYTES
from fluxtui.simulator.running import Simulator
from fluxtui.simulator.runware.keys import FORBIDDEN_KEY, POOR_KEY
from fluxtui.simulator.runware.tasks import ANSWER_SECONDS, PICTURE_SECONDS
from tests.simulator.runware.conftest import Ask, Paint, client_of, new_id, only_error, picture_task

KONTEXT = "runware:106@1"


def told(ask: Ask, task: dict[str, Any]) -> dict[str, Any]:
    (row,) = ask("getResponse", task["taskUUID"]).json()["data"]
    return dict(row)


@pytest.mark.parametrize(
    ("changes", "code", "parameter"),
    [
        ({"taskUUID": None}, "missingTaskUUID", "taskUUID"),
        ({"taskUUID": "fox"}, "invalidTaskUUID", "taskUUID"),
        ({"taskUUID": str(uuid.uuid1())}, "invalidTaskUUID", "taskUUID"),
        ({"taskUUID": str(uuid.uuid4()).upper()}, "invalidTaskUUID", "taskUUID"),
        ({"taskType": "imagePainting"}, "unsupportedTaskType", "taskType"),
        ({"model": None}, "missingModel", "model"),
        ({"model": "runware:9@9"}, "invalidModel", "model"),
        ({"positivePrompt": None}, "missingPositivePrompt", "positivePrompt"),
        ({"positivePrompt": "a"}, "invalidPositivePrompt", "positivePrompt"),
        ({"positivePrompt": "a" * 3001}, "invalidPositivePrompt", "positivePrompt"),
        ({"negativePrompt": 7}, "invalidNegativePrompt", "negativePrompt"),
        ({"width": None}, "missingWidth", "width"),
        ({"width": 520}, "invalidWidth", "width"),
        ({"height": 448}, "invalidHeight", "height"),
        ({"height": 2112}, "invalidHeight", "height"),
        ({"seed": 0}, "invalidSeed", "seed"),
        ({"seed": True}, "invalidSeed", "seed"),
        ({"steps": 2.5}, "invalidSteps", "steps"),
        ({"steps": 101}, "invalidSteps", "steps"),
        ({"CFGScale": 31}, "invalidCFGScale", "CFGScale"),
        ({"acceleration": "warp"}, "invalidAcceleration", "acceleration"),
        ({"outputFormat": "png"}, "invalidOutputFormat", "outputFormat"),
        ({"deliveryMethod": "later"}, "invalidDeliveryMethod", "deliveryMethod"),
        ({"includeCost": 1}, "invalidIncludeCost", "includeCost"),
        ({"numberResults": 21}, "invalidNumberResults", "numberResults"),
        ({"numberResults": 2, "seed": 7}, "unsupportedParameter", "seed"),
        ({"webhookURL": "https://example.org"}, "unsupportedParameter", "webhookURL"),
        ({"prompt": "a fox"}, "unsupportedParameter", "prompt"),
        ({"model": "runware:101@1", "acceleration": "low"}, "unsupportedParameter", "acceleration"),
        ({"lora": "x:y@1"}, "invalidLora", "lora"),
        ({"lora": [{"model": "civitai:1@2"}] * 6}, "invalidLora", "lora"),
        ({"lora": [{"model": "civitai:1@2", "scale": 1}]}, "invalidLora", "lora"),
        ({"lora": [{"model": "fox"}]}, "invalidLora", "lora.model"),
        ({"lora": [{"model": "civitai:1@2", "weight": 4.5}]}, "invalidLora", "lora.weight"),
        ({"lora": [{"model": "civitai:1@2", "weight": "1"}]}, "invalidLora", "lora.weight"),
        ({"lora": [{"model": "nobody:lora@1"}]}, "invalidLoraModel", "lora"),
        ({"lora": [{"model": "simstudio:ink@2"}]}, "invalidLoraModel", ["lora", "model"]),
        ({"inputs": []}, "invalidInputs", "inputs"),
        ({"inputs": {"seedImage": "x"}}, "unsupportedParameter", "inputs.seedImage"),
        ({"inputs": {"referenceImages": ["x"] * 5}}, "invalidInputs", "inputs.referenceImages"),
        ({"inputs": {"referenceImages": ["no picture"]}}, "invalidInputs", "inputs.referenceImages"),
        ({"inputs": {"referenceImages": [7]}}, "invalidInputs", "inputs.referenceImages"),
        (
            {"model": "runware:101@1", "inputs": {"referenceImages": ["x"]}},
            "unsupportedParameter",
            "inputs",
        ),
        ({"model": KONTEXT}, "missingInputs", "inputs.referenceImages"),
    ],
)
def test_wrong_tasks_are_refused_and_cost_nothing(
    changes: dict[str, Any], code: str, parameter: Any, api: httpx.Client, simulator: Simulator
) -> None:
    assert only_error(api.post("/v1", json=[picture_task(**changes)])) == (400, code, parameter)
    assert simulator.runware.ledger() == []


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b"{}", b"[]", b"[7]", b'"x"'])
def test_bodies_that_are_no_tasks(body: bytes, api: httpx.Client) -> None:
    assert api.post("/v1", content=body).status_code == 400


def test_there_is_one_path(api: httpx.Client) -> None:
    for method, path in (("GET", "/v1"), ("POST", "/v2"), ("GET", "/")):
        answer = api.request(method, path)
        assert answer.status_code in (404, 405)
        assert answer.json()["errors"][0]["code"] == "notFound"


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        ("RwSimNobody", 401, "invalidApiKey"),
        (FORBIDDEN_KEY, 403, "forbidden"),
        (POOR_KEY, 402, "insufficientCredits"),
    ],
)
def test_keys_that_do_not_work(key: str, status: int, code: str, simulator: Simulator) -> None:
    with client_of(simulator, key) as opened:
        answer = opened.post("/v1", json=[picture_task()])
    assert only_error(answer)[:2] == (status, code)


def test_the_life_of_a_task(paint: Paint, ask: Ask, clock: ManualClock, simulator: Simulator) -> None:
    task = paint(seed=7)
    assert ask("getResponse", task["taskUUID"]).json() == {"data": []}
    clock.advance(1)
    assert told(ask, task) == {
        "taskType": "imageInference",
        "taskUUID": task["taskUUID"],
        "status": "processing",
    }
    clock.advance(1)
    done = told(ask, task)
    assert (done["status"], done["seed"]) == ("success", 7)
    assert done["cost"] * 100 == pytest.approx(simulator.runware.ledger()[0]["cost"])
    picture = httpx.get(done["imageURL"], timeout=20)
    assert picture.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(picture.content)) as opened:
        assert opened.size == (512, 512)
    clock.advance(ANSWER_SECONDS)
    assert ask("getResponse", task["taskUUID"]).json() == {"data": []}
    (kept,) = ask("getTaskDetails", task["taskUUID"]).json()["data"]
    assert kept["request"][0]["positivePrompt"] == "a red sheet"
    assert kept["response"]["data"][0]["imageURL"] == done["imageURL"]
    clock.advance(PICTURE_SECONDS)
    assert httpx.get(done["imageURL"], timeout=20).status_code == 404
    assert simulator.violations() == []


def test_a_picture_stays_as_long_as_its_task_asked_for(paint: Paint, ask: Ask, clock: ManualClock) -> None:
    task = paint(ttl=60)
    clock.advance(2)
    url = told(ask, task)["imageURL"]
    clock.advance(59)
    assert httpx.get(url, timeout=20).status_code == 200
    clock.advance(1)
    assert httpx.get(url, timeout=20).status_code == 404


def test_unknown_tasks_and_those_of_others_are_told_alike(
    paint: Paint, ask: Ask, clock: ManualClock, simulator: Simulator
) -> None:
    task = paint()
    clock.advance(2)
    for question in ("getResponse", "getTaskDetails"):
        assert ask(question).json() == {"data": []}
        with client_of(simulator, POOR_KEY) as other:
            asked = {"taskType": question, "taskUUID": task["taskUUID"]}
            assert other.post("/v1", json=[asked]).json() == {"data": []}


def test_a_second_task_under_a_running_ones_id_is_refused(
    paint: Paint, api: httpx.Client, simulator: Simulator
) -> None:
    task = paint()
    assert only_error(api.post("/v1", json=[task]))[:2] == (400, "conflictTaskUUID")
    (entry,) = simulator.runware.ledger()
    assert entry["violations"] == ["A task was sent again while it runs."]


def test_one_under_an_ended_ones_id_is_bought_again(
    paint: Paint, clock: ManualClock, simulator: Simulator
) -> None:
    task = paint()
    first = simulator.runware.ledger()[0]["cost"]
    clock.advance(2)
    paint(taskUUID=task["taskUUID"])
    (entry,) = simulator.runware.ledger()
    assert entry["cost"] == pytest.approx(2 * first)
    assert entry["violations"] == ["A task was sent again under the id of one that had ended."]


@pytest.mark.parametrize(
    ("word", "code"), [("failme", "inferenceError"), ("moderateme", "contentPolicyViolation")]
)
def test_words_that_fail(
    word: str, code: str, paint: Paint, ask: Ask, clock: ManualClock, simulator: Simulator
) -> None:
    task = paint(positivePrompt=f"a fox, {word}")
    clock.advance(2)
    answer = ask("getResponse", task["taskUUID"])
    assert answer.status_code == 200
    (error,) = answer.json()["errors"]
    assert (error["code"], error["status"], error["taskUUID"]) == (code, "error", task["taskUUID"])
    assert simulator.runware.ledger()[0]["cost"] == 0
    assert simulator.runware.credits() == pytest.approx(10_000)


def test_a_marked_picture(paint: Paint, ask: Ask, clock: ManualClock) -> None:
    task = paint(positivePrompt="a fox, contentmoderated")
    clock.advance(2)
    assert told(ask, task)["NSFWContent"] is True


def test_pictures_at_addresses_are_never_fetched(paint: Paint, ask: Ask, clock: ManualClock) -> None:
    task = paint(inputs={"referenceImages": ["https://example.org/fox.png"]})
    clock.advance(2)
    (error,) = ask("getResponse", task["taskUUID"]).json()["errors"]
    assert error["code"] == "invalidReferenceImage"


def test_an_edited_picture_has_the_size_of_its_input(
    paint: Paint, ask: Ask, clock: ManualClock, picture: Callable[..., bytes]
) -> None:
    given = base64.b64encode(picture(size=(320, 200))).decode()
    task = paint(model=KONTEXT, width=None, height=None, inputs={"referenceImages": [given]})
    clock.advance(2)
    content = httpx.get(told(ask, task)["imageURL"], timeout=20).content
    with Image.open(io.BytesIO(content)) as opened:
        assert opened.size == (320, 200)
    (kept,) = ask("getTaskDetails", task["taskUUID"]).json()["data"]
    assert kept["request"][0]["inputs"] == {"referenceImages": ["(base64)"]}


def test_several_tasks_in_one_request_are_answered_one_by_one(api: httpx.Client) -> None:
    good, bad = picture_task(), picture_task(steps=0)
    answer = api.post("/v1", json=[good, bad, {"taskType": "ping", "taskUUID": new_id()}])
    assert answer.status_code == 200
    document = answer.json()
    assert [row["taskType"] for row in document["data"]] == ["imageInference", "ping"]
    assert [error["taskUUID"] for error in document["errors"]] == [bad["taskUUID"]]


def test_a_key_at_the_host_of_pictures_is_a_violation(
    paint: Paint, ask: Ask, clock: ManualClock, api: httpx.Client, simulator: Simulator
) -> None:
    task = paint()
    clock.advance(2)
    headers = {"authorization": api.headers["authorization"]}
    answer = httpx.get(told(ask, task)["imageURL"], headers=headers, timeout=20)
    assert answer.status_code == 400
    (violation,) = simulator.violations()
    assert (violation["service"], violation["job"]) == ("runware", task["taskUUID"])


def test_what_is_told_of_accounts_and_loras(ask: Ask, simulator: Simulator) -> None:
    (account,) = ask("accountManagement", operation="getDetails").json()["data"]
    assert account["balance"] == pytest.approx(simulator.runware.credits() / 100)
    assert only_error(ask("accountManagement", operation="close"))[1] == "invalidOperation"
    (found,) = ask("modelSearch", category="lora", visibility="owned", limit=2).json()["data"]
    assert (found["totalResults"], len(found["results"])) == (3, 2)
    (found,) = ask("modelSearch", category="lora", search="realism").json()["data"]
    assert [row["air"] for row in found["results"]] == ["civitai:618692@691639"]
    assert ask("modelSearch", category="checkpoint").json()["data"][0]["results"] == []
    for wrong in ({"limit": 101}, {"limit": "x"}, {"offset": -1}, {"colour": "red"}):
        assert ask("modelSearch", **wrong).status_code == 400


@pytest.mark.parametrize(("where", "spared"), [("submit", "poll"), ("poll", "submit"), ("manage", "submit")])
def test_faults_know_the_place_by_the_task(
    where: str, spared: str, ask: Ask, api: httpx.Client, simulator: Simulator
) -> None:
    simulator.runware.faults("503", where=where)
    statuses = {
        "submit": api.post("/v1", json=[picture_task()]).status_code,
        "poll": ask("getResponse").status_code,
        "manage": ask("modelSearch").status_code,
    }
    assert statuses[where] == 503
    assert statuses[spared] == 200


@pytest.mark.parametrize("fault", ["429", "500"])
def test_a_fault_is_told_in_runwares_words(fault: str, ask: Ask, simulator: Simulator) -> None:
    simulator.runware.faults(fault, count=1)
    answer = ask("ping")
    assert answer.status_code == int(fault)
    assert answer.json()["errors"][0]["code"] in {"rateLimitExceeded", "serviceUnavailable"}


def test_a_large_request_is_read_whole_behind_the_gate(paint: Paint, ask: Ask, clock: ManualClock) -> None:
    buffer = io.BytesIO()
    Image.effect_noise((1000, 1000), 90).save(buffer, "PNG")
    given = base64.b64encode(buffer.getvalue()).decode()
    assert len(given) > 10 * PEEKED_BYTES
    task = paint(inputs={"referenceImages": [given]})
    clock.advance(2)
    assert told(ask, task)["status"] == "success"
