"""`fluxtui doctor --services`: what it says, and its exit code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fluxtui.cli.parser import main
from fluxtui.providers.registry import provider_ids
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.running import Simulator, running_simulator


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with running_simulator() as running:
        yield running


def _config(folder: Path, base_url: str, key: str) -> list[str]:
    path = folder / "config.toml"
    path.write_text(f'[profiles.mine]\nprovider = "bfl"\nbase_url = "{base_url}"\napi_key = "{key}"\n')
    path.chmod(0o600)
    return ["--config", str(path)]


def test_offline_all_services_agree_with_what_they_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(["doctor", "--services", "--offline", *_config(tmp_path, "https://api.bfl.ai", VALID_KEY)]) == 0
    )
    told = capsys.readouterr().out
    assert told.count("0 differences to look at") == len(provider_ids())
    assert "Black Forest Labs" in told
    assert "fal.ai" in told
    assert "Replicate" in told


def test_a_service_is_asked_what_it_publishes_today(
    tmp_path: Path, simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["doctor", "--services", *_config(tmp_path, simulator.base_url, VALID_KEY)])
    told = capsys.readouterr().out
    assert "mine (Black Forest Labs):" in told
    assert "/openapi.json (today)" in told
    assert simulator.ledger() == []


def test_a_service_that_cannot_be_asked_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--services", *_config(tmp_path, "http://127.0.0.1:9", VALID_KEY)]) == 1
    told = capsys.readouterr().out
    assert "mine (Black Forest Labs): " in told
    assert "Traceback" not in told
