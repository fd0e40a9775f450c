"""`fluxtui simulate` as a process: what it prints, how it starts, refuses and ends."""

from __future__ import annotations

import argparse
import fcntl
import hmac
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from fluxtui.simulator import command
from fluxtui.simulator.command import add_arguments, run, settings_of
from fluxtui.simulator.core.faults import Fault
from fluxtui.simulator.core.keys import FORBIDDEN_KEY, POOR_KEY, VALID_KEY
from fluxtui.simulator.fal.keys import fal_keys
from fluxtui.simulator.replicate.keys import default_keys as replicate_keys

Process = subprocess.Popen[str]
Eventually = Callable[[Callable[[], bool]], None]

PROGRAM = """
import argparse, sys
from fluxtui.simulator import command, server
server.HOLD_CHECK_SECONDS = 0.1
parser = argparse.ArgumentParser()
command.add_arguments(parser)
sys.exit(command.run(parser.parse_args()))
"""


def arguments(*options: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(options)


@pytest.fixture
def launch(tmp_path: Path, eventually: Eventually) -> Iterator[Callable[..., tuple[Process, dict[str, Any]]]]:
    """Starts the command on free ports; returns the process and its ready file once it listens."""
    running: list[Process] = []

    def start(*options: str) -> tuple[Process, dict[str, Any]]:
        ready = tmp_path / f"ready-{len(running)}.json"
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "--port", "0", "--ready-file", str(ready), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=Path(command.__file__).parents[2],
        )
        running.append(process)
        eventually(lambda: ready.exists() or process.poll() is not None)
        return process, json.loads(ready.read_text())

    yield start
    for process in running:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_greets_serves_and_ends_cleanly(launch: Any, ending: signal.Signals) -> None:
    process, ready = launch()
    assert ready["pid"] == process.pid
    answer = httpx.post(f"{ready['submit_url']}/v1/flux-2-pro", json={}, headers={"x-key": "a-secret-key"})
    assert answer.status_code == 403
    process.send_signal(ending)
    output, _ = process.communicate(timeout=40)
    assert process.returncode == 0
    for shown in (ready["submit_url"], ready["polling_url"], ready["delivery_url"], VALID_KEY, POOR_KEY):
        assert shown in output
    assert FORBIDDEN_KEY in output
    for service, by_role in ready["services"].items():
        for role, url in by_role.items():
            assert re.search(f"{service} {role} +{re.escape(url)}", output)
    for key in (*fal_keys(0), *replicate_keys(0)):
        assert key.secret in output
    assert "/simulator/ledger" in output
    assert "POST /v1/flux-2-pro 403" in output
    assert "a-secret-key" not in output


def test_quiet_prints_nothing(launch: Any) -> None:
    process, ready = launch("--quiet")
    assert httpx.get(f"{ready['submit_url']}/simulator/health").status_code == 200
    process.terminate()
    assert process.communicate(timeout=40)[0] == ""


def test_where_nobody_could_find_it_it_ends_and_says_why(tmp_path: Path) -> None:
    command_line = [sys.executable, "-c", PROGRAM, "--port", "0", "--quiet"]
    ready = tmp_path / "not-there" / "ready.json"
    result = subprocess.run(
        [*command_line, "--ready-file", str(ready)],
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
        cwd=Path(command.__file__).parents[2],
    )
    assert result.returncode == 2
    assert "cannot be written: No such file or directory" in result.stderr
    assert "Traceback" not in result.stderr


def test_health_proves_who_answers(launch: Any) -> None:
    _, ready = launch("--quiet")
    health = httpx.get(f"{ready['submit_url']}/simulator/health", params={"nonce": "n"}).json()
    told = f"n {ready['submit_url']}".encode()
    assert health["proof"] == hmac.new(ready["secret"].encode(), told, "sha256").hexdigest()
    assert ready["secret"] not in json.dumps(health)


def test_it_stays_while_somebody_holds_its_file_and_ends_soon_after(launch: Any, tmp_path: Path) -> None:
    held = tmp_path / "held"
    with held.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        process, ready = launch("--hold-file", str(held), "--idle-seconds", "0", "--quiet")
        # One that nobody holds, and that was started later, has ended before.
        (tmp_path / "free").touch()
        free, _ = launch("--hold-file", str(tmp_path / "free"), "--idle-seconds", "0", "--quiet")
        assert free.wait(timeout=40) == 0
        assert process.poll() is None
        assert httpx.get(f"{ready['submit_url']}/simulator/health").status_code == 200
    assert process.wait(timeout=40) == 0


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--mode", "future"], "historic or current"),
        (["--host", "192.0.2.1"], "not loopback"),
        (["--port", "70000"], "0 to 65535"),
        (["--port", "65535"], "0 to 65535"),
        (["--polling-port", "8750"], "must differ"),
        (["--fal-ports", "9000,9000,9001,9002,9003"], "must differ"),
        (["--fal-ports", "9000,9001"], "--fal-ports takes 5 numbers"),
        (["--replicate-ports", "9000,x"], "--replicate-ports takes 2 numbers"),
        (["--seconds-per-image", "-1"], "Seconds per image"),
        (["--result-seconds", "0"], "more than 0"),
        (["--credits", "nan"], "Credits"),
        (["--region", "e u"], "region"),
        (["--fault", "flood"], "no fault 'flood'"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(
    options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments(*options)) == 2
    assert sentence in capsys.readouterr().err


def test_a_busy_port_is_refused_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run(arguments("--port", "0", "--delivery-port", str(port))) == 2
    assert f"Port {port} on 127.0.0.1 cannot be used" in capsys.readouterr().err


def test_a_damaged_state_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "simulator.sqlite3").write_bytes(b"no database, but long enough to be taken for one")
    assert run(arguments("--port", "0", "--state-directory", str(tmp_path))) == 2
    assert "cannot be opened" in capsys.readouterr().err


def test_options_become_settings() -> None:
    settings = settings_of(arguments("--port", "9000", "--fault", "503:2@poll", "--fault", "latency=1"))
    assert (settings.port, settings.polling_port, settings.delivery_port) == (9000, 9001, 9002)
    assert settings.service_ports["fal"]["queue"] == 9003
    assert settings.service_ports["replicate"] == {"api": 9008, "delivery": 9009}
    assert settings_of(arguments("--port", "0")).service_ports == {}
    chosen = settings_of(arguments("--fal-ports", "9000,9001,9002,0,0")).service_ports["fal"]
    assert chosen == {"queue": 9000, "rest": 9001, "platform": 9002, "upload": 0, "cdn": 0}
    assert settings.faults == (Fault(kind="503", count=2, where="poll"), Fault(kind="latency", seconds=1))
    assert (settings.seconds_per_training, settings.seconds_per_image) == (30, 3)


def test_the_help_names_the_ports_of_every_service() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    told = " ".join(parser.format_help().split())
    assert "--fal-ports QUEUE,REST,PLATFORM,UPLOAD,CDN" in told
    assert "--replicate-ports API,DELIVERY" in told


def test_describing_the_options_loads_nothing_heavy() -> None:
    code = "import sys, fluxtui.simulator.command; print(*sys.modules)"
    cwd = Path(command.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=cwd)
    assert not {"uvicorn", "starlette", "PIL", "sqlite3", "asyncio"} & set(done.stdout.split())
