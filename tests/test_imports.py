"""What should load late does: seen in fresh interpreters."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

INTERFACE = {"textual", "rich"}
HEAVY = {
    "httpx",
    "PIL",
    "starlette",
    "uvicorn",
    "textual_image",
    "dynamicprompts",
    "pyparsing",
    "yaml",
    "keyring",
}


def loaded_by(statements: str) -> set[str]:
    return {name.partition(".")[0] for name in modules_loaded_by(statements)}


def modules_loaded_by(statements: str) -> set[str]:
    code = f"import sys\n{statements}\nprint(' '.join(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return set(result.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["simulate", "--help"], ["collect", "--help"]]
)
def test_version_and_help_need_neither_interface_nor_models(arguments: list[str]) -> None:
    loaded = loaded_by(
        "from fluxtui.cli.parser import main\n"
        f"try:\n    main({arguments})\n"
        "except SystemExit as end:\n    assert end.code == 0"
    )
    assert not loaded & (INTERFACE | HEAVY | {"pydantic", "sqlite3", "asyncio"})


def test_the_command_line_is_read_without_the_simulator() -> None:
    loaded = modules_loaded_by(
        "from fluxtui.cli.parser import command_line; command_line().parse_args(['demo'])"
    )
    assert not any(name.startswith("fluxtui.simulator") for name in loaded)


FIRST_PICTURE = "import fluxtui.cli.run, fluxtui.cli.opening, fluxtui.app.app, fluxtui.terminal.probe"


def test_the_first_picture_needs_textual_and_next_to_nothing_of_ours() -> None:
    """Each of these takes longer to load than a picture to be drawn."""
    loaded = modules_loaded_by(FIRST_PICTURE)
    packages = {name.partition(".")[0] for name in loaded}
    assert "textual" in packages
    assert not packages & (HEAVY | {"pydantic", "sqlite3"})
    rooms = ("services", "providers", "api", "simulator", "screens", "controllers", "imaging", "demo")
    ours = [name for name in loaded if name.startswith("fluxtui.")]
    assert not [name for name in ours if name.split(".")[1] in rooms]
    assert len(ours) < 75


def test_the_first_place_needs_no_service_that_it_does_not_use() -> None:
    loaded = modules_loaded_by(
        f"{FIRST_PICTURE}\nimport fluxtui.app.container\n"
        "from fluxtui.app.places import load_place\nload_place('finetune')"
    )
    assert "fluxtui.screens.finetune.screen" in loaded
    for name in ("page", "prompts", "spending", "gallery", "thumbnails", "training_sets", "profiles"):
        assert f"fluxtui.services.{name}" not in loaded
    assert not loaded & {f"fluxtui.widgets.dialogs.{name}" for name in DIALOGS}
    assert "fluxtui.screens.finetune.samples_dialog" not in loaded
    assert not loaded & UNDRAWN


UNDRAWN = {
    "textual.widgets._data_table",
    "textual.widgets._text_area",
    "fluxtui.widgets.table.grid",
    "fluxtui.widgets.parameter_form.path_controls",
    "fluxtui.widgets.pictures.view",
}
"""What is imported with the first row of a table, prompt or picture."""


OPENED = """
import asyncio, tempfile
from pathlib import Path
from fluxtui.app.container import Container
from fluxtui.services.config import ConfigService

async def opened():
    with tempfile.TemporaryDirectory() as folder:
        config = ConfigService(Path(folder, "none.toml"), environ={"BFL_API_KEY": "key-of-the-test"})
        config.load()
        container = Container(config, Path(folder, "data"))
        services = await container.open()
        services.jobs.subscribe(print)
        await services.session.last_place()
        await services.prices.known()
        await services.jobs.queues("bfl")
        await services.jobs.newest(500)
        await services.account.spent_today()
        await services.budget.allowances()
        await services.models.list()
        assert await services.finetuning.trainers("bfl")
        assert services.datasets
        await container.close()

