from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from fluxtui.domain.errors import ConfigError
from fluxtui.services.config import ConfigService
from fluxtui.services.config.command import key_from_command

Configured = Callable[..., ConfigService]
WITH_KEY = "[profiles.bfl]\napi_key = 'bfl_file'\napi_key_command = 'echo bfl_command'\n[profiles.eu]\n"


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


async def key_of(service: ConfigService, profile: str | None = None) -> str | None:
    key = await service.key(profile)
    return None if key is None else key.get_secret_value()


async def test_the_command_line_then_variables_then_file_then_command(
    configured: Configured, path: Path
) -> None:
    bfl, own = {"BFL_API_KEY": "bfl_env"}, {"FLUXTUI_API_KEY": " bfl_own "}
    service = configured(WITH_KEY, bfl | own, profiles__bfl__api_key="bfl_line")
    assert (await key_of(service), service.key_source()) == ("bfl_line", "this run of the program")
    service = configured(WITH_KEY, bfl | own)
    assert (await key_of(service), service.key_source()) == ("bfl_own", "the variable FLUXTUI_API_KEY")
    assert await key_of(service, "eu") == "bfl_env", "FLUXTUI_API_KEY is the active profile's only"
    service = configured(WITH_KEY, bfl)
    assert (await key_of(service), service.key_source()) == ("bfl_env", "the variable BFL_API_KEY")
    service = configured(WITH_KEY)
    assert (await key_of(service), service.key_source()) == ("bfl_file", f"the file {path}")
    assert (await key_of(service, "eu"), service.key_source("eu")) == (None, "none")
    service = configured("[profiles.bfl]\napi_key_command = 'echo bfl_command'")
    assert (await key_of(service), service.key_source()) == ("bfl_command", "the command echo")


async def test_an_unknown_profile_is_told(configured: Configured) -> None:
    with pytest.raises(ConfigError, match="no profile called nope"):
        await configured().key("nope")


async def test_a_command_is_asked_once_until_reload(configured: Configured, tmp_path: Path) -> None:
    count = tmp_path / "count"
    script = tmp_path / "script.py"
    script.write_text(f"open({str(count)!r}, 'a').write('x'); print('bfl_1')")
    command = shlex.join([sys.executable, str(script)])
    service = configured(f"[profiles.bfl]\napi_key_command = {command!r}")
    assert await key_of(service) == await key_of(service) == "bfl_1"
    assert count.read_text() == "x"
    service.reload()
    await service.key()
    assert count.read_text() == "xx"


async def test_nothing_in_a_command_is_expanded(configured: Configured) -> None:
    service = configured("[profiles.bfl]\napi_key_command = 'echo $HOME;`id`'")
    assert await key_of(service) == "$HOME;`id`"


async def test_a_failing_command_is_told_with_what_it_said() -> None:
    code = "import sys; print('bfl_out'); sys.stderr.write('\\x1b[31mlocked\\x07 safe\\n'); sys.exit(3)"
    with pytest.raises(ConfigError, match="failed with code 3 and said: locked safe") as caught:
        await key_from_command(python(code))
    assert "bfl_out" not in caught.value.sentence()


@pytest.mark.parametrize("output", ["", "two words", "two\nlines", "k\u00e9y", "\x1b[31mkey", "x" * 2000])
async def test_what_cannot_be_a_key_is_refused_and_not_shown(output: str) -> None:
    with pytest.raises(ConfigError, match="printed no key") as caught:
        await key_from_command(python(f"import sys; sys.stdout.buffer.write({output.encode()!r})"))
    assert not output or output not in caught.value.sentence()
    assert caught.value.__context__ is None


async def test_a_missing_command_is_told() -> None:
    with pytest.raises(ConfigError, match="no-such-program could not be run: No such file"):
        await key_from_command(("/nowhere/no-such-program",))


async def test_white_space_around_a_key_is_left_out() -> None:
    assert await key_from_command(python("print('  bfl_1  ')")) == SecretStr("bfl_1")


async def test_a_command_has_no_input() -> None:
    assert await key_from_command(python("print('got:' + open(0).read())")) == SecretStr("got:")


class Sign:
    """A pipe that a program writes to when it begins, and that ends when the program does."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.script = f"exec 3>'{path}'; printf x >&3; exec sleep 60"
        self._path = path
        self._handle = -1

    async def begun(self) -> None:
        self._handle = await asyncio.to_thread(os.open, self._path, os.O_RDONLY)
        assert await asyncio.to_thread(os.read, self._handle, 1) == b"x"

    async def ended(self) -> None:
        async with asyncio.timeout(40):
            assert await asyncio.to_thread(os.read, self._handle, 1) == b""
        os.close(self._handle)


@pytest.mark.parametrize("then", ["wait", "exit"], ids=["parent lives", "parent is gone"])
async def test_a_slow_command_is_stopped_with_its_children(tmp_path: Path, then: str) -> None:
    child = Sign(tmp_path / "sign")
    words = ("sh", "-c", f"({child.script}) & {then}")
    asking = asyncio.create_task(key_from_command(words, seconds=1))
    await child.begun()
    with pytest.raises(ConfigError, match="did not answer within 1 seconds"):
        await asking
    await child.ended()


async def test_a_cancelled_command_is_stopped(tmp_path: Path) -> None:
    command = Sign(tmp_path / "sign")
    asking = asyncio.create_task(key_from_command(("sh", "-c", command.script)))
    await command.begun()
    asking.cancel()
    await asyncio.wait([asking])
    assert asking.cancelled()
    await command.ended()


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
async def test_a_command_that_prints_without_end_is_stopped(stream: str) -> None:
    code = f"import sys\nwhile True: sys.{stream}.write('y' * 4096)"
    with pytest.raises(ConfigError, match=r"printed more than 65\.5 kB, so it was stopped"):
        await key_from_command(python(code), seconds=30)
