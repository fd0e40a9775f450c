"""What programs write into pictures of how they were made, and files of it made to do harm."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.pictures import encoded, png_chunk, png_with
from tests.fuzz.corpus_pictures import GOOD, painted
from tests.fuzz.mutation import MEAN_TEXTS

_SETTINGS = (
    "Steps: 20, Sampler: Euler, CFG scale: 1, Distilled CFG Scale: 3.5, Seed: 42, Size: 896x1152, "
    'Lora hashes: "luna: 0a1b2c", Version: f2.0.1'
)

_GRAPH: dict[str, Any] = {
    "3": {
        "class_type": "KSampler",
        "inputs": {"seed": 42, "steps": 20, "cfg": 1.0, "positive": ["6", 0], "model": ["4", 0]},
    },
    "4": {"class_type": "LoraLoader", "inputs": {"lora_name": "luna.safetensors", "strength_model": 0.8}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["7", 0]}},
    "7": {"class_type": "PrimitiveString", "inputs": {"value": "a fox"}},
}

_WORKFLOW = {
    "nodes": [
        {
            "id": 3,
            "type": "KSampler",
            "widgets_values": [42, "fixed", 20, 1.0, "euler"],
            "inputs": [{"name": "positive", "link": 1}],
        },
        {"id": 6, "type": "CLIPTextEncode", "widgets_values": ["a fox"], "outputs": [{"links": [1]}]},
    ],
    "links": [[1, 6, 0, 3, 1, "CONDITIONING"]],
}

_FOOOCUS = {
    "prompt": "a fox",
    "negative_prompt": "",
    "seed": "123",
    "steps": 30,
    "guidance_scale": 4,
    "resolution": "(896, 1152)",
    "version": "Fooocus v2.5",
}

_SWARM = {
    "sui_image_params": {
        "prompt": "a fox",
        "seed": 1,
        "steps": 20,
        "cfgscale": 1.0,
        "width": 1024,
        "height": 1024,
        "loras": ["a"],
        "loraweights": ["1"],
        "swarm_version": "0.9",
    }
}

_NOVELAI = {"prompt": "a fox", "steps": 28, "seed": 1, "width": 832, "height": 1216}

_INVOKE = {
    "app_version": "5.0",
    "positive_prompt": "a fox",
    "seed": 5,
    "steps": 20,
    "cfg_scale": 1,
    "width": 8,
    "height": 8,
    "loras": [{"model": {"name": "luna"}, "weight": 0.8}],
}

_OLD_INVOKE = {
    "image": {
        "prompt": [{"prompt": "a fox", "weight": 1}],
        "seed": 5,
        "steps": 20,
        "cfg_scale": 7,
        "width": 8,
        "height": 8,
    }
}

_DRAW_THINGS = {"c": "a fox", "uc": "", "seed": 5, "steps": 20, "scale": 3.5, "size": "1024x1024"}


TEXTS: Mapping[str, tuple[str, str]] = {
    "AUTOMATIC1111": ("parameters", f"a fox <lora:luna:0.8>\nNegative prompt: blurry\n{_SETTINGS}"),
    "template behind": ("parameters", f"a fox\n{_SETTINGS}\nTemplate: a {{fox|owl}}\nNegative Template: b"),
    "Civitai": (
        "parameters",
        f'a fox\n{_SETTINGS}, Civitai resources: [{{"type":"lora","weight":0.8,"modelName":"x, Size: 1x1"}}]',
    ),
    "Fooocus": ("parameters", json.dumps(_FOOOCUS)),
    "SwarmUI": ("parameters", json.dumps(_SWARM)),
    "Draw Things": ("parameters", json.dumps(_DRAW_THINGS)),
    "ComfyUI": ("prompt", json.dumps(_GRAPH)),
    "ComfyUI's workflow": ("workflow", json.dumps(_WORKFLOW)),
    "InvokeAI": ("invokeai_metadata", json.dumps(_INVOKE)),
    "old InvokeAI": ("sd-metadata", json.dumps(_OLD_INVOKE)),
    "command of InvokeAI": ("Dream", '"a fox" -s 20 -S 42 -W 896 -H 1152 -C 7.5 -A k_lms'),
    "NovelAI": ("Comment", json.dumps(_NOVELAI)),
    "graph of itself": (
        "prompt",
        json.dumps({"1": {"class_type": "CLIPTextEncode", "inputs": {"text": ["1", 0]}}}),
    ),
    "graph of two": (
        "prompt",
        json.dumps(
            {
                "3": _GRAPH["3"],
                "6": {"class_type": "A", "inputs": {"text": ["7", 0]}},
                "7": {"class_type": "B", "inputs": {"text": ["6", 0]}},
            }
        ),
    ),
    "long graph": (
        "prompt",
        json.dumps({str(n): {"class_type": "A", "inputs": {"text": [str(n + 1), 0]}} for n in range(9_000)}),
    ),
    "wide graph": (
        "prompt",
        json.dumps(
            {
                str(n): {
                    "class_type": "KSampler",
                    "inputs": {"positive": [str((n * 7) % 3_000), 0], "model": [str((n * 3) % 3_000), 0]},
                }
                for n in range(3_000)
            }
        ),
    ),
    "links of all kinds": (
        "prompt",
        json.dumps(
            {
                "3": {
                    "class_type": "KSampler",
                    "inputs": {"positive": [[1], {}], "seed": [None, 0], "steps": {"a": 1}},
                },
                "a": 5,
                "b": {"class_type": 7},
                "c": {"inputs": []},
            }
        ),
    ),
    "deep": ("prompt", '{"a":' * 150_000),
    "deep lists": ("workflow", '{"nodes":' + "[" * 150_000),
    "long number": ("invokeai_metadata", '{"seed":' + "9" * 900_000 + "}"),
    "numbers without an end": (
        "parameters",
        json.dumps(_FOOOCUS).replace("30", "1e999").replace("4,", "NaN,"),
    ),
    "quotes": ("Dream", '"' + ' " ' * 300_000),
    "colons": ("parameters", "a\n" + "a:" * 450_000),
    "many LoRAs": ("parameters", "<lora:a:1>" * 90_000 + f"\n{_SETTINGS}"),
    "never closed LoRAs": ("parameters", "<lora:a" * 100_000 + f"\n{_SETTINGS}"),
    "many steps": ("parameters", "Steps: 1, " * 90_000),
    "commas": ("parameters", "a\nSteps: 20" + ", " * 400_000),
    "half a letter": ("invokeai_metadata", json.dumps(_INVOKE).replace("a fox", "\\ud83d")),
    "mean": (
        "parameters",
        "".join(text.decode("utf-8", "replace") for text in MEAN_TEXTS) + f"\n{_SETTINGS}",
    ),
    "prompt of a megabyte": ("parameters", "a " * 490_000 + f"\n{_SETTINGS}"),
}

"""What stands in files under which keyword."""


TOKENS = (
    *(
        b"parameters\0",
        b"prompt\0",
        b"workflow\0",
        b"Comment\0",
        b"Dream\0",
        b"sd-metadata\0",
        b"invokeai_metadata\0",
    ),
    *(
        b"Steps: ",
        b"Seed: ",
        b"Size: ",
        b"Negative prompt: ",
        b"Template: ",
        b"Version: FluxTUI 1",
        b"<lora:a:1>",
        b'"inputs"',
    ),
    *(
        b"UNICODE\0",
        b"ASCII\0\0\0",
        b"JIS\0\0\0\0\0",
        b"Exif\0\0",
        b"II*\0",
        b"MM\0*",
        b"\x87\x69",
        b"\x92\x86",
    ),
    *(
        b"http://ns.adobe.com/xap/1.0/\0",
        b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>",
        b"&a;",
        b"<![CDATA[",
    ),
    *(
        b"<rdf:Description",
        b"exif:UserComment",
        b"\\u0000",
        b"\\ud800",
        b"iloc",
        b"iinf",
        b"infe",
        b"Exif",
        b"mime",
        b"idat",
    ),
)


def _block(comment: bytes, order: str = ">") -> bytes:
    head = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(f"{order}I", 8)
    first = struct.pack(f"{order}HHHIII", 1, 0x8769, 4, 1, 26, 0)
    second = struct.pack(f"{order}HHHIII", 1, 0x9286, 7, len(comment), 44, 0)
    return head + first + second + comment


def in_png(keyword: str, text: str, kind: bytes = b"iTXt") -> bytes:
    key, value = keyword.encode("latin-1", "replace"), text.encode("utf-8", "replace")
    framed = {
        b"tEXt": key + b"\0" + value,
        b"zTXt": key + b"\0\0" + zlib.compress(value),
        b"iTXt": key + b"\0\0\0\0\0" + value,
        b"packed": key + b"\0\1\0\0\0" + zlib.compress(value),
    }[kind]
    return png_with(GOOD["bits.png"](), png_chunk(b"iTXt" if kind == b"packed" else kind, framed))


def in_jpeg(text: str, order: str = ">") -> bytes:
    encoding = "utf-16-be" if order == ">" else "utf-16-le"
    body = b"Exif\0\0" + _block(b"UNICODE\0" + text.encode(encoding, "replace"), order)[:65_000]
    content = GOOD["grey.jpg"]()
    return content[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + content[2:]


def _in_webp(text: str) -> bytes:
    return _encoded_with(painted(), "WEBP", _block(b"UNICODE\0" + text.encode("utf-16-be", "replace")))


def _in_avif(text: str) -> bytes:
    return _encoded_with(painted(), "AVIF", _block(b"ASCII\0\0\0" + text.encode("utf-8", "replace")))


def _encoded_with(image: Any, kind: str, block: bytes) -> bytes:
    return encoded(image, kind, exif=block)


def _packet(body: str) -> bytes:
    packet = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>{body}</rdf:RDF></x:xmpmeta>'.encode()
    segment = b"http://ns.adobe.com/xap/1.0/\0" + packet[:65_000]
    content = GOOD["grey.jpg"]()
    return content[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + content[2:]


def containers() -> Mapping[str, Callable[[], bytes]]:
    text = TEXTS["AUTOMATIC1111"][1]
    return {
        "text of a PNG": lambda: in_png("parameters", text, b"tEXt"),
        "packed text of a PNG": lambda: in_png("parameters", text, b"zTXt"),
        "packed international text": lambda: in_png("parameters", text, b"packed"),
        "JPEG": lambda: in_jpeg(text),
        "JPEG of the other order": lambda: in_jpeg(text, "<"),
        "JPEG of SwarmUI": lambda: in_jpeg(json.dumps(_SWARM)),
        "WebP": lambda: _in_webp(text),
        "AVIF": lambda: _in_avif(text),
        "entities": lambda: _packet("&a;" * 900),
        "bomb of entities": lambda: _packet(
            '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + "&b;" * 900
        ),
        "description without an end": lambda: _packet("<rdf:Description exif:UserComment='" * 900),
        "text bomb": lambda: png_with(
            GOOD["bits.png"](), png_chunk(b"zTXt", b"parameters\0\0" + zlib.compress(bytes(60_000_000)))
        ),
        "many text bombs": lambda: png_with(
            GOOD["bits.png"](),
            *[png_chunk(b"zTXt", b"parameters\0\0" + zlib.compress(bytes(3_000_000)))] * 900,
        ),
        "many chunks": lambda: png_with(GOOD["bits.png"](), *[png_chunk(b"tEXt", b"a\0")] * 90_000),
        "many segments": lambda: b"\xff\xd8" + b"\xff\xe1\0\x02" * 200_000 + b"\xff\xd9",
        "chunk of 2^32": lambda: GOOD["bits.png"]()[:33] + b"\xff\xff\xff\xfftEXtparameters\0",
        "metadata of themselves": lambda: in_jpeg("").replace(
            _block(b"UNICODE\0"), b"MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x08\0\0\0\x08"
        ),
        "boxes in themselves": lambda: (
            struct.pack(">I", 24) + b"ftypavif\0\0\0\0mif1avif" + b"\0\0\0\x01meta" * 9_000
        ),
        "boxes of no size": lambda: (
            struct.pack(">I", 24) + b"ftypavif\0\0\0\0mif1avif" + b"\0\0\0\0meta" * 9_000
        ),
        "riff of all": lambda: b"RIFF\xff\xff\xff\xffWEBPEXIF\xff\xff\xff\xff",
        "nothing": lambda: b"",
    }
