"""The words of prompts, found by SQLite's FTS5, or letter by letter where this SQLite was built without it.

The index holds no prompts: it is made of those in the table of pictures and kept in step by triggers. It is
no part of the migrations, so that a journal opens where FTS5 is missing: the triggers are then taken away,
and the index is made anew when a program that has FTS5 finds them gone.

Words are runs of letters and digits of any script, whatever their case and accents; punctuation only parts
them. Scripts that put no spaces between words, and terms without any letter, are found by comparing texts.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from fluxtui.services.journal.faults import DAMAGE

if TYPE_CHECKING:
    from fluxtui.domain.gallery import Term

MISSING = (
    "This Python's SQLite was built without FTS5: the gallery's search is slower, and tells accents apart, "
    "and the case of letters beyond A to Z."
)

_INDEX = """
CREATE VIRTUAL TABLE picture_words USING fts5(
    prompt,
    content='pictures', content_rowid='number',
    tokenize='unicode61 remove_diacritics 2', prefix='1 2 3'
)
"""
_REMOVED = (
    "INSERT INTO picture_words (picture_words, rowid, prompt) VALUES ('delete', old.number, old.prompt);"
)
_ADDED = "INSERT INTO picture_words (rowid, prompt) VALUES (new.number, new.prompt);"
_TRIGGERS = {
    "picture_words_added": f"AFTER INSERT ON pictures BEGIN {_ADDED} END",
    "picture_words_removed": f"AFTER DELETE ON pictures BEGIN {_REMOVED} END",
    "picture_words_changed": f"AFTER UPDATE OF number, prompt ON pictures BEGIN {_REMOVED} {_ADDED} END",
}
_WITHOUT_SPACES = (
    *("CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "YI "),
    *("THAI", "LAO", "KHMER", "MYANMAR", "TAI ", "JAVANESE", "BALINESE", "TIBETAN"),
)
"""How the Unicode names of letters begin whose scripts put no spaces between words."""


@cache
def has_fts5() -> bool:
    """Tell whether SQLite was built with FTS5."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE probe USING fts5(words)")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


def prepare_search(connection: sqlite3.Connection) -> bool:
    """Make the index of words where it is missing or has not been kept, and return whether there is one.

    Safe when several programs open a journal at the same moment.

    Raises:
        sqlite3.Error: the database cannot be read or written; nothing was changed.
    """
    if has_fts5() == _is_kept(connection):
        return has_fts5()
    connection.execute("BEGIN IMMEDIATE")
    try:
        if has_fts5() != _is_kept(connection):
            _make(connection) if has_fts5() else _neglect(connection)
        connection.execute("COMMIT")
    finally:
        connection.rollback()
    return has_fts5()


def has_sound_index(connection: sqlite3.Connection) -> bool:
    """Tell whether the index of words, if there is one, agrees with the prompts. It may write to the file."""
    if not has_fts5() or not _is_kept(connection):
        return True
    try:
        connection.execute("INSERT INTO picture_words (picture_words, rank) VALUES ('integrity-check', 1)")
    except DAMAGE:
        return False
    return True


def conditions(terms: Iterable[Term], *, by_words: bool) -> Iterator[tuple[str, str]]:
    """Yield SQL conditions on a picture `p`, each with its one value.

    Args:
        terms: what to look for; nothing in them is taken for syntax.
        by_words: whether there is an index of words.
    """
    wanted = []
    for term in terms:
        if not by_words or not _has_words(term.text):
            found = "instr(lower(p.prompt), lower(?))"
            yield (f"NOT {found}" if term.absent else found), term.text
        elif term.absent:
            yield (
                "p.number NOT IN (SELECT rowid FROM picture_words WHERE picture_words MATCH ?)",
                _phrase(term.text),
            )
        else:
            wanted.append(_phrase(term.text))
    if wanted:
        yield "p.number IN (SELECT rowid FROM picture_words WHERE picture_words MATCH ?)", " ".join(wanted)


def _phrase(text: str) -> str:
    """Return a phrase whose last word may go on; in quotes, only quotes mean something to FTS5."""
    return '"' + text.replace('"', '""') + '"*'


def _has_words(text: str) -> bool:
    """Tell whether a text is words as the index has them: something to find, and a space between any two."""
    letters = [letter for letter in text if unicodedata.category(letter)[0] in "LN"]
    return bool(letters) and not any(
        unicodedata.name(letter, "").startswith(_WITHOUT_SPACES) for letter in letters if letter > "\u0dff"
    )


def _is_kept(connection: sqlite3.Connection) -> bool:
    sql = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN (?, ?, ?)"
    return int(connection.execute(sql, tuple(_TRIGGERS)).fetchone()[0]) == len(_TRIGGERS)


def _make(connection: sqlite3.Connection) -> None:
    _neglect(connection)
    connection.execute("DROP TABLE IF EXISTS picture_words")
    connection.execute(_INDEX)
    connection.execute("INSERT INTO picture_words (picture_words) VALUES ('rebuild')")
    for name, body in _TRIGGERS.items():
        connection.execute(f"CREATE TRIGGER {name} {body}")


def _neglect(connection: sqlite3.Connection) -> None:
    for name in _TRIGGERS:
        connection.execute(f"DROP TRIGGER IF EXISTS {name}")
