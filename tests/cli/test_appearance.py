"""What is read before the first picture says the same as the validated configuration, and never fails."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

import pytest

from fluxtui.cli.appearance import Appearance, read_appearance
from fluxtui.services.config import ConfigService

FILES = {
    "nothing": "",
    "theme": '[interface]\ntheme = "nord"\n',
    "mouse": "[interface]\nmouse = false\n",
    "mouse in words": '[interface]\nmouse = "off"\n',
    "protocol": '[images]\nprotocol = "sixel"\n',
    "all, and more": '[interface]\ntheme = "gruvbox"\nmouse = true\nbell = false\n'
    '[images]\nprotocol = "none"\n[budget]\nday_usd = 5\n',
}
VARIABLES: tuple[dict[str, str], ...] = (
    {},
    {"FLUXTUI_INTERFACE_THEME": "dracula", "FLUXTUI_IMAGES_PROTOCOL": "kitty"},
    {"FLUXTUI_INTERFACE_MOUSE": "No"},
    {"FLUXTUI_INTERFACE_MOUSE": "1", "FLUXTUI_INTERFACE_THEME": ""},
)


@pytest.mark.parametrize("environ", VARIABLES)
@pytest.mark.parametrize("text", FILES.values(), ids=FILES.keys())
def test_it_agrees_with_the_validated_configuration(
    text: str, environ: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    config = ConfigService(path, environ=environ).load()
    validated = Appearance(config.interface.theme, config.images.protocol, config.interface.mouse)
    assert read_appearance(Namespace(config=path), environ) == validated


@pytest.mark.parametrize(
    "text",
    [
        "[interface\n",
        "interface = 3\n",
        "[interface]\ntheme = 4\nmouse = 7\n[images]\nprotocol = ['a']\n",
        "x = " + "[" * 5000 + "\n",
        "x = " + "1" * 10_000 + "\n",
    ],
)
def test_what_makes_no_sense_counts_as_not_given(text: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    assert read_appearance(Namespace(config=path), {}) == Appearance()


def test_a_file_that_is_none_keeps_nobody_waiting(tmp_path: Path) -> None:
    pipe = tmp_path / "config.toml"
    os.mkfifo(pipe)
    assert read_appearance(Namespace(), {"FLUXTUI_CONFIG": str(pipe)}) == Appearance()
    assert read_appearance(Namespace(), {"FLUXTUI_CONFIG": str(tmp_path / "none")}) == Appearance()
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    assert read_appearance(Namespace(config=tmp_path / "binary"), {}) == Appearance()


def test_options_come_before_variables_and_those_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[interface]\ntheme = "nord"\nmouse = true\n[images]\nprotocol = "sixel"\n')
    environ = {"FLUXTUI_IMAGES_PROTOCOL": "kitty", "FLUXTUI_INTERFACE_THEME": "dracula"}
    options = Namespace(config=path, images="iterm2", no_mouse=True)
    assert read_appearance(options, environ) == Appearance("dracula", "iterm2", mouse=False)
