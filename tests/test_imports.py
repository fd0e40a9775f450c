"""What should load late does: seen in fresh interpreters."""

from __future__ import annotations

import subprocess
import sys

import pytest

INTERFACE = {"textual", "rich"}
HEAVY = {"httpx", "PIL", "starlette", "uvicorn", "textual_image"}


def loaded_by(statements: str) -> set[str]:
    code = f"import sys\n{statements}\nprint(' '.join({{name.partition('.')[0] for name in sys.modules}}))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return set(result.stdout.splitlines()[-1].split())


def test_the_version_needs_neither_interface_nor_models() -> None:
    loaded = loaded_by(
        "from fluxtui.cli import main\ntry:\n    main(['--version'])\nexcept SystemExit as end:\n    assert end.code == 0"
    )
    assert not loaded & (INTERFACE | HEAVY | {"pydantic", "sqlite3"})


@pytest.mark.parametrize(
    "module",
    [
        "fluxtui.container",
        "fluxtui.providers.registry",
        "fluxtui.services.bundle",
        "fluxtui.launch",
    ],
)
def test_services_load_without_the_interface(module: str) -> None:
    assert not loaded_by(f"import {module}") & (INTERFACE | HEAVY)


def test_the_first_screen_needs_no_network_and_no_pictures() -> None:
    loaded = loaded_by("import fluxtui.app, fluxtui.container, fluxtui.screens.finetune")
    assert "textual" in loaded
    assert not loaded & HEAVY


def test_the_simulator_stands_alone() -> None:
    code = "import sys, fluxtui.simulator.running\nprint(' '.join(n for n in sys.modules if n.startswith('fluxtui.')))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert {name.split(".")[1] for name in result.stdout.split()} == {"simulator"}
