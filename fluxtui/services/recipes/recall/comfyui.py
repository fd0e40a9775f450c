"""ComfyUI's graphs: which values of them made the picture.

A graph is a program. It is followed upstream from the node that samples, so that what a picture was not made
of is not taken; what cannot be followed is left out. Source: ComfyUI, its API format and `widgets_values` of
its own nodes for FLUX (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any

from fluxtui.services.recipes import read_object
from fluxtui.services.recipes.recall.comfyui_nodes import named_widgets
from fluxtui.services.recipes.recall.recalled import (
    MOST_LORAS,
    LoraUse,
    Recalled,
    changed_note,
    clean_name,
    clean_prompt,
    known,
    lora_note,
    number,
    unused_note,
    whole,
    without_loras,
)
from fluxtui.system.dataclass import dataclass

GRAPH, WORKFLOW = "prompt", "workflow"
MOST_NODES = 5_000

_SEEDS = ("seed", "noise_seed")
_TEXTS = ("text", "t5xxl", "prompt", "clip_l", "string", "value", "text_g", "positive")
_PARTS = ("string_a", "string_b")
"""What `StringConcatenate` joins, with its `delimiter` between them."""
_MOST_DEEP = 8
_PART_MISSING = (
    "Parts of its prompts were made by nodes that are not understood here: they may be incomplete."
)
_MODELS = ("unet_name", "ckpt_name", "model_name")
_WANTED = ("positive", "guider", "conditioning", "conditioning_1", "conditioning_to", "conditioning1")
_UNWANTED = ("negative", *(name for name in _WANTED if name != "positive"))
_SILENT = frozenset({"ConditioningZeroOut"})
_IDLE_MODES = (2, 4)
"""A node that is muted or bypassed."""


@dataclass(frozen=True)
class _Node:
    kind: str
    inputs: Mapping[str, Any] = field(default_factory=dict)


_Nodes = Mapping[str, _Node]


def from_graph(text: str) -> Recalled | None:
    """Return what a graph in the API's format says, or None where nothing in it is understood."""
    told = read_object(text)
    if told is None or len(told) > MOST_NODES:
        return None
    return _recalled(
        {
            name: _Node(str(item["class_type"]), item["inputs"])
            for name, item in told.items()
            if isinstance(item, Mapping)
            and isinstance(item.get("class_type"), str)
            and isinstance(item.get("inputs"), Mapping)
        }
    )


def from_workflow(text: str) -> Recalled | None:
    """Return what a workflow as the editor saves it says, or None where nothing in it is understood."""
    told = read_object(text)
    items = told.get("nodes") if told is not None else None
    links = told.get("links") if told is not None else None
    if not isinstance(items, list) or not isinstance(links, list) or len(items) > MOST_NODES:
        return None
    usable = (link for link in links if isinstance(link, list) and len(link) > 2)
    origins = {link[0]: [str(link[1]), link[2]] for link in usable if isinstance(link[0], int | str)}
    nodes = {}
    for item in items:
        is_node = isinstance(item, Mapping) and isinstance(item.get("type"), str)
        if is_node and item.get("mode") not in _IDLE_MODES:
            inputs = {**named_widgets(item["type"], item.get("widgets_values")), **_linked(item, origins)}
            nodes[str(item.get("id"))] = _Node(item["type"], inputs)
    return _recalled(nodes)


def _linked(item: Mapping[str, Any], origins: Mapping[Any, list[Any]]) -> dict[str, Any]:
    sockets = item.get("inputs")
    return {
        str(socket.get("name")): origins[socket.get("link")]
        for socket in (sockets if isinstance(sockets, list) else ())
        if isinstance(socket, Mapping)
        and isinstance(socket.get("link"), int | str)
        and socket.get("link") in origins
    }


def _recalled(nodes: _Nodes) -> Recalled | None:
    samplers = [node for node in nodes.values() if _samples(node)]
    if not samplers:
        return Recalled(source="ComfyUI", values=known({"prompt": clean_prompt(_only_prompt(nodes))}))
    # Of several, the first works on nothing; the others refine what it made.
    sampler = next((one for one in samplers if not _refines(nodes, one)), samplers[0])
    upstream = list(_upstream(nodes, [sampler]))
    # Whatever is told in several places is told by the nearest.
    prompt = _prompt(nodes, sampler) or _only_prompt(nodes)
    wanted, tagged = without_loras(prompt)
    negative = next(
        (text for user in upstream if (text := _text_of(nodes, _at(nodes, user, "negative"), _UNWANTED))), ""
    )
    guidance = number(_first(nodes, upstream, ("guidance",))) or number(_first(nodes, upstream, ("cfg",)))
    sized = list(_upstream(nodes, [_at(nodes, sampler, "latent_image"), _at(nodes, sampler, "latent")]))
    loras = (*tagged, *_loras(upstream))[:MOST_LORAS]
    models = [f"model {node.inputs[name]}" for node in upstream for name in _MODELS if node.inputs.get(name)]
    several = len(samplers) > 1 and f"It was made in {len(samplers)} steps; this is what the first was given."
    return Recalled(
        source="ComfyUI",
        values=known(
            {
                "prompt": clean_prompt(wanted),
                "negative_prompt": clean_prompt(negative),
                "seed": whole(_first(nodes, upstream, _SEEDS)),
                "steps": whole(_first(nodes, upstream, ("steps",))),
                "guidance": guidance,
                "width": whole(_first(nodes, sized, ("width",))),
                "height": whole(_first(nodes, sized, ("height",))),
            }
        ),
        loras=loras,
        notes=(
            *((several,) if several else ()),
            *((_PART_MISSING,) if _lacks_parts(nodes, upstream) else ()),
            *changed_note(prompt),
            *lora_note(loras),
            *unused_note(dict.fromkeys(models)),
        ),
    )


