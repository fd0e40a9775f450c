"""Pictures of the workbench as rows of its table."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from fluxtui.controllers.dataset.rows import SIGNS, BenchPicture, bench_pictures
from fluxtui.domain.dataset import Dataset
from fluxtui.domain.dataset_scan import DatasetScan
from fluxtui.domain.workspace import Workspace
from fluxtui.widgets.table import Column, Row

Ready = Mapping[str, tuple[BenchPicture, Row]]
"""Pictures and their rows by the names of the pictures."""

STYLES = {"fault": "bold red", "doubt": "yellow", "out": "dim", "good": "green"}


def columns(*, is_wide: bool = False) -> tuple[Column, ...]:
    """Return the columns for a narrow or a wide terminal."""
    return (
        Column("sign", "", 1),
        Column("name", "Picture", 22 if is_wide else 14),
        Column("size", "Pixels", 9, align="right"),
        Column("caption", "Caption"),
    )


def row_of(item: BenchPicture) -> Row:
    """Return the row of a picture: sign, name, pixels and the beginning of its caption."""
    quiet = "dim" if item.state in {"out", "fault"} else ""
    first = item.problems[0].reason if item.state == "fault" and item.problems else item.caption
    return Row(
        item.name,
        {
            "sign": Text(SIGNS[item.state], STYLES[item.state]),
            "name": Text(item.name, quiet),
            "size": Text(item.size_text, "dim"),
            "caption": Text(first or "no caption", quiet if first else "dim"),
        },
        {"size": item.width * item.height, "sign": "✗!✓–".index(SIGNS[item.state])},
    )


def ready(
    found: DatasetScan, dataset: Dataset, workspace: Workspace, before: Ready
) -> tuple[tuple[BenchPicture, ...], Ready]:
    """Return the pictures, and their rows; the row of a picture that is as it was `before` is the same."""
    pictures = bench_pictures(found, dataset, workspace)
    made = {}
    for item in pictures:
        known = before.get(item.name)
        made[item.name] = known if known is not None and known[0] == item else (item, row_of(item))
    return pictures, made
