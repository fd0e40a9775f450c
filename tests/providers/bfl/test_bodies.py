from __future__ import annotations

import base64
from pathlib import Path

import pytest

from fluxtui.domain.errors import PictureError
from fluxtui.providers.bfl.bodies import body_of
from fluxtui.providers.bfl.finetuned import ProFinetuned
from fluxtui.providers.bfl.flux1 import FluxFill
from fluxtui.providers.bfl.flux2 import Flux2Pro
from fluxtui.providers.bfl.flux3 import Flux3Image
from fluxtui.providers.bfl.tools import Erase, Outpainting


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG picture")
    return path


TEXT = base64.b64encode(b"\x89PNG picture").decode()


async def test_only_what_is_set_is_sent() -> None:
    body = await body_of(Flux2Pro.checked({"prompt": "p", "width": None, "seed": ""}))
    assert body == {"prompt": "p", "disable_pup": False, "safety_tolerance": 2, "output_format": "jpeg"}


async def test_a_seed_is_absent_and_not_null() -> None:
    assert "seed" not in await body_of(ProFinetuned.checked({"finetune_id": "x"}))
    assert (await body_of(ProFinetuned.checked({"finetune_id": "x", "seed": 0})))["seed"] == 0


async def test_pictures_become_base64(picture: Path) -> None:
    body = await body_of(FluxFill.checked({"image": str(picture), "mask": str(picture)}))
    assert body["image"] == body["mask"] == TEXT


async def test_addresses_are_handed_on_where_the_endpoint_takes_them(picture: Path) -> None:
    address = "https://example.org/a.png"
    body = await body_of(Flux3Image.checked({"prompt": "p", "images": [address, str(picture)]}))
    assert body["images"] == [address, TEXT]
    body = await body_of(Flux2Pro.checked({"prompt": "p", "input_image": address}))
    assert body["input_image"] == address


async def test_the_tools_take_addresses(picture: Path) -> None:
    address = "https://example.org/a.png"
    body = await body_of(Erase.checked({"image": address, "mask": str(picture)}))
    assert (body["image"], body["mask"]) == (address, TEXT)
    body = await body_of(Outpainting.checked({"input_image": address, "width": 1024, "height": 1024}))
    assert body["input_image"] == address


async def test_addresses_are_refused_where_the_endpoint_takes_files_only() -> None:
    with pytest.raises(PictureError, match="takes no addresses"):
        await body_of(FluxFill.checked({"image": "https://example.org/a.png"}))


async def test_a_picture_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"'gone\.png' any more\. Nothing was sent"):
        await body_of(FluxFill.checked({"image": str(tmp_path / "gone.png")}))


async def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(PictureError):
        await body_of(FluxFill.checked({"image": str(tmp_path)}))
