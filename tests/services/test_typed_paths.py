"""Which of the readings of a text is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from fluxtui.domain.errors import ConfigError, PictureError
from fluxtui.services.config import ConfigService
from fluxtui.services.picture_inputs import picture_path
from fluxtui.services.typed_paths import homeless, meant


def test_what_is_there_is_meant(tmp_path: Path) -> None:
    plain, quoted = tmp_path / "a b", tmp_path / "'a b'"
    plain.mkdir()
    assert meant(f"'{plain}'") == meant(f"{tmp_path}/a\\ b ") == meant(f"{plain}\n") == plain
    assert meant(f"file://{tmp_path}/a%20b") == plain
    # A name with quotation marks in it is that name, as soon as it is there.
    assert meant(f"{tmp_path}/'a b'") == plain
    quoted.mkdir()
    assert meant(f"{tmp_path}/'a b'") == quoted


def test_a_blank_at_the_end_belongs_to_a_name_that_has_one(tmp_path: Path) -> None:
    (tmp_path / "x ").mkdir()
    assert meant(f"{tmp_path}/x ") == tmp_path / "x "
    assert meant(f"{tmp_path}/x") == tmp_path / "x"


def test_what_is_to_be_written_is_named_without_quotation_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert meant('"~/new one.zip"') == meant("$HOME/new\\ one.zip") == tmp_path / "new one.zip"


def test_the_home_of_nobody_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = meant("~nobody-of-that-name/x")
    assert "nobody-of-that-name" in homeless(path)
    assert homeless(meant("~/x")) == homeless(meant("x")) == ""
    with pytest.raises(PictureError, match="nobody-of-that-name"):
        picture_path("~nobody-of-that-name/x.png")
    with pytest.raises(ConfigError, match="nobody-of-that-name"):
        ConfigService(Path("~nobody-of-that-name/config.toml"))
    (tmp_path / "~nobody-of-that-name").mkdir()
    assert homeless(path) == ""
