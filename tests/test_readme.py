"""README and guide tell the truth: commands, options, keys, settings and links in them exist."""

from __future__ import annotations

import importlib
import pkgutil
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

import fluxtui
from fluxtui.cli.parser import command_line
from fluxtui.services.config import Config
from fluxtui.services.config.layers import dotted_keys

ROOT = Path(fluxtui.__file__).parents[1]
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/guide.md")}
LINKING = (*TEXTS, "SECURITY.md", "docs/architecture.md", "docs/releasing.md")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")
ANCHOR = re.compile(r"\]\((?!https?:)([^)#\s]*)#([^)]+)\)")
KEY_NAMES = {
    "!": "exclamation_mark",
    "/": "slash",
    ":": "colon",
    "?": "question_mark",
    "arrows": "down",
    "Escape": "escape",
    "Ctrl+/": "ctrl+slash",
    "Ctrl+_": "ctrl+underscore",
}
MADE_IN = re.compile(r"^(?:\.venv/bin/)?fluxtui(?= |$)")


def marked_command(name: str) -> list[list[str]]:
    """Return the commands of the README's block with a mark, word by word."""
    block = re.search(rf"<!-- command: {name} -->\n```sh\n(.*?)```", TEXTS["README.md"], re.DOTALL)
    assert block, f"README.md has no block marked {name}"
    return [shlex.split(part) for line in block[1].splitlines() for part in line.split("&&")]


def typed_commands() -> Iterator[str]:
    """Yield every command line of the program in the texts, without its name."""
    for text in TEXTS.values():
        code = [
            line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()
        ]
        code += re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
        for line in code:
            typed = line.rpartition("&&")[2].partition("  #")[0].strip()
            if MADE_IN.match(typed):
                yield MADE_IN.sub("", typed).strip()


def binding_keys() -> set[str]:
    """Return every key that something in the program, or Textual below it, is bound to."""
    for module in pkgutil.walk_packages(fluxtui.__path__, "fluxtui."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    classes, found = [DOMNode], set()
    while classes:
        node = classes.pop()
        classes += node.__subclasses__()
        for binding in vars(node).get("BINDINGS", ()):
            keys = binding.key if isinstance(binding, Binding) else binding[0]
            found |= {key.strip() for key in keys.split(",")}
    return found


def keys_in_the_guide() -> set[str]:
    """Return the keys of the guide's table by Textual's names."""
    table = TEXTS["docs/guide.md"].partition("| Keys |")[2].partition("\n\n")[0]
    spans = {key for row in table.splitlines() for key in re.findall(r"`([^`]+)`", row)}
    return {KEY_NAMES.get(key, key if len(key) == 1 else key.lower()) for key in spans}


def test_the_first_command_starts_the_demo() -> None:
    *setup, last = marked_command("demo")
    assert [words[0] for words in setup] == ["python3", ".venv/bin/pip"]
    assert setup[-1][-1] == ".[demo]"
    assert last == [".venv/bin/fluxtui", "demo"]


def test_the_second_command_runs_the_tests() -> None:
    *setup, last = marked_command("tests")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert ".[test]" in setup[-1]
    assert any(name.startswith("pytest>") for name in project["project"]["optional-dependencies"]["test"])
    assert last == [".venv/bin/pytest"]
    assert project["project"]["scripts"]["fluxtui"] == "fluxtui.cli.parser:main"


@pytest.mark.parametrize("typed", sorted(set(typed_commands())))
def test_every_command_can_be_typed(typed: str) -> None:
    command_line().parse_args(shlex.split(typed))


def help_of(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    with pytest.raises(SystemExit):
        command_line().parse_args([*command, "--help"])
    return capsys.readouterr().out


@pytest.mark.parametrize("name", TEXTS)
def test_every_option_exists(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    general = help_of(capsys)
    commands = re.findall(r"^    (\w+) ", general, re.MULTILINE)
    assert {"demo", "simulate", "doctor", "adopt"} <= set(commands)
    helps = [general, *(help_of(capsys, command) for command in commands)]
    known = set(re.findall(r"--[a-z][a-z-]+", " ".join(helps)))
    named = set(re.findall(r"`(--[a-z][a-z-]+)", TEXTS[name]))
    assert named
    assert named <= known


def test_every_key_of_the_guide_is_bound() -> None:
    keys = keys_in_the_guide()
    assert len(keys) > 20
    assert keys - binding_keys() == set()


@pytest.mark.parametrize("name", LINKING)
def test_every_link_leads_somewhere(name: str) -> None:
    targets = LINK.findall((ROOT / name).read_text(encoding="utf-8"))
    assert targets
    assert [target for target in targets if not (ROOT / name).parent.joinpath(target).exists()] == []


def test_every_place_in_a_text_that_is_linked_is_a_heading() -> None:
    linked = [
        ((ROOT / name).parent / (target or Path(name).name), anchor)
        for name in LINKING
        for target, anchor in ANCHOR.findall((ROOT / name).read_text(encoding="utf-8"))
    ]
    assert linked
    for path, anchor in linked:
        headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_setting_that_is_named_exists() -> None:
    keys = {key.replace("profiles.NAME.", "") for key in dotted_keys(Config)}
    tables = "|".join(sorted({key.partition(".")[0] for key in keys if "." in key}))
    named = set(re.findall(rf"`((?:{tables})\.[a-z_]+)`", "".join(TEXTS.values())))
    assert named
    assert named <= keys
