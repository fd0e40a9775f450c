"""The door of the keyboard: whatever a terminal, a multiplexer, a lossy line or a paste can send."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from random import Random

from textual import events

from fluxtui.app.input_events import InputEvents
from fluxtui.app.keyboard import READ_BYTES
from fluxtui.terminal.input_reader import MOST_REPLY, InputReader, Pasted, Replied, Token, Typed
from fluxtui.terminal.replies import Questions, read_replies
from tests.fuzz import shapes
from tests.fuzz.campaign import Fault, check_shown

_PIECES: tuple[str, ...] = (
    *(
        "\x1b",
        "\x1b[",
        "\x1bO",
        "\x1b]",
        "\x1bP",
        "\x1b_",
        "\x1b^",
        "\x1bX",
        "\x1b\\",
        "\x07",
        "\x9c",
        "\x9b",
    ),
    *("\x1b[A", "\x1bOA", "\x1b[1;5C", "\x1b[3~", "\x1b[200~", "\x1b[201~", "\x1b[I", "\x1b[O", "\x1b[M   "),
    *("\x1b[<0;10;10M", "\x1b[<35;1;1m", "\x1b[24;80R", "\x1b[?62;4c", "\x1b[?2026;2$y", "\x1b[97;5u"),
    *("\x1b[6;20;10t", "\x1b[48;24;80;480;800t", "\x1b[>0;276;0c", "\x1b]11;rgb:0000/0000/0000\x1b\\"),
    *("\x1bP>|xterm(379)\x1b\\", "\x1b_Gi=31;OK\x1b\\", "\x1b[1114112u", "\x1b[55296u", "\x1b[99999999999u"),
    *(
        "\x1b[57399u",
        "\x1b[0u",
        "\x1b[;;;u",
        "\x1b[[A",
        "\x1b[2$",
        "\x1b\x1b",
        "\x1b\x03",
        "\x03",
        "\x11",
        "\x18",
    ),
    *("a", "ä", "漢", "👨‍👩‍👧", "\t", "\r", "\n", "\x00", "\x7f", "\x08", "\ufffd", ";", "0", "9" * 300),
)
_NAMED: Mapping[str, tuple[str, ...]] = {
    "a paste without an end": ("\x1b[200~" + "rm -rf /\n" * 100,),
    "a paste whose end is cut": ("\x1b[200~a", "b\x1b[20", "1~c"),
    "a paste within a paste": ("\x1b[200~a\x1b[200~b\x1b[201~c\x1b[201~",),
    "a reply without an end": ("\x1b]52;c;" + "A" * 200_000,),
    "ten thousand replies": ("\x1b[?62;4c" * 10_000,),
    "a sequence without an end": ("\x1b[" + "1;" * 50_000,),
    "a character that is none": ("\x1b[1114112u\x1b[55296u\x1b[4294967296u",),
    "a quarter of a million letters": ("a" * 250_000,),
    "leaving in a reply": ("\x1b]0;title\x11", "\x03"),
    "zeros": ("\x00" * 1_000,),
    "escapes": ("\x1b" * 10_000,),
    "byte by byte": tuple("\x1b[200~hello\x1b[201~\x1b[<0;1;1M\x1bP>|x\x1b\\\x11"),
}


class TerminalDoor:
    """Feeds the reader of the keyboard in pieces, with the clock going on between them."""

    name = "terminal"
    named = tuple(_NAMED)
    bound = 15.0
    cost = 0.3
    overhead = 0.0

    async def open(self) -> None:
        """Nothing is shared."""

    async def close(self) -> None:
        """Nothing is open."""

    async def attempt(self, case: str, chance: Random) -> str:
        """Send some pieces, then Ctrl+Q, which must arrive however it stands."""
        pieces = _NAMED.get(case) or tuple(_piece(chance) for _ in range(chance.randrange(1, 12)))
        sent = [piece.encode("utf-8", "surrogatepass") for piece in pieces]
        if case not in _NAMED and chance.random() < 0.3:
            sent = [shapes.damaged(chance, piece) for piece in sent]
        reader, made, now = InputReader(), InputEvents(), 0.0
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        tokens: list[Token] = []
        for piece in sent:
            now += chance.choice((0.0, 0.001, 0.06, 0.2, 1.5, 6.0))
            tokens += reader.tick(now)
            for at in range(0, len(piece), READ_BYTES):
                tokens += reader.feed(decoder.decode(piece[at : at + READ_BYTES]), now)
        kinds = {self._check(token, made) for token in tokens}
        for _ in range(8):
            now += 10.0
            tokens += reader.tick(now)
        if reader.due is not None:
            raise Fault("something is waited for for ever")
        after = reader.feed("\x11", now + 10.0)
        if not any(isinstance(token, Typed) and "\x11" in token.text for token in after):
            raise Fault("Ctrl+Q does not arrive")
        check_shown(read_replies(b"".join(sent)).name, "the name of a terminal")
        Questions().answered_by(b"".join(sent))
        return "+".join(sorted(kinds)) or "nothing"

    def _check(self, token: Token, made: InputEvents) -> str:
        if isinstance(token, Replied):
            if len(token.text) > MOST_REPLY:
                raise Fault("a reply is endless")
            return "reply"
        for message in made.of(token):
            if isinstance(message, events.Paste) and "\x00" in message.text:
                raise Fault("a zero byte was pasted")
            if isinstance(message, events.Key) and message.character is not None:
                message.character.encode()
        return "paste" if isinstance(token, Pasted) else "typed"


def _piece(chance: Random) -> str:
    draw = chance.random()
    if draw < 0.75:
        return "".join(chance.choice(_PIECES) for _ in range(chance.randrange(1, 12)))
    if draw < 0.85:
        return chance.choice(shapes.TEXTS)[:2_000]
    return chance.randbytes(chance.randrange(1, 60)).decode("latin-1")
