"""Pictures of the workbench as rows of its table."""

from __future__ import annotations

from rich.text import Text

from fluxtui.screens.workbench.bench import SIGNS, BenchPicture
from fluxtui.widgets.table import Column, Row

COLUMNS = (
    Column("sign", "", 1),
    Column("name", "Picture", 14),
    Column("size", "Pixels", 9, align="right"),
    Column("caption", "Caption"),
)
STYLES = {"fault": "bold red", "doubt": "yellow", "out": "dim", "good": "green"}


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
