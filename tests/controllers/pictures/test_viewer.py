"""Pictures that are looked at: which one, how close, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fluxtui.controllers.pictures.item import ViewItem
from fluxtui.controllers.pictures.viewer import PictureViewer
from fluxtui.terminal.framing import Frame


def items(count: int) -> list[ViewItem]:
    return [
        ViewItem(Path(f"/pictures/{number}.png"), parameters={"prompt": "a lamp", "seed": number + 7})
        for number in range(count)
    ]


def test_the_ends_are_told_until_the_next_key() -> None:
    viewer = PictureViewer(items(3), 9)
    assert viewer.position == "3/3"
    viewer.go_to(viewer.index + 1)
    assert (viewer.index, viewer.news) == (2, "There are no more.")
    viewer.go_to(viewer.index - 1)
    assert (viewer.index, viewer.news) == (1, "")
    alone = PictureViewer(items(1))
    alone.go_to(1)
    assert alone.news == "This is the only picture."


def test_another_picture_is_seen_whole_unless_they_are_compared() -> None:
    viewer = PictureViewer(items(3))
    viewer.zoom(2)
    assert viewer.frame.zoom == pytest.approx(2.25)
    viewer.select(1)
    assert viewer.frame.zoom == pytest.approx(2.25)
    viewer.go_to(2)
    assert viewer.frame == Frame()


def test_one_pans_only_over_what_is_closer() -> None:
    viewer = PictureViewer(items(1))
    told: list[Frame] = []
    viewer.changed.connect(lambda: told.append(viewer.frame))
    viewer.pan(1, 0, (400, 300), (80, 46))
    assert told == []
    viewer.show_pixels((400, 300), (80, 46))
    viewer.pan(1, 0, (400, 300), (80, 46))
    assert told[1].part((400, 300), (80, 46)).left > told[0].part((400, 300), (80, 46)).left
    viewer.fit()
    assert viewer.frame == Frame()


def test_path_prompt_and_seed_are_copied_in_turn() -> None:
    viewer = PictureViewer(items(2))
    assert [viewer.copy() for _ in range(4)] == ["/pictures/0.png", "a lamp", "7", "/pictures/0.png"]
    assert viewer.news == "Copied the path (y again copies the prompt): /pictures/0.png"
    viewer.go_to(1)
    assert viewer.copy() == "/pictures/1.png"
    alone = PictureViewer([ViewItem(Path("/a.png"))])
    alone.copy()
    assert alone.news == "Copied the path: /a.png"
