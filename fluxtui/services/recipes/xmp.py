"""The recipe in an XMP packet, read and written without touching what others put there.

Source: ISO 16684-1 (XMP), parts on serialisation; Adobe XMP specification part 3 for the file formats.
"""

from __future__ import annotations

import html
import re

from fluxtui.services.recipes.file_segments import damaged

NAMESPACE = "urn:fluxtui:recipe:1#"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_HEAD = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}">'
)
_TAIL = '</rdf:RDF></x:xmpmeta>\n<?xpacket end="w"?>'
_END = re.compile(r"</([A-Za-z_][\w.-]{0,40}):RDF\s*>")
_ABOUT = re.compile(r"\babout=(?:\"([^\"<]{0,2000})\"|'([^'<]{0,2000})')")
_OURS = re.compile(
    r"<[\w.-]{1,40}:Description [^<>]{0,3000}>"
    r"<fluxtui:recipe>[^<]*</fluxtui:recipe></[\w.-]{1,40}:Description>\n?"
)
_COMMENTS = ("exif:UserComment", "dc:description")
"""Where other programs tell how a picture was made, as far as they use XMP (Draw Things; read 2026-11)."""
_COMMENT_LIMIT = 100_000
_VALUE = re.compile(r"\"([^\"<]*)\"|'([^'<]*)'")
_MEMBER = re.compile(r"\s*<rdf:Alt>\s*<rdf:li[^<>]{0,200}>([^<]*)</rdf:li>\s*</rdf:Alt>\s*")
_RECIPE = re.compile(
    r"<fluxtui:recipe>([^<]*)</fluxtui:recipe>|\bfluxtui:recipe=\"([^\"<]*)\"|\bfluxtui:recipe='([^'<]*)'"
)


def with_recipe(packet: bytes | None, recipe: str) -> bytes:
    """Return an XMP packet with the recipe.

    Args:
        packet: the one that the picture has already, or None.
        recipe: JSON.

    Raises:
        PictureError: the packet that is there is not understood.
    """
    if packet is None:
        return (_HEAD + _description("rdf", "", recipe) + _TAIL).encode()
    try:
        text = _OURS.sub("", packet.decode("utf-8"))
    except UnicodeDecodeError:
        raise damaged("its XMP packet is not UTF-8") from None
    ends = list(_END.finditer(text))
    if not ends:
        raise damaged("its XMP packet does not hold what it should")
    place = ends[-1].start()
    about = _ABOUT.search(text)
    subject = (about[1] or about[2] or "") if about else ""
    return (text[:place] + _description(ends[-1][1], subject, recipe) + text[place:]).encode()


def comment_of(packet: bytes) -> str | None:
    """Return what another program says in a packet of the making: in its user comment or its description.

    A text that is neither JSON nor has settings is about something else.
    """
    text = _text(packet)
    for name in _COMMENTS:
        told = html.unescape(_MEMBER.sub(r"\1", _element(text, name) or _attribute(text, name))).strip()
        if "Steps:" in told or told.startswith("{"):
            return told
    return None


def _element(text: str, name: str) -> str:
    begin = text.find(f"<{name}>")
    end = text.find(f"</{name}>", begin)
    inside = text[begin + len(name) + 2 : end] if 0 <= begin < end else ""
    return inside if len(inside) <= _COMMENT_LIMIT else ""


def _attribute(text: str, name: str) -> str:
    begin = text.find(f"{name}=")
    found = _VALUE.match(text, begin + len(name) + 1) if begin >= 0 else None
    return (found[1] or found[2] or "") if found else ""


def _text(packet: bytes) -> str:
    """Return a packet as text: in UTF-8, or in UTF-16 by its mark."""
    is_wide = packet.startswith((b"\xff\xfe", b"\xfe\xff"))
    return packet.decode("utf-16" if is_wide else "utf-8", "replace")


def recipe_of(packet: bytes) -> str | None:
    """Return the recipe in a packet, or None."""
    found = list(_RECIPE.finditer(_text(packet)))
    if not found:
        return None
    return html.unescape(found[-1][1] or found[-1][2] or found[-1][3] or "")


def _description(prefix: str, about: str, recipe: str) -> str:
    """Return our element; `about` is repeated as it stands, since one packet has one subject."""
    quote = "'" if '"' in about else '"'
    return (
        f'<{prefix}:Description {prefix}:about={quote}{about}{quote} xmlns:fluxtui="{NAMESPACE}">'
        f"<fluxtui:recipe>{html.escape(recipe, quote=False)}</fluxtui:recipe></{prefix}:Description>\n"
    )
