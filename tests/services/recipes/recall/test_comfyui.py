"""ComfyUI's graphs: as its API takes them, and as its editor saves them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from fluxtui.domain.errors import PictureError
from fluxtui.services.recipes.recall import LoraUse, recall
from fluxtui.services.recipes.recall.comfyui import from_graph

FLUX = {
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["40", 0], "clip": ["11", 0]}},
    "40": {"class_type": "PrimitiveStringMultiline", "inputs": {"value": "a fox in the snow"}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0]}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["13", 0], "vae": ["10", 0]}},
    "12": {"class_type": "UNETLoader", "inputs": {"unet_name": "flux1-dev.safetensors"}},
    "14": {
        "class_type": "LoraLoaderModelOnly",
        "inputs": {"lora_name": "snow.safetensors", "strength_model": 0.8, "model": ["12", 0]},
    },
    "13": {
        "class_type": "SamplerCustomAdvanced",
        "inputs": {
            "noise": ["25", 0],
            "guider": ["22", 0],
            "sampler": ["16", 0],
            "sigmas": ["17", 0],
            "latent_image": ["27", 0],
        },
    },
    "16": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "euler"}},
    "17": {"class_type": "BasicScheduler", "inputs": {"steps": 28, "denoise": 1.0, "model": ["14", 0]}},
    "22": {"class_type": "BasicGuider", "inputs": {"model": ["14", 0], "conditioning": ["26", 0]}},
    "25": {"class_type": "RandomNoise", "inputs": {"noise_seed": 708}},
    "26": {"class_type": "FluxGuidance", "inputs": {"guidance": 3.5, "conditioning": ["6", 0]}},
    "27": {"class_type": "EmptySD3LatentImage", "inputs": {"width": 1024, "height": 768, "batch_size": 1}},
    "99": {"class_type": "CLIPTextEncode", "inputs": {"text": "not used"}},
}
VALUES = {
    "prompt": "a fox in the snow",
    "seed": 708,
    "steps": 28,
    "guidance": 3.5,
    "width": 1024,
    "height": 768,
}
WITH_NEGATIVE = {
    "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "a.safetensors"}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "an owl", "clip": ["1", 1]}},
    "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["1", 1]}},
    "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 512}},
    "5": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 1,
            "steps": 20,
            "cfg": 7.0,
            "positive": ["2", 0],
            "negative": ["3", 0],
            "latent_image": ["4", 0],
        },
    },
    "6": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 2,
            "steps": 9,
            "positive": ["2", 0],
            "negative": ["3", 0],
            "latent_image": ["5", 0],
        },
    },
}


def node(number: int, kind: str, widgets: Any = (), mode: int = 0, **links: int) -> dict[str, Any]:
    sockets = [{"name": name, "link": link} for name, link in links.items()]
    return {"id": number, "type": kind, "widgets_values": widgets, "inputs": sockets, "mode": mode}


EDITED = {
    "nodes": [
        node(1, "CLIPTextEncode", ["an owl"]),
        node(2, "CLIPTextEncode", ["a dog"], mode=4),
        node(3, "Reroute", None, **{"": 10}),
        node(4, "EmptyLatentImage", [640, 480, 1]),
        node(5, "FluxGuidance", [2.5], conditioning=11),
        node(
            6,
            "KSampler",
            [42, "randomize", 20, 1, "euler", "simple", 1],
            positive=12,
            latent_image=13,
            model=14,
        ),
        node(7, "LoraLoaderModelOnly", ["owl.safetensors", 0.5]),
    ],
    "links": [
        [10, 1, 0, 3, 0, "CONDITIONING"],
        [11, 3, 0, 5, 0, "CONDITIONING"],
        [12, 5, 0, 6, 1, "CONDITIONING"],
        [13, 4, 0, 6, 3, "LATENT"],
        [14, 7, 0, 6, 0, "MODEL"],
    ],
}


def png_with(path: Path, **texts: str) -> Path:
    info = PngInfo()
    for keyword, text in texts.items():
        info.add_text(keyword, text)
    Image.new("RGB", (4, 4)).save(path / "a.png", pnginfo=info)
    return path / "a.png"


def test_a_graph_of_the_api_is_followed_from_its_sampler(tmp_path: Path) -> None:
    told = recall(png_with(tmp_path, prompt=json.dumps(FLUX), workflow=json.dumps({"nodes": []})))
    assert told.source == "ComfyUI"
    assert dict(told.values) == VALUES
    assert told.loras == (LoraUse("snow.safetensors", 0.8),)
    assert "model flux1-dev.safetensors" in told.notes[-1]


def test_of_several_samplers_the_first_is_told(tmp_path: Path) -> None:
    told = recall(png_with(tmp_path, prompt=json.dumps(WITH_NEGATIVE)))
    assert dict(told.values) == {
        "prompt": "an owl",
        "negative_prompt": "blurry",
        "seed": 1,
        "steps": 20,
        "guidance": 7.0,
        "width": 512,
        "height": 512,
    }
    assert told.notes[0] == "It was made in 2 steps; this is what the first was given."


def test_a_workflow_of_the_editor_is_followed_as_well(tmp_path: Path) -> None:
    told = recall(png_with(tmp_path, workflow=json.dumps(EDITED)))
    assert dict(told.values) == {
        "prompt": "an owl",
        "seed": 42,
        "steps": 20,
        "guidance": 2.5,
        "width": 640,
        "height": 480,
    }
    assert told.loras == (LoraUse("owl.safetensors", 0.5),)


def test_webp_has_the_graph_in_the_tags_of_the_camera(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0110] = f"prompt:{json.dumps(FLUX)}"
    exif[0x010F] = "workflow:{}"
    Image.new("RGB", (16, 16)).save(tmp_path / "a.webp", exif=exif.tobytes())
    assert dict(recall(tmp_path / "a.webp").values) == VALUES


def test_a_graph_that_cannot_be_followed_has_its_only_prompt(tmp_path: Path) -> None:
    graph = {
        "3": {"class_type": "KSampler", "inputs": {"seed": 42, "steps": 20}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a fox"}},
    }
    told = recall(png_with(tmp_path, prompt=json.dumps(graph)))
    assert dict(told.values) == {"prompt": "a fox", "seed": 42, "steps": 20}


JOINED = {
    "1": {
        "class_type": "StringConcatenate",
        "inputs": {"string_a": ["2", 0], "string_b": "in snow", "delimiter": ", "},
    },
    "2": {"class_type": "PrimitiveString", "inputs": {"value": "a fox"}},
    "3": {"class_type": "CLIPTextEncode", "inputs": {"text": ["1", 0]}},
    "4": {"class_type": "CLIPTextEncode", "inputs": {"text": "bad"}},
    "5": {"class_type": "KSampler", "inputs": {"seed": 1, "positive": ["3", 0], "negative": ["4", 0]}},
}


def test_texts_that_are_joined_are_one_prompt(tmp_path: Path) -> None:
    told = recall(png_with(tmp_path, prompt=json.dumps(JOINED)))
    assert dict(told.values) == {"prompt": "a fox, in snow", "negative_prompt": "bad", "seed": 1}


def test_texts_that_the_editor_joins_are_one_prompt(tmp_path: Path) -> None:
    nodes = [
        node(1, "StringConcatenate", ["a fox", "in snow", " "]),
        node(2, "CLIPTextEncode", [""], text=10),
        node(3, "KSampler", [1], positive=11),
    ]
    links = [[10, 1, 0, 2, 0, "STRING"], [11, 2, 0, 3, 0, "CONDITIONING"]]
    told = recall(png_with(tmp_path, workflow=json.dumps({"nodes": nodes, "links": links})))
    assert told.values["prompt"] == "a fox in snow"


def chain(length: int) -> dict[str, Any]:
    """Return the graph with more and more texts joined, one after the other."""
    joins = {
        f"1{number}": {"class_type": "StringConcatenate", "inputs": {"string_a": [f"1{number + 1}", 0]}}
        for number in range(length)
    }
    last = {"class_type": "PrimitiveString", "inputs": {"value": "a fox"}}
    encoded = {"class_type": "CLIPTextEncode", "inputs": {"text": ["10", 0]}}
    return {**JOINED, **joins, f"1{length}": last, "3": encoded}


@pytest.mark.parametrize(
    ("graph", "is_whole"),
    [
        (JOINED, True),
        ({**JOINED, "2": {"class_type": "PrimitiveString", "inputs": {"value": ""}}}, True),
        ({**JOINED, "2": {"class_type": "Unknown", "inputs": {"x": 1}}}, False),
        (chain(7), True),
        (chain(12), False),
    ],
)
def test_parts_of_a_prompt_that_cannot_be_read_are_told(graph: dict[str, Any], is_whole: bool) -> None:
    recalled = from_graph(json.dumps(graph))
    assert recalled is not None
    assert any("may be incomplete" in note for note in recalled.notes) is not is_whole
    if is_whole:
        assert "a fox" in recalled.values["prompt"] or graph["2"]["inputs"]["value"] == ""


@pytest.mark.parametrize("user", ["KSampler", "UnknownMachine"])
def test_the_negative_prompt_is_never_told_as_the_prompt(tmp_path: Path, user: str) -> None:
    graph: dict[str, Any] = {**JOINED, "1": {"class_type": "Unknown", "inputs": {"x": 1}}}
    graph["5"] = {**graph["5"], "class_type": user}
    del graph["2"]
    recalled = from_graph(json.dumps(graph))
    assert recalled is not None
    assert "prompt" not in recalled.values


def test_the_two_prompts_of_one_node_are_told_apart(tmp_path: Path) -> None:
    graph: dict[str, Any] = {**JOINED}
    graph["5"] = {"class_type": "KSampler", "inputs": {"seed": 1, "positive": ["6", 0], "negative": ["6", 1]}}
    graph["6"] = {
        "class_type": "ControlNetApplyAdvanced",
        "inputs": {"positive": ["3", 0], "negative": ["4", 0]},
    }
    told = recall(png_with(tmp_path, prompt=json.dumps(graph)))
    assert (told.values["prompt"], told.values["negative_prompt"]) == ("a fox, in snow", "bad")


@pytest.mark.parametrize(
    "graph",
    [
        {},
        {"1": 2},
        {"1": {"class_type": 3, "inputs": []}},
        {"1": {"class_type": "KSampler", "inputs": {"positive": ["1", 0], "seed": ["1", 0]}}},
        {"1": {"class_type": "KSampler", "inputs": {"positive": [{}, []], "seed": float("1e300")}}},
        {"nodes": [node(1, "KSampler", [[]], positive=1)], "links": [[1, 1, 0], [[], 2, 3], 4]},
        {"nodes": 3, "links": []},
    ],
)
@pytest.mark.parametrize("keyword", ["prompt", "workflow"])
def test_graphs_of_strangers_are_refused_with_a_sentence(tmp_path: Path, keyword: str, graph: Any) -> None:
    with pytest.raises(PictureError, match="neither prompt nor seed"):
        recall(png_with(tmp_path, **{keyword: json.dumps(graph)}))


@pytest.mark.timeout(10)
def test_a_graph_that_leads_in_circles_ends(tmp_path: Path) -> None:
    graph: dict[str, Any] = {
        str(number): {
            "class_type": "CLIPTextEncode",
            "inputs": {"text": [str((number + 1) % 300), 0], "conditioning": [str((number + 2) % 300), 0]},
        }
        for number in range(300)
    }
    graph["s"] = {"class_type": "KSampler", "inputs": {"seed": 5, "positive": ["0", 0]}}
    assert dict(recall(png_with(tmp_path, prompt=json.dumps(graph))).values) == {"seed": 5}
