from __future__ import annotations

import io
import os
import stat
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import pytest
from PIL import Image
from pydantic import Field

from fluxtui.domain.endpoint import Control, EndpointInfo, GenerationEndpoint, Group, Parameter
from fluxtui.domain.errors import InvalidInput, PictureError
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.money import Estimate
from fluxtui.services.validation import ValidationService

ORIENTATION, GPS, MAKER = 0x0112, 0x8825, 0x010F


class Painting(GenerationEndpoint):
    """An endpoint with every kind of input that is checked here."""

    info = EndpointInfo("paint", "Paint", "Paints.", Group.BASE, lambda request: Estimate(1.0, "each"))

    prompt: Annotated[str, Parameter("Prompt", "What.", control=Control.PROMPT)]
    steps: Annotated[int, Field(ge=1, le=50), Parameter("Steps", "How many.")] = 20
    image: Annotated[str | None, Parameter("Picture", "Where.", control=Control.PICTURE)] = None
    images: Annotated[
        list[str] | None, Field(max_length=2), Parameter("References", "Where.", control=Control.PICTURES)
    ] = None


@pytest.fixture
def service() -> ValidationService:
    return ValidationService()


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    """Saves a picture of four coloured quarters and returns its path."""

    def make(
        name: str = "picture.png", mode: str = "RGB", size: tuple[int, int] = (40, 20), **how: Any
    ) -> Path:
        image = Image.new("RGB", size, "red")
        image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
        path = tmp_path / name
        image.convert(mode).save(path, **how)
        return path

    return make


def faults(service: ValidationService, **values: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        service.check(Painting, values)
    return {problem.field: problem.reason for problem in caught.value.problems}


def test_a_request_comes_back_with_absolute_paths(
    service: ValidationService, save: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save()
    monkeypatch.setenv("HOME", str(path.parent))
    monkeypatch.chdir(path.parent)
    values = {"prompt": "a\tfox\n", "steps": "30", "image": " ~/picture.png ", "images": ["picture.png"]}
    request = service.check(Painting, values)
    assert isinstance(request, Painting)
    assert (request.prompt, request.steps) == ("a\tfox\n", 30)
    assert request.image == str(path)
    assert request.images == [str(path)]


def test_pictures_may_be_absent(service: ValidationService) -> None:
    assert service.check(Painting, {"prompt": "a", "image": "", "images": None}).image is None


def test_every_fault_is_told_at_once(service: ValidationService, tmp_path: Path) -> None:
    missing = tmp_path / "missing.png"
    found = faults(service, prompt=" \n", steps=99, image=str(missing), images=[str(missing)] * 3, extra=1)
    assert found == {
        "prompt": "Prompt is needed",
        "steps": "Steps must be 1 to 50",
        "image": f"Picture: {missing} does not exist",
        "images": f"References: {missing} does not exist",
        "extra": "is not a parameter of this endpoint",
    }
    assert list(faults(service)) == ["prompt"]


@pytest.mark.parametrize("character", ["\x1b", "\0", "\x07", "\x9b", "\udcff"])
def test_control_characters_are_not_sent(service: ValidationService, character: str) -> None:
    found = faults(service, prompt=f"a {character} fox")
    assert found == {"prompt": f"Prompt holds a control character (U+{ord(character):04X}); please delete it"}


@pytest.mark.parametrize("prompt", ["[bold] {a|b} \\x1b", "نیم‌فاصله", "👩‍🚀", "e\u0301", "a" * 100_000])
def test_words_are_not_touched(service: ValidationService, prompt: str) -> None:
    assert service.check(Painting, {"prompt": prompt}).prompt == prompt


def test_values_of_another_kind_are_told(service: ValidationService) -> None:
    assert faults(service, prompt="a", image=3, images=[4]).keys() == {"image", "images"}
    assert faults(service, prompt=["a"]).keys() == {"prompt"}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.mkdir(), "is a directory"),
        (lambda path: path.write_bytes(b""), "is not a picture"),
        (lambda path: path.write_bytes(b"GIF89a, they say"), "is"),
        (lambda path: path.write_text("<svg/>"), "is an SVG drawing"),
        (lambda path: os.mkfifo(path), "is not a file"),
        (lambda path: path.symlink_to("/dev/zero"), "is not a file"),
        (lambda path: path.symlink_to(path), "cannot be read"),
        (lambda path: Image.new("L", (4, 4)).save(path, "PPM"), "is a PPM, not a JPEG, PNG or WebP"),
    ],
)
async def test_what_is_no_picture_is_told(
    service: ValidationService, tmp_path: Path, make: Callable[[Path], object], words: str
) -> None:
    path = tmp_path / "picture.png"
    make(path)
    assert words in faults(service, prompt="a", image=str(path))["image"]
    with pytest.raises(PictureError) as caught:
        await service.prepare_picture(path)
    assert caught.value.message.startswith(f"{path} ")
    assert words in caught.value.message