asyncio.run(opened())
"""
"""What is asked of the services until the first place is painted."""


def test_what_the_first_place_asks_loads_nothing_of_what_comes_later() -> None:
    loaded = modules_loaded_by(
        f"{FIRST_PICTURE}\nfrom fluxtui.app.places import load_place\nload_place('finetune')\n{OPENED}"
    )
    assert "fluxtui.providers.bfl.training" in loaded
    later = {f"fluxtui.{name}" for name in LATER}
    assert not {name for name in loaded if any(f"{name}.".startswith(f"{one}.") for one in later)}
    assert not {name.partition(".")[0] for name in loaded} & HEAVY
    assert len([name for name in loaded if name.startswith("fluxtui.")]) < MOST_OURS


MOST_OURS = 245
"""So many modules of ours are enough: each takes a quarter of a millisecond, with what it defines."""
LATER = (
    *("api.answers", "api.multipart", "api.receiving", "api.retries", "api.wire"),
    *("controllers.jobs", "controllers.navigation"),
    *("domain.axes", "domain.batches", "domain.gallery", "domain.pace", "domain.picture", "domain.prompts"),
    *("domain.shell", "domain.workspace"),
    *("providers.bfl.catalogue", "providers.fal", "providers.replicate"),
    *("services.config.command", "services.config.problems", "services.config.programs"),
    *("services.contact_sheets", "services.gallery", "services.inference", "services.lora", "services.masks"),
    *("services.datasets.captions", "services.datasets.scan", "services.datasets.workspaces"),
    *(f"services.jobs.{name}" for name in ("credits", "doubt", "following", "runner", "submission")),
    *(f"services.journal.{name}" for name in ("gallery", "logs", "marks", "prompts", "uploads")),
    *(f"services.models.{name}" for name in ("answers", "glance", "removal", "uses", "weights")),
    *("services.picture_inputs", "services.recipes", "services.training_sets", "system.programs"),
)
"""Rooms and modules that are imported when something of them is asked for."""


DIALOGS = {"choice", "confirm", "line", "name", "path", "type_word"}
"""What is imported when somebody is asked something."""


def test_training_at_a_service_needs_nothing_of_what_generates() -> None:
    loaded = modules_loaded_by("from fluxtui.providers.bfl.provider import BFLProvider\nBFLProvider.training")
    assert "fluxtui.providers.bfl.training" in loaded
    assert not loaded & {f"fluxtui.providers.bfl.{name}" for name in ("catalogue", "flux2", "klein", "tools")}


@pytest.mark.parametrize(
    "module",
    [
        "fluxtui.app.container",
        "fluxtui.providers.registry",
        "fluxtui.services.bundle",
        "fluxtui.cli.run",
        "fluxtui.cli.logs",
        "fluxtui.cli.adopt",
        "fluxtui.cli.collect",
        "fluxtui.collector.collector",
        "fluxtui.collector.detached",
    ],
)
def test_services_load_without_the_interface(module: str) -> None:
    assert not loaded_by(f"import {module}") & (INTERFACE | HEAVY)


def test_loading_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    loaded_by(
        "import fluxtui.app.app, fluxtui.app.container, fluxtui.cli.run, fluxtui.cli.logs, "
        "fluxtui.simulator.running"
    )
    assert list(tmp_path.iterdir()) == []


def test_the_first_screen_needs_no_network_and_no_pictures() -> None:
    loaded = loaded_by("import fluxtui.app.app, fluxtui.app.container, fluxtui.screens.finetune")
    assert "textual" in loaded
    assert not loaded & HEAVY


def test_the_simulator_stands_alone() -> None:
    code = (
        "import sys, fluxtui.simulator.running\n"
        "print(' '.join(name for name in sys.modules if name.startswith('fluxtui.')))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert {name.split(".")[1] for name in result.stdout.split()} == {"simulator"}


def test_the_simulator_is_at_its_ports_before_it_can_answer() -> None:
    """A demo waits for no more: what makes answers and paints takes longer than the rest of its start."""
    loaded = modules_loaded_by(
        "import fluxtui.simulator.command\n"
        "from fluxtui.simulator.core.settings import Settings\n"
        "from fluxtui.simulator.doorway import Doorway\n"
        "from pathlib import Path\n"
        "import tempfile\n"
        "doorway = Doorway(Settings())\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    doorway.announce(Path(folder, 'ready.json'))"
    )
    assert "fluxtui.simulator.core.keys" in loaded
    assert not {name.partition(".")[0] for name in loaded} & (HEAVY | {"asyncio"})


def test_templates_are_read_without_the_template_engine_that_comes_along() -> None:
    loaded = loaded_by(
        "from fluxtui.services.prompts.parsing import parse_template\n"
        "parse_template('{red|blue} __colour__ ${x=!{a|b}} ${x}', lambda name: True)"
    )
    assert "pyparsing" in loaded
    assert not loaded & {"jinja2", "markupsafe"}
