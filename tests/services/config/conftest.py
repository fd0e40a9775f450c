from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fluxtui.domain.errors import ConfigError
from fluxtui.services.config import ConfigService


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "fluxtui" / "config.toml"


@pytest.fixture
def configured(path: Path) -> Callable[..., ConfigService]:
    """Makes a service on a file with a text, variables and values of the command line."""

    def make(
        text: str | None = None, environ: Mapping[str, str] | None = None, **overrides: Any
    ) -> ConfigService:
        if text is not None:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            path.chmod(0o600)
        dotted = {key.replace("__", "."): value for key, value in overrides.items()}
        return ConfigService(path, environ=environ or {}, overrides=dotted)

    return make


@pytest.fixture
def faults(configured: Callable[..., ConfigService]) -> Callable[..., dict[str, str]]:
    """Returns the reason of each problem of a configuration by its field."""

    def find(*args: Any, **kwargs: Any) -> dict[str, str]:
        with pytest.raises(ConfigError) as caught:
            configured(*args, **kwargs).load()
        assert caught.value.__context__ is None, "a chained error would hold the values"
        return {problem.field: problem.reason for problem in caught.value.problems}

    return find
