"""What the processes that we start are given of our environment."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.demo.simulation import Speed, simulator
from fluxtui.screens.external_editor import run_editor
from fluxtui.services.config.command import key_from_command
from fluxtui.services.config.environment import key_variables
from fluxtui.system.interpreter import bare_environ
from fluxtui.terminal.encoder import Encoder
from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile

SECRETS = {
    "FLUXTUI_API_KEY": "bfl_secret_0",
    "BFL_API_KEY": "bfl_secret_1",
    "FAL_KEY": "id:secret_2",
    "REPLICATE_API_TOKEN": "r8_secret_3",
    "RUNWARE_API_KEY": "runwaresecret_6",
    "FLUXTUI_HUGGINGFACE_TOKEN": "hf_secret_7",
    "FLUXTUI_CIVITAI_TOKEN": "civitai_secret_8",
}
OTHERS = {"AWS_SECRET_ACCESS_KEY": "secret_4", "DATABASE_URL": "postgres://user:secret_5@host/"}
ON_LINUX = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="there is no /proc")


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (SECRETS | OTHERS).items():
        monkeypatch.setenv(name, text)


def environ_of(process: int | None) -> bytes:
    return Path(f"/proc/{process}/environ").read_bytes()


def test_all_variables_that_hold_keys_are_known() -> None:
    assert key_variables() == set(SECRETS)


def test_a_bare_environment_has_what_every_process_needs_and_no_more() -> None:
    environ = {"PATH": "/bin", "LC_ALL": "C.UTF-8", "TMUX": "socket", **SECRETS, **OTHERS}
    assert bare_environ(environ, also=("TMUX",)) == {"PATH": "/bin", "LC_ALL": "C.UTF-8", "TMUX": "socket"}


@ON_LINUX
def test_the_simulator_of_the_demo_gets_no_secret(tmp_path: Path) -> None:
    with simulator(tmp_path / "demo", Speed(0.2, 0.05)):
        process = json.loads((tmp_path / "demo" / "ready.json").read_text())["pid"]
        assert b"secret" not in environ_of(process)
        assert b"PATH=" in environ_of(process)


@ON_LINUX
def test_the_encoder_of_pictures_gets_no_secret() -> None:
    encoder = Encoder()
    try:
        encoder.encode(Image.new("RGB", (8, 8)), 2, 1, TerminalProfile(GraphicsProtocol.ITERM2))
        assert b"secret" not in environ_of(encoder.process_id)
    finally:
        encoder.close()


async def test_an_editor_gets_no_key_of_a_service_and_all_else(tmp_path: Path) -> None:
    code = f"import json, os; json.dump(dict(os.environ), open({str(tmp_path / 'seen')!r}, 'w'))"
    assert await run_editor((sys.executable, "-c", code)) == 0
    seen = json.loads((tmp_path / "seen").read_text())
    assert not seen.keys() & SECRETS.keys()
    assert OTHERS.items() <= seen.items()


async def test_the_command_that_prints_a_key_gets_none_of_the_others() -> None:
    names = ",".join(sorted(os.environ.keys() & SECRETS.keys()))
    assert names, "they are set here"
    code = f"import os; print('bfl_' + str(len(os.environ.keys() & set({list(SECRETS)!r}))))"
    assert (await key_from_command((sys.executable, "-c", code))).get_secret_value() == "bfl_0"
