"""Lists that stand in front of a place: what was told, and what was sent."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from fluxtui.domain.durations import relative_time
from fluxtui.domain.text import file_size
from fluxtui.screens.timed import TimedScreen
from fluxtui.widgets.key_line import KeyLine
from fluxtui.widgets.plain import PlainLabel, PlainStatic, cell
from fluxtui.widgets.table import Column, Row, RowTable

STYLES = {"error": "bold red", "warning": "yellow", "success": "green", "information": ""}


class ListScreen(TimedScreen[None]):
    """A titled table over the whole terminal, with the row under the cursor in full below."""

    DEFAULT_CSS = """
    ListScreen {
        .list-title { padding: 0 1; text-style: bold; color: $text-primary; background: $panel; width: 1fr; }
        .list-full { height: auto; max-height: 8; padding: 0 1; border-top: solid $surface-lighten-2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back", id="list.back"),
        Binding("r", "refresh_rows", "Refresh", id="list.refresh"),
    ]
    LIST_TITLE: ClassVar[str] = ""
    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    EMPTY: ClassVar[str] = ""

    def compose(self) -> ComposeResult:
        """Lay out title, table and the full row."""
        yield PlainLabel(self.LIST_TITLE, classes="list-title")
        yield RowTable(self.COLUMNS, empty=self.EMPTY)
        yield PlainStatic("", classes="list-full")
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the rows."""
        self.query_one(RowTable).focus()
        self.action_refresh_rows()

    def action_refresh_rows(self) -> None:
        """Show what there is now."""
        self.query_one(RowTable).set_rows(self.make_rows())

    def show_time(self) -> None:
        """Show how long ago it was by now."""
        self.action_refresh_rows()

    def make_rows(self) -> list[Row]:
        """Return the rows, newest first."""
        raise LookupError(f"{type(self).__name__} has no rows")

    def full_text(self, key: str) -> str:
        """Return all of a row."""
        raise LookupError(f"{type(self).__name__} has no row {key}")

    def on_row_table_highlighted(self, event: RowTable.Highlighted) -> None:
        """Show the row under the cursor in full."""
        full = "" if event.key is None else self.full_text(event.key)
        self.query_one(".list-full", PlainStatic).show(full)


class MessagesScreen(ListScreen):
    """Everything that was told, errors included, until the program ends."""

    HELP = "Everything that was told since the start, newest first."
    LIST_TITLE = "Messages"
    EMPTY = "Nothing has been told yet."
    COLUMNS = (Column("at", "When", width=9), Column("title", "About", width=18), Column("text", "What"))

    def make_rows(self) -> list[Row]:
        """Return the notices."""
        now = self.app.clock()
        return [
            Row(
                str(number),
                {
                    "at": relative_time(notice.at, now),
                    "title": cell(notice.title or notice.severity, STYLES[notice.severity]),
                    "text": notice.text,
                },
            )
            for number, notice in enumerate(self.app.notices)
        ]

    def full_text(self, key: str) -> str:
        """Return the whole sentence."""
        return self.app.notices[int(key)].text


class RequestsScreen(ListScreen):
    """The last exchanges with the services: no keys, no queries, no bodies."""

    HELP = "What was sent and answered. Keys, signed addresses and contents are never kept here."
    LIST_TITLE = "Requests"
    EMPTY = "Nothing has been sent yet."
    COLUMNS = (
        Column("at", "When", width=9),
        Column("method", "", width=4),
        Column("path", "Address"),
        Column("status", "Answer", width=8),
        Column("ms", "ms", width=6, align="right"),
        Column("bytes", "Up / down", width=19, align="right"),
    )

    def make_rows(self) -> list[Row]:
        """Return the exchanges."""
        now = self.app.clock()
        exchanges = self.app.services.trace.exchanges
        return [
            Row(
                str(number),
                {
                    "at": relative_time(exchange.at, now),
                    "method": exchange.method,
                    "path": f"{exchange.host}{exchange.path}",
                    "status": cell(str(exchange.status or "none"), "red" if exchange.error else ""),
                    "ms": f"{exchange.milliseconds:.0f}",
                    "bytes": f"{file_size(exchange.sent)} / {file_size(exchange.received)}",
                },
            )
            for number, exchange in reversed(tuple(enumerate(exchanges)))
        ]

    def full_text(self, key: str) -> str:
        """Return the address, and what went wrong."""
        exchanges = self.app.services.trace.exchanges
        exchange = exchanges[min(int(key), len(exchanges) - 1)]
        return f"{exchange.method} {exchange.host}{exchange.path}\n{exchange.error}"
