"""The LoRA files of simulated trainings: real safetensors of the right shapes, known again by their bytes."""

from __future__ import annotations

import json

import pytest

from fluxtui.simulator.core import weights
from fluxtui.simulator.core.state import StateStore
from fluxtui.simulator.core.weights import BaseModel, TrainedWeights, UnreadableWeightsError, lora_file

MODELS = [weights.FLUX_1, weights.KONTEXT, weights.FLUX_2, weights.KLEIN_9B, weights.KLEIN_4B]


@pytest.mark.parametrize("base", MODELS, ids=lambda base: base.name)
def test_the_file_is_whole_and_fits_its_model(base: BaseModel) -> None:
    content = lora_file(base, "seed", rank=4, metadata={"trigger": "TOK"})
    assert 100_000 < len(content) < 2_000_000
    header = weights.header_of(content)
    assert header.pop("__metadata__") == {"format": "pt", "trigger": "TOK"}
    at = 0
    for entry in header.values():
        begin, end = entry["data_offsets"]
        rows, columns = entry["shape"]
        assert (begin, end - begin) == (at, rows * columns * 2)
        at = end
    assert f"blocks.{base.double_blocks - 1}." in " ".join(header)
    assert f"blocks.{base.single_blocks - 1}." in " ".join(header)
    assert weights.hidden_size_of(content) == base.hidden


def test_names_follow_the_family_or_what_is_asked() -> None:
    flux_1 = weights.header_of(lora_file(weights.FLUX_1, "s", rank=2))
    assert "transformer.single_transformer_blocks.37.proj_out.lora_A.weight" in flux_1
    comfy = weights.header_of(lora_file(weights.KLEIN_4B, "s", rank=2, prefix="diffusion_model.", kind="F16"))
    entry = comfy["diffusion_model.double_blocks.4.img_attn.qkv.lora_B.weight"]
    assert (entry["dtype"], entry["shape"]) == ("F16", [9216, 2])


def test_equal_seeds_give_equal_bytes() -> None:
    assert lora_file(weights.KLEIN_4B, "a", rank=2) == lora_file(weights.KLEIN_4B, "a", rank=2)
    assert lora_file(weights.KLEIN_4B, "a", rank=2) != lora_file(weights.KLEIN_4B, "b", rank=2)


@pytest.mark.parametrize("kind", ["F16", "BF16"])
def test_the_numbers_are_small_and_finite(kind: str) -> None:
    content = lora_file(weights.KLEIN_4B, "a", rank=2, kind=kind)
    high = content[-2000 + 1 :: 2]
    exponents = {byte >> 2 & 0x1F for byte in high} if kind == "F16" else {byte & 0x7F for byte in high}
    assert exponents <= ({7, 8, 9, 10} if kind == "F16" else {0x3B, 0x3C})


def test_what_is_no_whole_lora_is_refused() -> None:
    content = lora_file(weights.KLEIN_4B, "a", rank=2)
    other = json.dumps({"x": {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]}}).encode()
    no_lora = len(other).to_bytes(8, "little") + other + b"ab"
    for broken in (b"", b"PK\x03\x04 no weights at all", content[:-1], content[: len(content) // 2], no_lora):
        with pytest.raises(UnreadableWeightsError):
            weights.hidden_size_of(broken)


def test_a_file_is_known_again_by_its_bytes() -> None:
    store = StateStore(None)
    trained = TrainedWeights(store)
    content = lora_file(weights.KLEIN_4B, "a", rank=2)
    records, blobs = trained.to_remember(content, [b"first", b"second"])
    store.save(records, blobs)
    assert trained.pieces_of(content) == (b"first", b"second")
    unknown = trained.pieces_of(content + b" ")
    assert unknown
    assert unknown == trained.pieces_of(content + b" ")
    assert unknown != trained.pieces_of(content + b"!")
    store.close()
