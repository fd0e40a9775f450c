"""A table of rows with names: sorted, filtered, and drawn again only where something changed."""

from fluxtui.widgets.table.row_table import RowTable
from fluxtui.widgets.table.rows import Column, Row

__all__ = ["Column", "Row", "RowTable"]
