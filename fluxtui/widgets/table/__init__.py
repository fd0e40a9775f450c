"""A table of rows with names: sorted, filtered, and drawn again only where something changed."""

from fluxtui.widgets.table.row_table import RowTable
from fluxtui.widgets.table.rows import Column, LateRow, Row

__all__ = ["Column", "LateRow", "Row", "RowTable"]
