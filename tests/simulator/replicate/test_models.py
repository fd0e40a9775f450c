"""Models and versions: R2, R11."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.replicate.keys import THROTTLED_KEY, VALID_KEY
from fluxtui.simulator.running import Simulator, running_simulator
from tests.simulator.replicate.conftest import client_of

NEW = {
    "owner": "member-1",
    "name": "mine",
    "visibility": "private",
    "hardware": "cpu",
    "description": "d",
}


def test_a_model_is_made_changed_and_deleted(api: httpx.Client) -> None:
    made = api.post("/models", json=NEW)
    assert made.status_code == 201
    document = made.json()
    assert document == api.get("/models/member-1/mine").json()
    assert document["url"] == "https://replicate.com/member-1/mine"
    assert (document["visibility"], document["description"], document["run_count"]) == ("private", "d", 0)
    assert document["latest_version"] is None
    changed = api.patch("/models/member-1/mine", json={"description": "e", "github_url": "https://g.test"})
    assert (changed.json()["description"], changed.json()["github_url"]) == ("e", "https://g.test")
    assert api.patch("/models/member-1/mine", json={"visibility": "public"}).status_code == 422
    gone = api.delete("/models/member-1/mine")
    assert (gone.status_code, gone.content) == (204, b"")
    assert api.get("/models/member-1/mine").status_code == 404


def test_a_second_one_of_the_name_is_a_conflict(api: httpx.Client) -> None:
    api.post("/models", json=NEW)
    again = api.post("/models", json=NEW)
    assert again.status_code == 409
    assert again.json()["errors"][0]["detail"] == "A model with that name and owner already exists."


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"owner": "somebody"}, 403),
        ({"name": "No Good"}, 422),
        ({"visibility": "secret"}, 422),
        ({"hardware": "abacus"}, 422),
    ],
)
def test_what_makes_no_model(api: httpx.Client, changes: dict[str, str], status: int) -> None:
    assert api.post("/models", json={**NEW, **changes}).status_code == status
    assert api.post("/models", json={"owner": "member-1"}).status_code == 422


def test_private_models_are_hidden_from_others(api: httpx.Client, simulator: Simulator, model: str) -> None:
    api.post("/models", json={**NEW, "visibility": "public"})
    base, headers = simulator.replicate.urls["api"], {"authorization": f"Bearer {THROTTLED_KEY}"}
    with httpx.Client(base_url=f"{base}/v1", headers=headers) as other:
        assert other.get(f"/models/{model}").status_code == 404
        assert other.get("/models/member-1/mine").status_code == 200
        assert other.patch("/models/member-1/mine", json={"description": "x"}).status_code == 404
        listed = other.get("/models").json()["results"]
        names = [document["name"] for document in listed if document["owner"] == "member-1"]
    assert names == ["mine"]
    assert api.delete("/models/member-1/mine").status_code == 403


def test_the_trainers_describe_their_input(api: httpx.Client) -> None:
    version = api.get("/models/ostris/flux-dev-lora-trainer").json()["latest_version"]
    assert len(version["id"]) == 64
    schema = version["openapi_schema"]["components"]["schemas"]["TrainingInput"]["properties"]
    assert schema["steps"] == {
        "type": "integer",
        "title": "Steps",
        "default": 1000,
        "minimum": 3,
        "maximum": 6000,
        "x-order": 5,
    }
    assert (schema["input_images"]["format"], schema["lora_rank"]["maximum"]) == ("uri", 128)
    fast = api.get("/models/replicate/fast-flux-trainer/versions").json()["results"][0]
    assert "training_steps" in fast["openapi_schema"]["components"]["schemas"]["TrainingInput"]["properties"]
    found = api.get(f"/models/replicate/fast-flux-trainer/versions/{fast['id']}")
    assert found.json() == fast
    hardware = api.get("/hardware").json()
    assert {"sku": "gpu-t4", "name": "Nvidia T4 GPU"} in hardware


def test_the_fast_trainer_may_call_its_steps_otherwise(clock: ManualClock) -> None:
    with running_simulator(Settings(fast_trainer_steps="steps"), clock) as simulator:
        url = f"{simulator.replicate.urls['api']}/v1/models/replicate/fast-flux-trainer"
        document = httpx.get(url, headers={"authorization": "Bearer r8_sim_valid"}).json()
    properties = document["latest_version"]["openapi_schema"]["components"]["schemas"]["TrainingInput"]
    assert properties["properties"]["steps"]["maximum"] == 4000
    with pytest.raises(ValueError, match="training_steps or steps"):
        Settings(fast_trainer_steps="paces")


def test_a_deleted_version_goes_later_and_only_then_the_model(
    api: httpx.Client, trained: dict[str, Any], clock: ManualClock
) -> None:
    model, version = trained["output"]["version"].split(":")
    prediction = api.post("/predictions", json={"version": version, "input": {"prompt": "failme"}}).json()
    refused = api.delete(f"/models/{model}")
    assert refused.status_code == 409
    accepted = api.delete(f"/models/{model}/versions/{version}")
    assert (accepted.status_code, accepted.content) == (202, b"")
    assert api.get(f"/models/{model}/versions/{version}").status_code == 200
    assert api.delete(f"/models/{model}").status_code == 409
    clock.advance(5)
    assert api.get(f"/models/{model}/versions/{version}").status_code == 404
    assert api.get(f"/models/{model}").json()["latest_version"] is None
    assert api.get(f"/predictions/{prediction['id']}").status_code == 404
    assert api.get("/predictions").json()["results"] == []
    assert api.delete(f"/models/{model}").status_code == 204


def test_a_model_awaiting_a_version_is_not_deleted(
    api: httpx.Client, train: Any, model: str, clock: ManualClock
) -> None:
    job = train()
    assert api.delete(f"/models/{model}").status_code == 409
    api.post(f"/trainings/{job['id']}/cancel")
    assert api.delete(f"/models/{model}").status_code == 204


def test_what_is_always_there_cannot_be_deleted(api: httpx.Client) -> None:
    model = api.get("/models/black-forest-labs/flux-dev-lora").json()
    path = "/models/black-forest-labs/flux-dev-lora"
    assert api.delete(path).status_code == 404
    assert api.delete(f"{path}/versions/{model['latest_version']['id']}").status_code == 404


@pytest.mark.parametrize(("key", "status"), [(VALID_KEY, 200), (THROTTLED_KEY, 404)])
def test_a_model_that_an_earlier_version_kept_is_still_its_members(
    tmp_path: Path, key: str, status: int
) -> None:
    settings = Settings(state_directory=tmp_path)
    with running_simulator(settings) as before, client_of(before, VALID_KEY) as api:
        assert api.post("/models", json=NEW).status_code == 201
    with closing(sqlite3.connect(tmp_path / "simulator.sqlite3")) as state, state:
        state.execute("UPDATE records SET document = replace(document, 'member-1', 'sim-valid')")
    with running_simulator(settings) as after, client_of(after, key) as api:
        assert api.get("/models/sim-valid/mine").status_code == status
        assert api.patch("/models/sim-valid/mine", json={"description": "e"}).status_code == status
