"""The doors for LoRA files: safetensors as they come, and those in a tar or ZIP."""

from __future__ import annotations

import asyncio
import bz2
import gzip
import io
import json
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from typing import Any, Literal

from fluxtui.services.journal import Journal
from fluxtui.services.lora import LoraService
from fluxtui.services.storage import StorageService
from tests.fuzz.corpus_pictures import GOOD
from tests.fuzz.mutation import LENGTHS, MEAN_TEXTS, Material, mutated
from tests.fuzz.running import Room
from tests.fuzz.samples import Item, Kind, Sample, one_file

_DTYPES = ("F32", "BF16", "F16", "F8_E4M3", "F4", "F6_E2M3", "I64", "BOOL", "C64", "f32", "X", "", "\x1b[2J")
_NAMES = (
    "double_blocks.0.img_attn.qkv.lora_A.weight",
    "double_blocks.0.img_attn.qkv.lora_B.weight",
    "lora_unet_single_blocks_3_linear1.lora_down.weight",
    "transformer.single_transformer_blocks.1.attn.to_q.lora_B.weight",
    "lora_unet_down_blocks_0_attentions_0_proj_in.lokr_w1",
    "diffusion_model.double_blocks.99999999999.img_attn.qkv.lora_A.weight",
    "first_stage_model.decoder.conv_in.weight",
    "emb_params",
)
_TOKENS = (
    *(b'"dtype"', b'"shape"', b'"data_offsets"', b'"__metadata__"', b"{", b"}", b"[", b"]", b'":', b","),
    *(b"null", b"true", b"-1", b"1.5", b"1e3", b'{"a":' * 30, b"[" * 300, b'"\\u0000"', b'"F8_E5M2"'),
    *(b"ustar\x0000", b"\x1f\x8b\x08", b"BZh9", b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06"),
    *(
        b"PK\x06\x07",
        b".safetensors",
        b"lora.safetensors\0",
        b"30 path=../../escaped\n",
        b"GNU.sparse.major=1",
    ),
)


def safetensors(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    """Return a file with a header, which may be text, and a length that may be a lie."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", (len(text) if length is None else length) % (1 << 64)) + text + data


def _tensor(shape: list[Any], begin: Any, end: Any, dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def good_lora() -> bytes:
    """Return a small LoRA as it should be."""
    header = {
        "__metadata__": {"ss_base_model_version": "flux1", "modelspec.trigger_phrase": "a word"},
        _NAMES[0]: _tensor([2, 8], 0, 64),
        _NAMES[1]: _tensor([8, 2], 64, 128),
    }
    return safetensors(header, bytes(range(1, 129)))


_HEADERS: Mapping[str, Callable[[], bytes]] = {
    "good": good_lora,
    "length of 2^63": lambda: safetensors({"a": _tensor([1], 0, 4)}, bytes(4), 1 << 63),
    "length of 2^64 - 1": lambda: safetensors({"a": _tensor([1], 0, 4)}, bytes(4), (1 << 64) - 1),
    "length of all": lambda: safetensors(b"{" + b" " * 3_000_000, b""),
    "overlapping": lambda: safetensors(
        {_NAMES[0]: _tensor([8], 0, 32), _NAMES[1]: _tensor([8], 0, 32)}, bytes(32)
    ),
    "hole": lambda: safetensors({_NAMES[0]: _tensor([1], 8, 12)}, bytes(12)),
    "offsets of 2^64": lambda: safetensors({_NAMES[0]: _tensor([1 << 62], 0, 1 << 64)}, bytes(12)),
    "endless product": lambda: safetensors({_NAMES[0]: _tensor([10**18] * 16, 0, 4)}, bytes(4)),
    "long number": lambda: safetensors(
        b'{"a":{"dtype":"F32","shape":[' + b"9" * 900_000 + b'],"data_offsets":[0,4]}}', bytes(4)
    ),
    "no numbers at all": lambda: safetensors({_NAMES[0]: _tensor([0, 10**15], 0, 0)}, b""),
    "odd kinds": lambda: safetensors(
        {name: _tensor([1], 0, 4, dtype) for name, dtype in zip(_NAMES, _DTYPES, strict=False)}, bytes(4)
    ),
    "deep metadata": lambda: safetensors(b'{"__metadata__":' + b'{"a":' * 200_000, bytes(4)),
    "deep header": lambda: safetensors(b'{"a":' * 100_000, bytes(4)),
    "deep lists": lambda: safetensors(b'{"a":' + b"[" * 1_000_000, bytes(4)),
    "metadata twice": lambda: safetensors(b'{"__metadata__":{"a":"b"},"__metadata__":{"a":"b"}}', b""),
    "metadata of numbers": lambda: safetensors({"__metadata__": {"a": 1}, "b": _tensor([1], 0, 4)}, bytes(4)),
    "much metadata": lambda: safetensors(
        {"__metadata__": {f"k{n}": "v" for n in range(20_000)}, "b": _tensor([1], 0, 4)}, bytes(4)
    ),
    "many layers": lambda: safetensors({f"l{n}": _tensor([0], 0, 0) for n in range(60_000)}, b""),
    "name of a megabyte": lambda: safetensors({"x" * 1_000_000: _tensor([1], 0, 4)}, bytes(4)),
    "mean names": lambda: safetensors(
        {"\x1b]52;c;aGk=\x07[red]\u202e" + _NAMES[0]: _tensor([1], 0, 4)}, bytes(4)
    ),
    "lone surrogates": lambda: safetensors(
        b'{"__metadata__":{"\\ud800":"\\udfff"},"\\ud800.lora_A.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        bytes(4),
    ),
    "no UTF-8": lambda: safetensors(
        b'{"\xff\xfe":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4)
    ),
    "not a number": lambda: safetensors(
        b'{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}}', bytes(4)
    ),
    "negative": lambda: safetensors({_NAMES[0]: _tensor([-1, -1], 0, 4)}, bytes(4)),
    "web page": lambda: b"<!doctype html><title>\x1b[2J" + b"x" * 500 + b"</title>",
    "pointer of Git LFS": lambda: (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 999999999999999999\n"
    ),
    "deep answer": lambda: b'{"message":' * 300,
    "pickle": lambda: pickle.dumps({"a": [1, 2]}),
    "empty": lambda: b"",
}


_MODES: Mapping[str, Literal["w:", "w:gz", "w:bz2"]] = {"": "w:", "gz": "w:gz", "bz2": "w:bz2"}


def tar_of(
    *entries: tuple[str, bytes], kind: Literal["", "gz", "bz2"] = "", form: int = tarfile.PAX_FORMAT
) -> bytes:
    """Return a tar of files, plain or packed."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=_MODES[kind], format=form) as archive:
        for name, content in entries:
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return target.getvalue()


def _tar_of_kinds() -> bytes:
    """Return a tar with links, devices and a pipe, and one good file."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for number, kind in enumerate(
            (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
        ):
            about = tarfile.TarInfo(f"{number}.safetensors")
            about.type, about.linkname = kind, "/etc/passwd"
            archive.addfile(about)
        about = tarfile.TarInfo("lora.safetensors")
        about.size = len(good_lora())
        archive.addfile(about, io.BytesIO(good_lora()))
    return target.getvalue()


def _entry(
    name: bytes = b"lora.safetensors", size: bytes = b"", kind: bytes = b"0", data: bytes = b""
) -> bytes:
    """Return one entry of a tar with a right sum and any size."""
    number = size or b"%011o\0" % len(data)
    block = bytearray(512)
    block[: len(name)] = name
    block[100:108], block[124:136], block[156:157], block[257:265] = (
        b"0000644\0",
        number,
        kind,
        b"ustar\x0000",
    )
    return with_tar_sums(bytes(block)) + data + bytes(-len(data) % 512)


def with_tar_sums(content: bytes) -> bytes:
    """Return a tar in which each block that looks like a header has a right sum."""
    changed = bytearray(content)
    for at in range(0, len(changed) - 511, 512):
        if changed[at + 257 : at + 262] == b"ustar":
            changed[at + 148 : at + 156] = b" " * 8
            changed[at + 148 : at + 156] = b"%06o\0 " % sum(changed[at : at + 512])
    return bytes(changed)


def zip_of(*members: tuple[str, bytes], comment: bytes = b"") -> bytes:
    """Return a ZIP of files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def large_directory(place: int, members: int = 1, size: int = 60) -> bytes:
    """Return a ZIP that says its true list is elsewhere."""
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, members, members, size, 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, place, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return b"PK\x03\x04" + bytes(40) + record + locator + end


def _lora_tar(kind: Literal["", "gz", "bz2"] = "") -> bytes:
    return tar_of(("output/captions/a.txt", b"a word"), ("output/lora.safetensors", good_lora()), kind=kind)


_BOMB_BYTES = 60_000_000
_ARCHIVES: Mapping[str, Callable[[], bytes]] = {
    "tar": _lora_tar,
    "gzip": lambda: _lora_tar("gz"),
    "bzip2": lambda: _lora_tar("bz2"),
    "zip": lambda: zip_of(("a.txt", b"x"), ("lora.safetensors", good_lora())),
    "old tar": lambda: tar_of(("lora.safetensors", good_lora()), form=tarfile.GNU_FORMAT),
    "header of 2^60": lambda: _entry(size=b"\x80" + bytes(3) + (1 << 60).to_bytes(8, "big")),
    "header of 2^88": lambda: _entry(size=b"\x80" + b"\xff" * 11),
    "negative header": lambda: _entry(size=b"\xff" * 12),
    "name of 2^60": lambda: _entry(kind=b"L", size=b"\x80" + bytes(3) + (1 << 60).to_bytes(8, "big")),
    "details of themselves": lambda: _entry(kind=b"x", data=b"99999 path=a\n"),
    "details with a size": lambda: (
        _entry(kind=b"x", data=b"30 size=9999999999999999999\n\n\n") + _entry(data=good_lora())
    ),
    "endless details": lambda: _entry(kind=b"g", data=b"x" * 512) * 9_000,
    "holes": lambda: _entry(kind=b"S", data=bytes(512)),
    "details of holes": lambda: _entry(kind=b"x", data=b"22 GNU.sparse.major=1\n") + _entry(data=good_lora()),
    "slip": lambda: tar_of(
        ("../../escaped.safetensors", good_lora()), ("/var/escaped.safetensors", good_lora())
    ),
    "links and devices": _tar_of_kinds,
    "many entries": lambda: _entry(name=b"x") * 12_000,
    "gzip bomb": lambda: gzip.compress(_entry(name=b"x", size=b"00777777777\0") + bytes(_BOMB_BYTES)),
    "bzip2 bomb": lambda: bz2.compress(_entry(name=b"x", size=b"00777777777\0") + bytes(_BOMB_BYTES)),
    "many gzips": lambda: gzip.compress(b"") * 40_000,
    "gzip in gzip": lambda: gzip.compress(gzip.compress(_lora_tar())),
    "gzip cut": lambda: _lora_tar("gz")[:-20],
    "pickle in a tar": lambda: tar_of(("lora.safetensors", pickle.dumps([1] * 50))),
    "pickle in a zip": lambda: zip_of(
        ("archive/data.pkl", pickle.dumps([1])), ("lora.safetensors", good_lora())
    ),
    "zip bomb": lambda: zip_of(("lora.safetensors", bytes(_BOMB_BYTES))),
    "zip slip": lambda: zip_of(("../../escaped.safetensors", good_lora())),
    "zip in zip": lambda: zip_of(("lora.safetensors", zip_of(("lora.safetensors", good_lora())))),
    "list at 2^64 - 1": lambda: large_directory((1 << 64) - 1),
    "list at 2^63": lambda: large_directory(1 << 63),
    "list of 2^64 members": lambda: large_directory(44, (1 << 64) - 1, (1 << 64) - 1),
    "list in itself": lambda: large_directory(44, 1, 1 << 20),
    "end of nothing": lambda: b"PK\x03\x04" + bytes(60) + b"PK\x05\x06" + b"\xff" * 18,
    "name of nothing": lambda: zip_of(("lora.safetensors", good_lora())).replace(
        b"lora.safetensors", b"\0" * 16
    ),
    "two": lambda: zip_of(("a.safetensors", good_lora()), ("b.safetensors", good_lora())),
}


class _LoraDoor:
    """Looking into a LoRA file, taking it in, and keeping it."""

    name = ""
    seconds = 8.0
    secret = True
    heavy = frozenset({"many layers"})
    extension = "safetensors"

    def __init__(self, contents: Mapping[str, Callable[[], bytes]]) -> None:
        self._contents = contents
        self.cases = {name: partial(self._case, make) for name, make in contents.items()}
        self._runner = asyncio.Runner()
        self._runner.get_loop()
        self._service: LoraService | None = None

    def _case(self, make: Callable[[], bytes]) -> Sample:
        return one_file(f"a.{self.extension}", make())

    def visit(self, room: Room, chance: Random) -> str:
        """Look at the file and take it in."""
        path = next(room.given.glob(f"*.{self.extension}"))
        storage = StorageService(room.own)
        if self._service is None:
            storage.prepare()
            self._service = LoraService(storage, Journal(storage.journal_path))
        service = self._service

        async def both() -> None:
            seen = await service.look(path)
            room.show(repr((seen.reading, seen.fault)))
            kept = await service.take_in(path, name=chance.choice(("", "../../a", "\x1b[2J", "name " * 99)))
            room.show(repr(kept))
            room.need(await service.verify(kept), "what was taken in is not there")
            await service.remove(kept)

        self._runner.run(both())
        room.need(not any((room.own / "tmp").iterdir()), "a temporary file was left")
        return "taken"

    def close(self) -> None:
        """Close the event loop."""
        self._runner.close()


class WeightsDoor(_LoraDoor):
    """Safetensors files, made of true parts and lies as well as spoilt."""

    name = "weights"

    def __init__(self) -> None:
        super().__init__(_HEADERS)
        self._small = [
            good_lora(),
            *(_HEADERS[name]() for name in ("lone surrogates", "overlapping", "pickle")),
        ]

    def sample(self, chance: Random) -> Sample:
        """Return a spoilt file, or one whose header is made by chance; now and then with PEFT's words."""
        if chance.random() < 0.5:
            content = mutated(chance.choice(self._small), chance, Material(_TOKENS, self._small))
        else:
            content = _made_header(chance)
        if chance.random() < 0.15:
            config = mutated(b'{"base_model_name_or_path": "black-forest-labs/FLUX.1-dev"}', chance)
            return (
                Item(b"adapter_model.safetensors", content),
                Item(b"adapter_config.json", config, chance.choice((Kind.FILE, Kind.FILE, Kind.PIPE))),
            )
        return one_file("a.safetensors", content)


def _made_header(chance: Random) -> bytes:
    header: dict[str, Any] = {}
    reached = 0
    for name in chance.sample(_NAMES, chance.randrange(len(_NAMES))):
        shape: list[Any] = [chance.choice((0, 1, 2, 8, 64)) for _ in range(chance.randrange(4))]
        size = 4
        for edge in shape:
            size *= edge
        header[name] = _tensor(shape, reached, reached + size, chance.choice(("F32", "F32", "F32", *_DTYPES)))
        if chance.random() < 0.15:
            header[name]["data_offsets"][chance.randrange(2)] = chance.choice(LENGTHS)
        if shape and chance.random() < 0.1:
            shape[-1] = chance.choice((*LENGTHS, -1, 1.5, "8", None, [8], 10**400))
        reached += size if size < 100_000 else 0
    if chance.random() < 0.5:
        words = [text.decode(errors="surrogateescape") for text in chance.sample(MEAN_TEXTS, 4)]
        header["__metadata__"] = {words[0]: words[1], "ss_base_model_version": words[2], "title": words[3]}
    text = json.dumps(header).encode()
    if chance.random() < 0.3:
        text = mutated(text, chance, Material(_TOKENS))
    length = chance.choice(LENGTHS) if chance.random() < 0.1 else None
    return safetensors(text, chance.randbytes(min(reached, 100_000)), length)


class ArchivedWeightsDoor(_LoraDoor):
    """Tars, plain and packed, and ZIPs with a LoRA in them."""

    name = "tars"
    extension = "tar"

    def __init__(self) -> None:
        super().__init__(_ARCHIVES)
        wanted = (
            "tar",
            "gzip",
            "bzip2",
            "zip",
            "old tar",
            "links and devices",
            "details with a size",
            "list in itself",
        )
        self._small = [_ARCHIVES[name]() for name in wanted]

    def sample(self, chance: Random) -> Sample:
        """Return a spoilt archive; often with right sums, so that more than the first block is read."""
        chosen = chance.choice(self._small)
        spoilt = mutated(chosen, chance, Material(_TOKENS, [*self._small, GOOD["bits.pbm"]()]))
        if chance.random() < 0.6:
            spoilt = with_tar_sums(spoilt)
        if chance.random() < 0.15:
            spoilt = chance.choice((gzip.compress, bz2.compress))(spoilt)
        return one_file("a.tar", spoilt)
