"""The doors for prompts: collections of wildcards, and templates that use them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from functools import partial
from random import Random

from fluxtui.domain.errors import FluxError
from fluxtui.domain.prompts import doubt_in, is_structured, is_template, may_mean_wildcards, underlined_in
from fluxtui.services.journal import Journal
from fluxtui.services.prompts.service import PromptService
from tests.fuzz.mutation import MEAN_TEXTS, Material, mutated
from tests.fuzz.running import Room
from tests.fuzz.samples import Item, Kind, Sample

_YAML: Mapping[str, bytes] = {
    "lists": b"colours:\n  warm: [red, 2::orange]\n  cold:\n    - blue\n    - text: cyan\n      weight: 3\n",
    "kinds": b"a: [no, 1.10, 2024-01-01, ~, .inf, .nan, 0x7f, 1_000, 190:20:30, !!str x]\n",
    "bool of foo": b"a: [!!bool foo]\n",
    "timestamp of foo": b"a: [!!timestamp foo]\n",
    "int of foo": b"a: [!!int foo, !!float bar, !!binary '*', !!null x]\n",
    "set and pairs": b"a: !!set {x, y}\nb: !!omap [x: 1]\nc: !!pairs [x: 1]\n",
    "huge hex": b"a: [0x" + b"f" * 9_000 + b"]\n",
    "huge sexagesimal": b"a: [" + b"59:" * 20_000 + b"1]\n",
    "huge number": b"a: [" + b"9" * 90_000 + b", 1e999999]\n",
    "object": b"a: !!python/object/apply:os.system ['touch /tmp/escaped']\n",
    "module": b"a: !!python/name:os.system\n---\nb: !!python/module:antigravity\n",
    "own tag": b"%TAG ! tag:example.com,2026:\n---\na: !x [y]\n",
    "billion laughs": b"a: &a [x,x,x,x,x,x,x,x,x]\n"
    + b"".join(b"%c: &%c [" % (n, n) + b",".join([b"*%c" % (n - 1)] * 9) + b"]\n" for n in range(98, 108)),
    "itself": b"a: &a [*a]\nb: &b {c: *b}\n",
    "merge": b"a: &a {x: [y]}\nb:\n  <<: *a\n",
    "keys of all kinds": b"? [a, b]\n: [c]\n? {d: e}\n: [f]\n1: [g]\n~: [h]\ntrue: [i]\n",
    "deep": b"[" * 60_000,
    "deep maps": b"{a: " * 20_000,
    "deep lists of lines": b"- " * 20_000 + b"a",
    "several": b"a: [b]\n---\nc: [d]\n",
    "tabs": b"a:\n\t- b\n",
    "zeros": b'a: [\'x\0y\', "x\\0y", "\\uD800"]\n',
    "broken": b"a: [b, c\nd: 'e\n",
    "anchors": b"".join(b"k%d: &a%d [x]\n" % (number, number) for number in range(9_000)),
    "names that lead away": b"'../../x': [a]\n'/etc/passwd': [b]\n'a__b': [c]\n' ': [d]\n",
    "weights": b"a: ['inf::x', '-1::y', '1e400::z', {text: t, weight: .nan}, {text: u, weight: [1]}]\n",
    "documents": b"--- a\n" * 9_000,
    "directive": b"%YAML 9999999999.9\n--- a\n",
    "literal": b"a: |9\n x\n",
    "long key": b"? " + b"k" * 5_000 + b"\n: [a]\n",
    "flow": b"{a: [1, {text: b}], ? c : d}",
}
_JSON: Mapping[str, bytes] = {
    "json": b'{"animals": ["fox", {"text": "owl", "weight": 2}], "more": {"far": ["whale"]}}',
    "json of NaN": b'{"a": [NaN, Infinity, 1e999]}',
    "deep json": b'{"a":' * 90_000,
    "deep json lists": b"[" * 90_000,
    "half a letter": b'{"a": ["\\ud800", "\\udfff x"], "\\ud83d": ["b"]}',
    "number": b'{"a": [' + b"9" * 90_000 + b"]}",
    "twice": b'{"a": ["b"], "a": ["c"]}',
}
_TEXTS: Mapping[str, bytes] = {
    "lines": b"red\n2::blue\n# a comment\n{light|dark} green\n__colour__\n",
    "comments": b"#ff0000\n#00ff00\n",
    "Latin-1": "grün\nblau\n".encode("latin-1"),
    "UTF-16": "red\nblue\n".encode("utf-16"),
    "UTF-16 without its mark": "red\nblue\n".encode("utf-16-le"),
    "half a UTF-16": b"\xff\xfer",
    "one line": b"x" * 900_000,
    "many lines": b"a\n" * 30_000,
    "many weights": b"".join(b"%d::c%d\n" % (n, n) for n in range(19_000)),
    "weight of all": b"9" * 5_000 + b"::a\n0::b\n.::c\n",
    "line ends": b"a\rb\x0bc\x0cd\xc2\x85e\xe2\x80\xa8f\n",
    "templates": b"{a|{b|{c|{d|__a__}}}}\n${x=!{a|b}}${x}\n%{a...$$b}\n{2$$ and $$a|b|c}\n" * 60,
}
_TOKENS = (
    *(
        b"__a__",
        b"__",
        b"{",
        b"}",
        b"|",
        b"$$",
        b"${a=",
        b"${a}",
        b"%{",
        b"...",
        b"::",
        b"@",
        b"~",
        b"!",
        b"*",
        b"(",
        b")",
    ),
    *(
        b"0.5::",
        b"2$$",
        b"1-2$$",
        b"-$$",
        b"{2$$__a__}",
        b"&a",
        b"*a",
        b"!!int ",
        b"!x ",
        b"- ",
        b": ",
        b"? ",
        b"---\n",
        b"<<",
    ),
)
_TEMPLATES: Mapping[str, bytes] = {
    "choices": b"a {red|2::blue|{light|dark} green} fox",
    "wildcards": b"a __a__ and __a/*__ with __~b__ near __@c__, __a(x=y)__",
    "variables": b"${x={red|blue}}${y=!{a|b}} a ${x} ${y} ${z:none}",
    "leads back": b"${a=${b}}${b=${a}}${a}",
    "leads back at once": b"${a=!${a}}${a}",
    "wrapper": b"%{a photo of ...$${fox|owl}}",
    "many at once": b"{39$$" + b"|".join(b"a%d" % number for number in range(80)) + b"}",
    "many choices": b"{" + b"a|" * 200 + b"b}",
    "many sets": b"{a|b|c|d|e|f|g|h|i}" * 25,
    "deep": b"{" * 60 + b"a|b" + b"}" * 60,
    "never closed": b"{a|b " * 30,
    "bounds": b"{99999999999999999999$$a|b}{-5$$a|b}{2-1$$a|b}{0$$a|b}",
    "weights": b"{1e400::a|b}{0::a|0::b}{-1::a|b}{.::a|b}",
    "separators": b"{2$$, $$a|b|c}{2$$\n$$a|b}{2$$ $$__a__}",
    "patterns": b"__[__ __*__ __**__ __[a-__ __?*[!x]__ __a*a*a*a*a*a*a*a*a*a*a*a*a*b__",
    "long name": b"__" + b"a" * 9_000 + b"__",
    "underlines": b"_" * 9_000,
    "braces of JSON": b'{"scene": "a|b", "list": [1, {"a": "b"}]} {a|b}',
    "JSON with a fault": b'{"scene": "a", } {a|b}',
    "deep JSON": b'{"a":' * 3_000,
    "quotes": b'{"' * 6_000,
    "names and colons": b"{a:" * 3_000,
    "dollars": b"$" * 5_000 + b"{a|b}",
    "asides": "\ue000\ue001{a|\ue005b}".encode(),
    "comment": b"# {a|b\n// {c|d\na {b|c}",
    "spaces": b"{ " + b" " * 15_000 + b"a|b }",
    "markup": b"[red]{a|b}[/] \x1b[2J",
}


class _PromptDoor:
    """Works templates out with the wildcards of a folder."""

    name = ""
    seconds = 12.0
    secret = True
    heavy = frozenset({"wildcards/a.yaml anchors", "many choices", "many sets", "many at once"})

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._runner.get_loop()

    def close(self) -> None:
        """Close the event loop."""
        self._runner.close()

    def worked_out(self, room: Room, template: str, chance: Random) -> str:
        """Take a template the ways that it goes before it is sent."""
        journal = Journal(room.own / "journal.sqlite3")
        service = PromptService(journal, room.given / "wildcards")
        return self._runner.run(_worked_out(service, room, template, chance))


async def _worked_out(service: PromptService, room: Room, template: str, chance: Random) -> str:
    for name in await service.wildcards():
        room.show(name)
    room.show(doubt_in(template))
    is_structured(template)
    may_mean_wildcards(template)
    list(underlined_in(template))
    seed, outcomes = chance.randrange(99), set()
    for combine in (False, True):
        try:
            made = await service.expand(template, 3, seed=seed, combine=combine)
            again = await service.expand(template, 3, seed=seed, combine=combine)
            room.need(made == again, "the same seed has drawn something else")
            if is_template(template):
                for prompt in made:
                    room.need(
                        prompt == prompt.encode("utf-8", "replace").decode(), "a prompt that is no text"
                    )
            doubt = await service.doubt_about(template, made)
            if doubt is not None:
                room.show_sentence(doubt.words())
                room.show_sentence(doubt.way_out())
            outcomes.add("made")
        except FluxError as error:
            room.show_sentence(error.sentence())
            outcomes.add("refused")
    try:
        room.need(await service.number_of_combinations(template) >= 0, "a number below zero")
    except FluxError as error:
        room.show_sentence(error.sentence())
    return " or ".join(sorted(outcomes))


class WildcardDoor(_PromptDoor):
    """A folder of collections in YAML, JSON and text."""

    name = "wildcards"

    def __init__(self) -> None:
        super().__init__()
        kinds = ((_YAML, b"wildcards/a.yaml"), (_JSON, b"wildcards/a.json"), (_TEXTS, b"wildcards/a.txt"))
        named = {
            f"{name} {case}": (name, content)
            for files, name in ((one, place.decode()) for one, place in kinds)
            for case, content in files.items()
        }
        self.cases: dict[str, Callable[[], Sample]] = {
            key: partial(_collection, name, content) for key, (name, content) in named.items()
        }
        self.cases["links and pipes"] = _links

    def sample(self, chance: Random) -> Sample:
        """Return a few spoilt collections."""
        items = []
        for number in range(chance.choice((1, 1, 2, 3))):
            files, kind = chance.choice(((_YAML, b"yaml"), (_JSON, b"json"), (_TEXTS, b"txt")))
            whole = chance.choice([content for content in files.values() if len(content) < 4_000])
            content = mutated(whole, chance, Material((*_TOKENS, *MEAN_TEXTS), list(files.values())[:6]))
            name = b"a" if number == 0 else mutated(b"sub/b", chance)[:60]
            items.append(Item(b"wildcards/%s.%s" % (name, kind), content))
        return tuple(items)

    def visit(self, room: Room, chance: Random) -> str:
        """Read it, and draw from it."""
        return self.worked_out(room, "{2$$__a__|__*__} __a/*__ __warm__", chance)


def _collection(name: str, content: bytes) -> Sample:
    return (Item(name.encode(), content),)


def _links() -> Sample:
    return (
        Item(b"wildcards/a.txt", b"red\n"),
        Item(b"wildcards/b.txt", b"../../secret.txt", Kind.LINK),
        Item(b"wildcards/c.txt", b"c.txt", Kind.LINK),
        Item(b"wildcards/d.txt", b"/dev/zero", Kind.LINK),
        Item(b"wildcards/e.yaml", b"", Kind.PIPE),
        Item(b"wildcards/sub", b"..", Kind.LINK),
    )


class TemplateDoor(_PromptDoor):
    """A prompt as it may be typed or pasted."""

    name = "templates"

    def __init__(self) -> None:
        super().__init__()
        self.cases = {name: partial(_typed, content) for name, content in _TEMPLATES.items()}

    def sample(self, chance: Random) -> Sample:
        """Return a spoilt template."""
        small = [content for content in _TEMPLATES.values() if len(content) < 300]
        return _typed(mutated(chance.choice(small), chance, Material(_TOKENS, small)))

    def visit(self, room: Room, chance: Random) -> str:
        """Work it out."""
        typed = (room.given / "template.json").read_bytes()
        text = json.loads(typed)
        return self.worked_out(room, text, chance)


def _typed(template: bytes) -> Sample:
    # As JSON, so that the file says exactly which characters are meant.
    return (
        Item(b"template.json", json.dumps(template.decode("utf-8", "replace")).encode()),
        Item(b"wildcards/a.txt", b"red\n{light|dark} blue\n__b__\n"),
        Item(b"wildcards/b.yaml", b"x: [1::y, {text: z}]\na: [__a__]\n"),
    )
