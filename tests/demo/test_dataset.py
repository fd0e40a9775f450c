"""The sample dataset of the demo."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from fluxtui.demo.dataset import SCENES, SIDE, make_sample_dataset


def test_a_dozen_captioned_pictures(tmp_path: Path) -> None:
    folder = make_sample_dataset(tmp_path / "sample")
    pictures = sorted(folder.glob("*.jpg"))
    assert len(pictures) == len(SCENES) == 12
    for picture in pictures:
        with Image.open(picture) as opened:
            assert opened.size == (SIDE, SIDE)
            assert len(opened.convert("RGB").getcolors(SIDE * SIDE) or []) > 1000
        assert picture.with_suffix(".txt").read_text(encoding="utf-8").startswith("a photo of ")


def test_what_the_user_changed_stays(tmp_path: Path) -> None:
    make_sample_dataset(tmp_path)
    caption = tmp_path / "lantern-01.txt"
    caption.write_text("mine", encoding="utf-8")
    (tmp_path / "lantern-02.jpg").unlink()
    make_sample_dataset(tmp_path)
    assert caption.read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "lantern-02.jpg").exists()
