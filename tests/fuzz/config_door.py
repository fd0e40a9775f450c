"""The door of the configuration: a file of any bytes, variables, and values of the command line."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import tomli_w

from fluxtui.domain.errors import ConfigError, FluxError
from fluxtui.services.config import ConfigService
from fluxtui.services.config.layers import variable_names
from tests.fuzz import shapes
from tests.fuzz.campaign import Fault, check_error, check_shown

KEY = "bfl_MarkedKey0123456789"
_SOUND: Mapping[str, Any] = {
    "profile": "bfl",
    "profiles": {
        "bfl": {"provider": "bfl", "base_url": "https://api.bfl.ai", "api_key": KEY},
        "other": {"provider": "fal", "rest_url": "https://rest.fal.ai", "api_key_command": ["cat", "key"]},
    },
    "storage": {"data_dir": "/tmp/fluxtui-data"},  # noqa: S108
    "images": {"protocol": "auto", "max_bytes": 150_000},
    "interface": {"bell": True, "mouse": True},
    "budget": {"day_usd": 5.0, "month_usd": 50.0},
    "home": {"host": "box", "ssh_port": 22, "page_port": 8123},
    "generation": {"confirm_above_usd": 1.0, "images": 2},
    "prompts": {"wildcards_dir": "~/wildcards"},
    "network": {"connect_seconds": 10.0, "read_seconds": 60.0, "total_seconds": 120.0},
    "log": {"level": "info"},
}
_CUSTOMARY = ("BFL_API_KEY", "FAL_KEY", "REPLICATE_API_TOKEN", "FLUXTUI_CONFIG", "FLUXTUI_PROFILE")
_NAMED: Mapping[str, bytes] = {
    "provider that is a list": b"[profiles.bfl]\nprovider = []\n",
    "provider that is a table": b"[profiles.bfl]\nprovider = {a = 1}\n",
    "profile that is a list": b"profile = [1]\n",
    "profiles that are a text": b'profiles = "x"\n',
    "profiles that are a list of tables": b"[[profiles]]\na = 1\n",
    "a profile that is a number": b"profiles.bfl = 7\n",
    "an empty name": b'[profiles.""]\nprovider = "bfl"\n',
    "a name with dots": b'[profiles."a.b.c"]\nprovider = "bfl"\n',
    "a name with an escape": b'[profiles."\\u001b[2J"]\nprovider = "bfl"\n',
    "a key with an escape": b'[profiles.bfl]\napi_key = "\\u001b[2J"\n',
    "a key that is a table": b"[profiles.bfl.api_key]\na = 1\n",
    "a command of nothing": b"[profiles.bfl]\napi_key_command = []\n",
    "a command with open quotes": b'[profiles.bfl]\napi_key_command = "\'"\n',
    "a command of tables": b"[profiles.bfl]\napi_key_command = [{a = 1}]\n",
    "half a letter": b'profile = "\\ud800"\n',
    "brackets without end": b"a = " + b"[" * 100_000,
    "a number of 5,000 digits": b"budget.day_usd = " + b"9" * 5_000,
    "infinite budget": b"[budget]\nday_usd = inf\nmonth_usd = nan\n",
    "a date that is none": b"budget.day_usd = 2026-02-30\n",
    "a date for a text": b"profile = 2026-02-28\n",
    "a home that is nobody's": b'[storage]\ndata_dir = "~nosuchuser/x"\n',
    "a directory with a zero byte": b'[storage]\ndata_dir = "/tmp/a\\u0000b"\n',
    "a base with userinfo": b'[profiles.bfl]\nbase_url = "https://a:b@api.bfl.ai"\n',
    "a base with half a bracket": b'[profiles.bfl]\nbase_url = "https://[::1"\n',
    "a base of strange letters": b'[profiles.bfl]\nbase_url = "https://\\u2024/"\n',
    "a port that is none": b'[profiles.bfl]\nbase_url = "https://api.bfl.ai:99999"\n',
    "no text": b"\xff\xfe\x00",
    "a mark in front": b"\xef\xbb\xbfprofile = 'bfl'\n",
    "carriage returns": b"profile = 'bfl'\r[x]\r",
    "nothing": b"",
    "a text of blanks": b'x = """\n' + b" " * 100_000 + b".\n[" + b" " * 100_000 + b'"""\n',
    "twenty thousand unknown keys": b"".join(b"k%d = 1\n" % number for number in range(20_000)),
    "twenty thousand profiles": b"".join(b"[profiles.p%d]\n" % number for number in range(20_000)),
}


class ConfigDoor:
    """Reads configurations of any kind, and saves changes into those that can be read."""

    name = "config"
    named = tuple(_NAMED)
    bound = 15.0
    cost = 3.0
    overhead = 0.0

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="fluxtui-fuzz-")
        self._path = Path(self._folder.name) / "config.toml"

    async def open(self) -> None:
        """Nothing is shared."""

    async def close(self) -> None:
        """Take the folder away."""
        self._folder.cleanup()

    async def attempt(self, case: str, chance: Random) -> str:
        """Read one configuration; where it can be used, change something and read it again."""
        if case in _NAMED:
            content, environ, overrides = _NAMED[case], {}, {}
        else:
            content = _content(chance)
            environ, overrides = _environ(chance), _overrides(chance)
        self._path.write_bytes(content)
        self._path.chmod(0o600)
        try:
            # A file elsewhere is not this door's.
            environ.pop("FLUXTUI_CONFIG", None)
            service = ConfigService(self._path, environ=environ, overrides=overrides)
            config = service.load()
        except ConfigError as error:
            check_error(error, KEY, most=60_000)
            if error.__context__ is not None and KEY in repr(error.__context__):
                raise Fault("the cause of an error holds the key") from None
            return "refused"
        self._check(service)
        return self._save(service, content, chance) if config.profiles else "read"

    def _check(self, service: ConfigService) -> None:
        for warning in service.warnings:
            check_shown(warning, "a warning", KEY)
        if KEY in repr(service.config):
            raise Fault("the configuration tells its key")
        for name in service.config.profiles:
            check_shown(service.key_source(name), "where a key is from", KEY)
            check_shown(name, "the name of a profile")
        service.active()
        service.usable_profiles()

    def _save(self, service: ConfigService, content: bytes, chance: Random) -> str:
        changes: dict[str, Any] = {
            chance.choice(
                ("profile", "budget.day_usd", "profiles.new.provider", "profiles.bfl", "home.host")
            ): (chance.choice((None, "fal", 3, shapes.value(chance))))
        }
        try:
            service.save(changes)
        except FluxError as error:
            check_error(error, KEY, most=60_000)
            if self._path.read_bytes() != content:
                raise Fault("a configuration that could not be saved was changed") from error
            return "read, not saved"
        again = ConfigService(self._path, environ={}, overrides={})
        try:
            again.load()
        except ConfigError as error:
            if not service.kept_profiles() or self._depended(service):
                return "saved, needs its variables"
            raise Fault(f"what was saved cannot be read: {error}") from error
        if self._path.stat().st_mode & 0o077:
            raise Fault("others may read what was saved")
        for leftover in self._path.parent.iterdir():
            if leftover.name not in ("config.toml", "config.toml.bak"):
                raise Fault(f"{leftover.name} was left")
        return "saved"

    def _depended(self, service: ConfigService) -> bool:
        """Tell whether variables or the command line were part of what was valid."""
        return bool(service._layers.places)


def _content(chance: Random) -> bytes:
    tree = shapes.bent(chance, dict(_SOUND))
    if not isinstance(tree, dict):
        tree = {"profile": tree}
    try:
        text = tomli_w.dumps(_for_toml(tree)).encode()
    except (ValueError, TypeError, RecursionError, UnicodeEncodeError):
        text = tomli_w.dumps(dict(_SOUND)).encode()
    return shapes.damaged(chance, text) if chance.random() < 0.5 else text


def _for_toml(value: Any) -> Any:
    """Return a value as TOML can say it; it has no word for nothing, and no half letters."""
    if isinstance(value, dict):
        return {_letters(str(name)): _for_toml(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_for_toml(item) for item in value if item is not None]
    return _letters(value) if isinstance(value, str) else value


def _letters(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _environ(chance: Random) -> dict[str, str]:
    names = (*variable_names("bfl"), *_CUSTOMARY, "FLUXTUI_NOTHING", "FLUXTUI_\x1b[2J")
    found = {}
    for _ in range(chance.choice((0, 0, 1, 2, 5))):
        text = chance.choice((*shapes.TEXTS, *shapes.ADDRESSES, KEY))
        # As the system gives them: no zero byte, and bytes that are no text as half letters.
        found[chance.choice(names)] = (
            text.replace("\x00", "").encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
        )
    return found


def _overrides(chance: Random) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("profile", "base_url", "storage.data_dir", "images.protocol"):
        if chance.random() < 0.1:
            text = chance.choice((*shapes.TEXTS, *shapes.ADDRESSES)).replace("\x00", "")
            found[name] = Path(text) if name == "storage.data_dir" else text
    return found
