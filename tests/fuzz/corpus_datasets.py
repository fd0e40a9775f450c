"""Archives, folders and captions as they are found, and made to do harm."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from functools import cache

from tests.fuzz.corpus_pictures import GOOD
from tests.fuzz.door_weights import large_directory, zip_of
from tests.fuzz.samples import Item, Kind, Sample

ODD_NAMES = (
    *(
        b"a.png",
        b"A.PNG",
        b"b.jpg",
        b"a.txt",
        b"a.png.txt",
        b"a.caption",
        b"a.json",
        b"metadata.jsonl",
        b"metadata.csv",
    ),
    *(
        b"sub/c.png",
        b"sub/c.txt",
        b"10_dog/d.png",
        b"a_mask.png",
        b"a-masklabel.png",
        b"a_start.png",
        b"a_end.png",
    ),
    *(
        b"@eaDir/a.png",
        b".hidden.png",
        b"__MACOSX/._a.png",
        b"CON.png",
        b"..png",
        b"a.png ",
        b"x" * 250 + b".png",
    ),
    *(
        b"\xff\xfe.png",
        b"stra\xc3\x9fe.png",
        b"STRASSE.png",
        b"e\xcc\x81.png",
        b"\xc3\xa9.png",
        b"\xe2\x80\xae.png",
    ),
    *(
        b"\x1b[2J.png",
        b"a\n.png",
        b"[red].png",
        b"=1.png",
        b"\xed\xa0\x80.png",
        b"list.txt",
        b"a.zip",
        b"a.webp",
    ),
)

CAPTIONS = (
    *(
        "a dog, ünder a tree\n".encode(),
        b"",
        b"   \n",
        "ein Hund, Straße".encode("cp1252"),
        "狐".encode("gbk"),
    ),
    *(
        "кот на окне".encode("cp1251"),
        "a fox".encode("utf-16"),
        "a fox".encode("utf-32"),
        b"\xef\xbb\xbfa fox",
    ),
    *(
        b"a [trigger] dog\x00",
        b"a" * 70_000,
        b"\xff" * 900,
        b"{a|b}, __c__",
        b"\xed\xa0\x80",
        "e\u0301 \u202e".encode(),
    ),
)

RECORDS = (
    *(
        b'{"caption": "a fox"}',
        b'{"text": "\\ud800", "file_name": "a.png"}\n',
        b'{"caption": {"a": 1}}',
        b"[" * 30_000,
    ),
    *(
        b'{"file_name": "a.png", "text": "a fox"}\n{"file_name": "../../a.png", "text": "b"}\n',
        b"null",
        b"1e999",
    ),
    *(
        b"file_name,text\na.png,a fox\n",
        b'file_name,text\n"a.png,"',
        b"file_name,text\na.png," + b"x" * 200_000,
    ),
    *(
        b"\0file_name,text\n",
        b'{"file_name": "\\u0000", "text": "\\u0000"}',
        b'{"a":' * 900,
        b'{"prompt": ' + b"9" * 9_000 + b"}",
    ),
)

TOKENS = (
    *(
        b"file_name",
        b"text",
        b"caption",
        b"prompt",
        b'"',
        b",",
        b"\\u0000",
        b"\\udc80",
        b"\\ud83d",
        b"\n",
        b"{}",
        b"null",
    ),
    *(
        b"PK\x03\x04",
        b"PK\x01\x02",
        b"PK\x05\x06",
        b"PK\x06\x06",
        b"PK\x06\x07",
        b"\x01\0",
        b"up\x09\0",
        b"../",
        b"C:\\",
    ),
)


@cache
def picture(name: str = "rgb.png") -> bytes:
    return GOOD[name]()


def zip_parts(*members: tuple[bytes, bytes, int]) -> bytes:
    """Return a ZIP of stored members under names of any bytes, with flags."""
    import zlib

    body, directory = b"", b""
    for name, content, flags in members:
        about = struct.pack(
            "<HHHHHIIIHH", 20, flags, 0, 0, 33, zlib.crc32(content), len(content), len(content), len(name), 0
        )
        directory += (
            b"PK\x01\x02"
            + struct.pack("<H", 20)
            + about
            + struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, len(body))
            + name
        )
        body += b"PK\x03\x04" + about + name + content
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, len(members), len(members), len(directory), len(body), 0
    )
    return body + directory + end


def _overlapping() -> bytes:
    """Return a ZIP whose members are all the same bytes."""
    content = zip_of(("a.png", picture()))
    at = content.index(b"PK\x01\x02")
    entry = content[at : content.index(b"PK\x05\x06")]
    entries = b"".join(entry.replace(b"a.png", b"%05d" % number) for number in range(900))
    return (
        content[:at] + entries + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 900, 900, len(entries), at, 0)
    )


def _members_of_modes() -> bytes:
    """Return a ZIP with links, devices and a pipe under the names of pictures."""
    content = bytearray(
        zip_of(*((f"{number}.png", b"/etc/passwd") for number in range(4)), ("a.png", picture()))
    )
    at = 0
    for kind in (0o120777, 0o020666, 0o060666, 0o010666):
        at = content.index(b"PK\x01\x02", at)
        struct.pack_into("<I", content, at + 38, kind << 16)
        content[at + 5] = 3
        at += 4
    return bytes(content)


ZIPS: Mapping[str, Callable[[], bytes]] = {
    "good": lambda: zip_of(("a.png", picture()), ("a.txt", b"a fox"), ("b.jpg", picture("plain.jpg"))),
    "slip": lambda: zip_of(
        ("../../escaped.png", picture()), ("ok/../../../escaped.png", b"x"), ("/var/escaped.png", b"x")
    ),
    "slip of Windows": lambda: zip_of(
        ("..\\..\\escaped.png", picture()), ("C:\\escaped.png", picture()), ("\\\\host\\a.png", b"x")
    ),
    "links and devices": _members_of_modes,
    "bombs": lambda: zip_of(*((f"{number}.png", bytes(60_000_000)) for number in range(3))),
    "bomb of captions": lambda: zip_of(
        ("a.png", picture()), ("a.txt", bytes(60_000_000)), ("metadata.jsonl", b"\n" * 900_000)
    ),
    "nested": lambda: zip_of(("a.zip", zip_of(("a.png", picture())))),
    "overlapping": _overlapping,
    "twice": lambda: zip_parts(
        (b"a.png", picture(), 0), (b"a.png", picture("bits.png"), 0), (b"A.png", b"x", 0)
    ),
    "no name": lambda: zip_parts((b"", picture(), 0), (b"/", b"", 0), (b"///", b"", 0)),
    "names of zeros": lambda: zip_parts((b"a.png\0.txt", picture(), 0), (b"\0", b"x", 0)),
    "names in no UTF-8": lambda: zip_parts(
        (b"\xff\xfe.png", picture(), 0x800), (b"\xed\xa0\x80.png", picture(), 0x800)
    ),
    "names that drive a terminal": lambda: zip_parts(
        (b"\x1b]0;x\x07.png", picture(), 0), ("\u202egnp.png".encode(), picture(), 0x800)
    ),
    "names of devices": lambda: zip_of(
        ("CON.png", picture()), ("nul.txt", b"x"), ("a" * 60_000 + ".png", b"x")
    ),
    "many folders": lambda: zip_of(("/".join("a" * 20_000) + "/a.png", picture())),
    "encrypted": lambda: zip_parts((b"a.png", picture(), 1), (b"b.png", picture(), 0)),
    "many members": lambda: zip_parts(*((b"%d" % number, b"", 0) for number in range(20_000))),
    "list at 2^64 - 1": lambda: large_directory((1 << 64) - 1),
    "list at 2^63": lambda: large_directory(1 << 63),
    "list of 2^64 members": lambda: large_directory(44, (1 << 64) - 1, (1 << 64) - 1),
    "list in itself": lambda: large_directory(44, 1, 1 << 20),
    "end of nothing": lambda: b"PK\x05\x06" + b"\xff" * 18,
    "end twice": lambda: zip_of(("a.png", picture())) + b"PK\x05\x06" + b"\xff" * 18,
    "other way of packing": lambda: zip_of(("a.png", picture() * 40)).replace(b"\x08\0\0\0", b"\x63\0\0\0"),
    "one picture": picture,
    "comment of a ZIP": lambda: zip_of(("a.png", picture()), comment=zip_of(("b.png", picture()))[:60_000]),
}


def _linked(*links: tuple[bytes, bytes]) -> Sample:
    return (
        Item(b"a.png", picture()),
        *(Item(name, target, Kind.LINK) for name, target in links),
    )


FOLDERS: Mapping[str, Callable[[], Sample]] = {
    "link to itself": lambda: _linked((b"self", b"self"), (b"b.png", b"b.png")),
    "link to the folder": lambda: _linked((b"sub", b"."), (b"up", b"..")),
    "link to what is not read": lambda: _linked((b"b.png", b"../secret.txt"), (b"a.txt", b"../secret.txt")),
    "links to devices": lambda: _linked(
        (b"b.png", b"/dev/zero"), (b"a.txt", b"/dev/zero"), (b"metadata.csv", b"/dev/zero")
    ),
    "pipes": lambda: (
        Item(b"a.png", picture()),
        *(Item(name, b"", Kind.PIPE) for name in (b"b.png", b"a.txt", b"metadata.jsonl")),
    ),
    "list of a pipe": lambda: (Item(b"a.png", picture()), Item(b"list.txt", b"", Kind.PIPE)),
    "list of itself": lambda: (
        Item(b"a.png", picture()),
        Item(b"list.txt", b"list.txt\na.png\n.\n\0\n~nobody/x\n/dev/zero\n"),
    ),
    "endless list": lambda: (Item(b"list.txt", b"a.png\n" * 90_000), Item(b"a.png", picture())),
    "caption elsewhere": lambda: (Item(b"a.png", picture()), Item(b"a.txt", b"../secret.txt", Kind.LINK)),
    "many captions for all": lambda: (
        Item(b"a.png", picture()),
        Item(b"metadata.csv", b"file_name,text\n" + b"a.png,b\n" * 900_000),
    ),
    "letters of old": lambda: (
        Item(b"a.png", picture()),
        *(Item(b"%d.txt" % number, "ä".encode("cp1252") * 60_000) for number in range(200)),
    ),
    "many files": lambda: tuple(Item(b"%05d.png" % number, b"x") for number in range(5_200)),
    "deep folders": lambda: (Item(b"d/" * 60 + b"a.png", picture()), Item(b"a.png", picture())),
    "odd names": lambda: tuple(Item(name, picture() if b"png" in name else b"a fox") for name in ODD_NAMES),
    "deep record": lambda: (
        Item(b"a.png", picture()),
        Item(b"a.json", b"[" * 60_000),
        Item(b"metadata.jsonl", b'{"a":' * 90_000),
    ),
    "pairs": lambda: (
        *(
            Item(f"x_{word}.png".encode(), picture())
            for word in ("start", "START2", "start0", "start99", "end")
        ),
        *(Item(f"{word}/y.png".encode(), picture()) for word in ("before", "After", "after")),
        *(
            Item(name, picture())
            for name in (b"_start.png", b"_end.png", b"x\xff_start.png", b"x\xff_end.png")
        ),
        Item(b"x.txt", b"make it night"),
        Item(b"x_end.txt", b"\xff\xfe\x00"),
    ),
    "half a letter": lambda: (Item(b"a.png", picture()), Item(b"a.json", b'{"caption": "a \\ud83d fox"}')),
    "half a letter for all": lambda: (
        Item(b"a.png", picture()),
        Item(b"metadata.jsonl", b'{"file_name": "a.png", "text": "\\ud800"}'),
    ),
    "half a letter in a name": lambda: (
        Item(b"a.png", picture()),
        Item(b"metadata.jsonl", b'{"file_name": "\\ud800", "text": "a"}'),
    ),
    "zeros": lambda: (
        Item(b"a.png", picture()),
        Item(b"metadata.jsonl", b'{"file_name": "a.png", "text": "a\\u0000b"}'),
    ),
    "wide cell": lambda: (
        Item(b"a.png", picture()),
        Item(b"metadata.csv", b"file_name,text\na.png," + b"x" * 300_000),
    ),
    "long caption for all": lambda: (
        Item(b"a.png", picture()),
        Item(b"metadata.jsonl", b'{"file_name": "a.png", "text": "' + b"x" * 900_000 + b'"}'),
    ),
}