def _only_prompt(nodes: _Nodes) -> str:
    """Return the prompt of a graph that cannot be followed to it, where it has one only, else `''`.

    What only leads to a negative prompt is none.
    """
    users = list(nodes.values())
    wanted = {
        id(item)
        for item in _upstream(
            nodes, [_at(nodes, user, name) for user in users for name in _WANTED], "negative"
        )
    }
    unwanted = {
        id(item) for item in _upstream(nodes, [_at(nodes, user, "negative") for user in users], "positive")
    } - wanted
    texts = [
        node.inputs["text"]
        for node in users
        if "TextEncode" in node.kind and isinstance(node.inputs.get("text"), str) and id(node) not in unwanted
    ]
    prompts = [text for text in dict.fromkeys(texts) if text.strip()]
    return prompts[0] if len(prompts) == 1 else ""


def _samples(node: _Node) -> bool:
    if "Sampler" not in node.kind or node.kind.startswith("KSamplerSelect"):
        return False
    return any(name in node.inputs for name in ("positive", "guider", "seed", "noise_seed"))


def _refines(nodes: _Nodes, sampler: _Node) -> bool:
    latents = _upstream(nodes, [_at(nodes, sampler, "latent_image"), _at(nodes, sampler, "latent")])
    return any(_samples(node) for node in latents)


def _at(nodes: _Nodes, node: _Node, name: str) -> _Node | None:
    """Return the node that an input of another comes from."""
    value = node.inputs.get(name)
    if isinstance(value, list) and len(value) == 2:
        return nodes.get(str(value[0]))
    return None


def _upstream(nodes: _Nodes, start: list[_Node | None], but: str = "") -> Iterator[_Node]:
    """Yield nodes and all that they are made of, the nearest first, each once; not by the input `but`."""
    left = list({id(node): node for node in start if node is not None}.values())
    seen = {id(node) for node in left}
    while left:
        node = left.pop(0)
        yield node
        for name in node.inputs:
            above = _at(nodes, node, name) if name != but else None
            if above is not None and id(above) not in seen:
                seen.add(id(above))
                left.append(above)


def _prompt(nodes: _Nodes, sampler: _Node) -> str:
    for name in _WANTED:
        text = _text_of(nodes, _at(nodes, sampler, name))
        if text:
            return text
    return ""


def _text_of(nodes: _Nodes, node: _Node | None, ways: tuple[str, ...] = _WANTED) -> str:
    """Return the text that conditions a sampler: of the nearest node that has one."""
    left, seen = [node], set()
    while left:
        item = left.pop(0)
        if item is None or id(item) in seen or item.kind in _SILENT:
            continue
        seen.add(id(item))
        text = _told_by(nodes, item, [name for name in _TEXTS if name in ways or name != "positive"])
        if text.strip():
            return text
        left += [_at(nodes, item, name) for name in (*ways, *_sockets(item))]
    return ""


def _sockets(node: _Node) -> Iterator[str]:
    """Yield the inputs of a node that merely passes something on, such as a reroute."""
    if len(node.inputs) == 1:
        yield from node.inputs


def _resolved(nodes: _Nodes, node: _Node, name: str, depth: int = 0) -> str:
    """Return a text that stands in an input, or in the node that it comes from."""
    value = node.inputs.get(name)
    if isinstance(value, str):
        return value
    above = _at(nodes, node, name)
    if above is None or depth > _MOST_DEEP or _samples(above) or name == "positive":
        return ""
    return _told_by(nodes, above, _TEXTS, depth + 1)


def _lacks_parts(nodes: _Nodes, upstream: list[_Node]) -> bool:
    """Tell whether texts are joined of which some cannot be read, or may be too far away."""
    joining = [node for node in upstream if any(name in node.inputs for name in _PARTS)]
    return len(joining) >= _MOST_DEEP or any(
        isinstance(node.inputs.get(name), list)
        and not _resolved(nodes, node, name)
        and not _holds_text(_at(nodes, node, name), *_TEXTS)
        for node in joining
        for name in _PARTS
    )


def _holds_text(node: _Node | None, *names: str) -> bool:
    return node is not None and any(isinstance(node.inputs.get(name), str) for name in names)


def _told_by(nodes: _Nodes, node: _Node, names: Iterable[str], depth: int = 0) -> str:
    """Return the text that a node holds, or makes of others."""
    if any(name in node.inputs for name in _PARTS):
        delimiter = _resolved(nodes, node, "delimiter", depth)
        return delimiter.join(_resolved(nodes, node, name, depth) for name in _PARTS)
    return next((text for name in names if (text := _resolved(nodes, node, name, depth)).strip()), "")


def _first(nodes: _Nodes, upstream: list[_Node], names: tuple[str, ...]) -> object:
    """Return the first number under one of some names, also where another node holds it."""
    for node in upstream:
        for name in names:
            value = node.inputs.get(name)
            above = _at(nodes, node, name)
            if above is not None:
                value = next(
                    (above.inputs[key] for key in ("value", "int", *names) if key in above.inputs), None
                )
            if number(value) is not None or whole(value) is not None:
                return value
    return None


def _loras(upstream: list[_Node]) -> Iterator[LoraUse]:
    for node in upstream:
        name = node.inputs.get("lora_name")
        if isinstance(name, str):
            yield LoraUse(clean_name(name), number(node.inputs.get("strength_model")))
        for value in node.inputs.values():
            if isinstance(value, Mapping) and value.get("on") and isinstance(value.get("lora"), str):
                yield LoraUse(clean_name(value["lora"]), number(value.get("strength")))
