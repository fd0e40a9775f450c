"""The pages as HTML: no script, nothing from elsewhere, every text escaped.

`place` is the path that all addresses of a run begin with, without a slash at its end.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from fluxtui.domain.text import plural, safe_text, shorten
from fluxtui.services.page.reader import ShownPicture
from fluxtui.services.parameter_words import parameters_in_words

PER_PAGE = 60
_CAPTION = 90

STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 1400px; padding: 1rem; }
header, nav { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap; }
h1 { font-size: 1.2rem; margin: 0; }
.note { opacity: .7; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: .8rem;
  padding: 1rem 0; margin: 0; }
.grid li { list-style: none; }
.grid a { color: inherit; text-decoration: none; }
.grid img { width: 100%; aspect-ratio: 1; object-fit: contain; background: #8882; border-radius: 6px; }
.grid span { display: block; font-size: .8rem; overflow-wrap: anywhere; }
.large { max-width: 100%; max-height: 85vh; display: block; margin: 1rem 0; }
table { border-collapse: collapse; }
th { text-align: left; vertical-align: top; padding: .15rem 1rem .15rem 0; font-weight: 600; }
td { white-space: pre-wrap; overflow-wrap: anywhere; }
"""


def _page(title: str, body: str, place: str = "") -> bytes:
    meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    style = f'<link rel="stylesheet" href="{place}/style.css">' if place else ""
    head = f"{meta}<title>{_text(title)}</title>{style}"
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>\n'.encode()


def _text(value: object, *, newlines: bool = False) -> str:
    return escape(safe_text(value, newlines=newlines), quote=True)


def sentence_page(title: str, sentence: str) -> bytes:
    """Return a page that says one thing; anybody may see it."""
    return _page(title, f"<h1>{_text(title)}</h1><p>{_text(sentence)}</p>")


def list_page(pictures: Sequence[ShownPicture], total: int, number: int, place: str) -> bytes:
    """Return a page of small pictures; `number` counts from 1."""
    tiles = "".join(
        f'<li><a href="{place}/picture/{one.number}">'
        f'<img src="{place}/thumbnail/{one.number}" loading="lazy" alt="">'
        f"<span>{_text(shorten(one.picture.prompt, _CAPTION))}</span></a></li>"
        for one in pictures
    )
    pages = max(1, -(-total // PER_PAGE))
    links = [f"<span>Page {number} of {pages}</span>"]
    if number > 1:
        links.insert(0, f'<a href="{place}/?page={number - 1}" rel="prev">Newer</a>')
    if number < pages:
        links.append(f'<a href="{place}/?page={number + 1}" rel="next">Older</a>')
    nav = f"<nav>{''.join(links)}</nav>"
    note = '<span class="note">read only, as long as FluxTUI runs</span>'
    header = f"<header><h1>FluxTUI: {plural(total, 'picture')}</h1>{note}</header>"
    return _page("FluxTUI", f'{header}{nav}<ul class="grid">{tiles}</ul>{nav}', place)


def picture_page(one: ShownPicture, place: str) -> bytes:
    """Return a page with one picture and all that it was made of."""
    picture = one.picture
    facts: dict[str, object] = {
        "File": picture.path.rpartition("/")[2],
        "Pixels": f"{picture.width} × {picture.height}",
        "Made": picture.created_at.isoformat(timespec="seconds"),
        "Endpoint": picture.endpoint,
        "Finetune": picture.finetune_name or "",
        "Seed": "" if picture.seed is None else picture.seed,
        "Prompt": picture.prompt,
    }
    told = parameters_in_words(picture.endpoint, picture.parameters, without=("prompt", "seed"))
    for name, value in told.items():
        facts.setdefault(name, _shown(value))
    rows = "".join(
        f"<tr><th>{_text(name)}</th><td>{_text(value, newlines=True)}</td></tr>"
        for name, value in facts.items()
        if value != ""
    )
    file = f"{place}/file/{one.number}"
    save = f'<a href="{file}" download="{_text(facts["File"])}">Save the file</a>'
    links = f'<nav><a href="{place}/">All pictures</a>{save}</nav>'
    large = f'<a href="{file}"><img class="large" src="{file}" alt=""></a>'
    title = shorten(safe_text(picture.prompt), _CAPTION) or "Picture"
    return _page(title, f"{links}{large}<table>{rows}</table>", place)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
