"""The table `keys`: in tables within tables or by dotted names, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fluxtui.domain.errors import ConfigError
from fluxtui.services.config import ConfigService


def keys_of(tmp_path: Path, text: str) -> dict[str, str]:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return ConfigService(path, environ={}).load().keys


@pytest.mark.parametrize(
    "text",
    [
        '[keys]\ngallery.star = "B"\nplace.models = "F3, Alt+m"',
        '[keys]\n"gallery.star" = "B"\n"place.models" = ["f3", "alt+m"]',
        '[keys.gallery]\nstar = "B"\n[keys.place]\nmodels = "f3,alt+m"',
    ],
)
def test_keys_in_any_form_of_table(tmp_path: Path, text: str) -> None:
    assert keys_of(tmp_path, text) == {"gallery.star": "B", "place.models": "f3,alt+m"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[keys]\ngallery.star = ""', "gallery.star must be keys such as x, f8 or ctrl+s"),
        ('[keys]\ngallery.star = "nonsense"', "gallery.star must be keys such as x"),
        (
            '[keys]\ngallery.star = "ctrl+i"',
            "gallery.star cannot be Ctrl+I: a terminal sends the same for it as for Tab",
        ),
        ("[keys]\ngallery.star = 5", "gallery.star must be a key, or several"),
        ('[keys]\ngallery.star = "a,b,c,d,e,f,g"', "gallery.star must be at most 6 keys"),
        ('[keys]\n"bfl_secret-key!" = "x"', "must have names of actions such as jobs.cancel"),
        ('keys = "x"', "must be a table"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ConfigError) as raised:
        keys_of(tmp_path, text)
    (problem,) = raised.value.problems
    assert problem.field == "keys"
    assert problem.reason.startswith(reason)


def test_saving_one_key_and_taking_it_back(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    service = ConfigService(path, environ={})
    service.load()
    assert service.save({"keys.jobs.cancel": "X,f8"}).keys == {"jobs.cancel": "X,f8"}
    assert ConfigService(path, environ={}).load().keys == {"jobs.cancel": "X,f8"}
    assert service.save({"keys.jobs.cancel": None}).keys == {}