@pytest.mark.parametrize("name", ["a\0b.png", "n" * 300, "no\x1b[31m.png", "~nobody-of-this-name/x.png"])
async def test_impossible_names_are_told(service: ValidationService, name: str) -> None:
    (reason,) = faults(service, prompt="a", image=name).values()
    assert reason.isprintable()
    with pytest.raises(PictureError):
        await service.prepare_picture(name)


def test_a_picture_without_permission_is_told(service: ValidationService, ordinary_user: Path) -> None:
    path = ordinary_user / "picture.png"
    path.touch(0o000)
    assert "may not be read by you" in faults(service, prompt="a", image=str(path))["image"]


async def test_animated_pictures_are_refused(service: ValidationService, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    for name in ("moving.gif", "moving.webp", "moving.png"):
        path = tmp_path / name
        frames[0].save(path, save_all=True, append_images=frames[1:])
        assert "is animated" in faults(service, prompt="a", image=str(path))["image"]
        with pytest.raises(PictureError, match="is animated"):
            await service.prepare_picture(path)


async def test_a_bomb_is_not_decoded(service: ValidationService, tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    Image.new("1", (8, 8)).save(path)
    content = bytearray(path.read_bytes())
    # The header claims 20,000 x 20,000 pixels.
    content[16:24] = struct.pack(">II", 20_000, 20_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    path.write_bytes(content)
    assert "megapixels" in faults(service, prompt="a", image=str(path))["image"]
    with pytest.raises(PictureError, match="megapixels"):
        await service.prepare_picture(path)


async def test_a_huge_file_is_not_read(service: ValidationService, tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(300_000_000)
    with pytest.raises(PictureError, match=r"has 300\.0 MB, too much"):
        await service.prepare_picture(path)


@pytest.mark.parametrize("name", ["cut.png", "cut.jpg", "cut.webp"])
async def test_a_picture_cut_short_is_refused(
    service: ValidationService, save: Callable[..., Path], name: str
) -> None:
    path = save(name, size=(400, 300))
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(PictureError, match="is damaged or incomplete"):
        await service.prepare_picture(path)


@pytest.mark.parametrize(
    ("name", "mode", "extension"),
    [
        ("a.png", "RGB", "png"),
        ("a.png", "RGBA", "png"),
        ("mask.png", "L", "png"),
        ("mask.png", "1", "png"),
        ("a.jpeg", "RGB", "jpg"),
        ("a.webp", "RGBA", "webp"),
        ("a.png", "P", "png"),
    ],
)
async def test_a_file_that_will_do_is_sent_as_it_is(
    service: ValidationService, save: Callable[..., Path], name: str, mode: str, extension: str
) -> None:
    path = save(name, mode)
    assert await service.prepare_picture(path, 800) == (path.read_bytes(), extension)


@pytest.mark.parametrize(
    ("name", "mode", "extension"),
    [("a.jpg", "RGB", "jpg"), ("a.png", "RGBA", "png"), ("a.webp", "RGB", "png"), ("a.png", "1", "png")],
)
async def test_a_picture_over_the_cap_is_scaled_down(
    service: ValidationService, save: Callable[..., Path], name: str, mode: str, extension: str
) -> None:
    content, found = await service.prepare_picture(save(name, mode, (400, 200)), 20_000)
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (200, 100)
        assert found == extension
        assert image.format == {"jpg": "JPEG", "png": "PNG"}[extension]


@pytest.mark.parametrize(
    ("name", "mode"),
    [("a.bmp", "RGB"), ("a.tiff", "RGB"), ("a.gif", "P"), ("a.tiff", "CMYK"), ("a.png", "I;16")],
)
async def test_other_pictures_become_png(
    service: ValidationService, save: Callable[..., Path], name: str, mode: str
) -> None:
    content, extension = await service.prepare_picture(save(name, mode))
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.mode, extension) == ("PNG", "RGB", "png")


async def test_transparency_is_kept(service: ValidationService, tmp_path: Path) -> None:
    image = Image.new("RGBA", (40, 20), (255, 0, 0, 255))
    image.paste((0, 255, 0, 0), (0, 0, 20, 20))
    for name in ("a.png", "b.webp", "c.gif"):
        image.save(tmp_path / name)
        content, _ = await service.prepare_picture(tmp_path / name, 200)
        with Image.open(io.BytesIO(content)) as result:
            alpha = result.convert("RGBA").getchannel("A")
            assert (alpha.getpixel((1, 5)), alpha.getpixel((18, 5))) == (0, 255), name


async def test_a_turned_photograph_is_sent_upright_without_metadata(
    service: ValidationService, save: Callable[..., Path]
) -> None:
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "camera"
    content, extension = await service.prepare_picture(save("a.jpg", exif=exif))
    with Image.open(io.BytesIO(content)) as image:
        assert (image.size, extension) == ((20, 40), "jpg")
        assert dict(image.getexif()) == {}
        red, _, blue = image.convert("RGB").getpixel((10, 5))  # type: ignore[misc]
        assert red > blue, "what was on the left is on top"


async def test_a_position_is_never_sent(service: ValidationService, save: Callable[..., Path]) -> None:
    exif = Image.Exif()
    exif.get_ifd(GPS)[1] = "N"
    exif[MAKER] = "camera"
    path = save("a.jpg", exif=exif)
    with Image.open(path) as image:
        assert GPS in image.getexif()
    content, _ = await service.prepare_picture(path)
    with Image.open(io.BytesIO(content)) as image:
        assert dict(image.getexif()) == {}


async def test_the_file_itself_is_never_touched(
    service: ValidationService, save: Callable[..., Path]
) -> None:
    path = save("a.webp", size=(400, 200))
    path.chmod(0o400)
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    await service.prepare_picture(path, 1000)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o400


def test_a_finetune_is_made_safe(service: ValidationService) -> None:
    told = Finetune(profile="p", id="f-1", name="\x1b[31m[b]Anna\u202e", trigger_word="T\x07OK", mode=None)
    checked = service.check_finetune(told)
    assert (checked.name, checked.trigger_word, checked.mode) == ("[b]Anna", "TOK", None)
    assert service.check_finetune(Finetune(profile="p", id="f-1", name="\x1b[0m ")).name == "f-1"


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"id": ""}, ["id"]),
        ({"id": "a b"}, ["id"]),
        ({"id": "a\x1b[31m"}, ["id"]),
    ],
)
def test_a_finetune_that_cannot_be_is_refused(
    service: ValidationService, values: dict[str, Any], fields: list[str]
) -> None:
    finetune = Finetune(**({"profile": "p", "id": "f", "name": "n"} | values))
    with pytest.raises(InvalidInput) as caught:
        service.check_finetune(finetune)
    assert [problem.field for problem in caught.value.problems] == fields


def test_a_lost_letter_is_not_paid_for(service: ValidationService) -> None:
    with pytest.raises(InvalidInput) as told:
        service.check(Painting, {"prompt": "Stra\ufffde"})
    reasons = [problem.reason for problem in told.value.problems]
    assert reasons == ["Prompt holds a lost letter (\ufffd) at character 5; type it again"]
