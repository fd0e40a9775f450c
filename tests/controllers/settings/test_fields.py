"""The settings form follows the configuration's own models."""

from __future__ import annotations

from pathlib import Path

import pytest

from fluxtui.controllers.settings.fields import (
    SETTINGS,
    Setting,
    changes_between,
    settings_fields,
    settings_values,
)
from fluxtui.domain.endpoint import Control
from fluxtui.services.config import ConfigService
from fluxtui.services.config.model import Config

FIELDS = {field.name: field for field in settings_fields(("textual-dark", "ansi-dark"))}


def test_choices_ranges_and_defaults_come_from_the_models() -> None:
    assert FIELDS["interface.theme"].choices == ("textual-dark", "ansi-dark")
    assert FIELDS["images.protocol"].choices == ("auto", "kitty", "iterm2", "sixel", "halfcell", "none")
    assert FIELDS["interface.bell"].control is Control.TOGGLE
    assert FIELDS["generation.confirm_above_usd"].minimum == 0
    assert (FIELDS["generation.images"].minimum, FIELDS["generation.images"].maximum) == (1, 24)


def test_nothing_changed_means_nothing_written() -> None:
    config = Config()
    assert set(settings_values(config)) == {setting.key for setting in SETTINGS}
    assert changes_between(config, settings_values(config)) == {}


def test_changes_are_valid_for_the_file(tmp_path: Path) -> None:
    service = ConfigService(tmp_path / "config.toml", environ={})
    values = {**settings_values(service.config), "base_url": "http://127.0.0.1:9", "interface.bell": False}
    changes = changes_between(service.config, values)
    assert changes == {"profiles.bfl.base_url": "http://127.0.0.1:9", "interface.bell": False}
    saved = service.save(changes)
    assert saved.profiles["bfl"].base_url == "http://127.0.0.1:9"
    assert not saved.interface.bell


def test_how_this_machine_is_reached_is_a_text_that_may_be_left_out(tmp_path: Path) -> None:
    host, port = FIELDS["home.host"], FIELDS["home.page_port"]
    assert (host.control, host.nullable, host.empty) == (Control.TEXT, True, "as you reach it now")
    assert (FIELDS["home.ssh_port"].minimum, FIELDS["home.ssh_port"].maximum) == (1, 65535)
    assert (port.minimum, port.nullable) == (0, False)
    service = ConfigService(tmp_path / "config.toml", environ={})
    saved = service.save({"home.host": "jo@studio", "home.ssh_port": 2222})
    assert (saved.home.host, saved.home.ssh_port) == ("jo@studio", 2222)
    assert service.save({"home.host": None}).home.host is None


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_what_a_field_is_for_fits_the_one_row_that_80_columns_leave(setting: Setting) -> None:
    assert len(setting.help) <= 76
