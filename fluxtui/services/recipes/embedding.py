"""Writes a recipe into a copy of a picture file and reads it back; the picture itself is never decoded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fluxtui.domain.errors import PictureError
from fluxtui.services.recipes import avif, jpeg, png, webp
from fluxtui.services.recipes.a1111 import A1111Parameters, parameters_text, parse_parameters
from fluxtui.services.recipes.file_segments import FileSegment, Metadata, PictureFile, open_picture
from fluxtui.services.recipes.recipe import MAX_RECIPE_CHARACTERS, Recipe
from fluxtui.services.storage.files import write_blocks_atomic
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class _Format:
    read: Callable[[PictureFile], Metadata]
    plan: Callable[[PictureFile, str, str], list[FileSegment]] | None = None
    """None for a form that is only read."""


_PNG = _Format(png.read, png.plan)
_JPEG = _Format(jpeg.read, jpeg.plan)
_WEBP = _Format(webp.read, webp.plan)
_AVIF = _Format(avif.read)


def embed(source: Path, target: Path, recipe: Recipe) -> None:
    """Write a copy of a PNG, JPEG or WebP with the recipe in it; all picture data stays byte for byte.

    The copy replaces what is at `target`, whole or not at all. What others wrote into the picture is kept.
    It takes a moment for large files: call it in a thread.

    Args:
        source: the picture, which is only read.
        target: another path.
        recipe: how it was made.

    Raises:
        PictureError: the file is none of these, incomplete, damaged, or cannot hold the recipe.
        StorageError: the copy could not be written.
    """
    text = recipe.to_json()
    if len(text) > MAX_RECIPE_CHARACTERS:
        raise PictureError("The recipe is too long to be written into a picture.")
    with open_picture(source) as file:
        if target.exists() and target.samefile(source):
            raise ValueError("a picture is never changed in its place")
        kind = _format(file)
        if kind is None or kind.plan is None:
            raise PictureError("The file is not a PNG, JPEG or WebP.")
        pieces = kind.plan(file, parameters_text(recipe), text)
        write_blocks_atomic(target, file.blocks(pieces))


def read_recipe(path: Path) -> Recipe | None:
    """Return the recipe that this program wrote into a picture, or None if there is none.

    What is returned comes from outside: anybody can write such a recipe. Raises `PictureError` if the file
    cannot be read or is damaged.
    """
    found = read_metadata(path).recipe
    return None if found is None else Recipe.from_json(found)


def read_parameters(path: Path) -> A1111Parameters | None:
    """Return what the text for other tools says in a picture, whichever tool wrote it; None if none is there.

    Raises `PictureError` if the file cannot be read or is damaged.
    """
    found = read_metadata(path).parameters
    return None if found is None else parse_parameters(found)


def read_metadata(path: Path) -> Metadata:
    """Return every text in a picture that tells of its making, as it stands there; all come from outside.

    Raises `PictureError` if the file cannot be read or is damaged.
    """
    with open_picture(path) as file:
        kind = _format(file)
        return kind.read(file) if kind is not None else Metadata()


def _format(file: PictureFile) -> _Format | None:
    start = file.read(0, min(file.size, webp.HEAD_BYTES))
    if start.startswith(png.SIGNATURE):
        return _PNG
    if start.startswith(jpeg.SIGNATURE):
        return _JPEG
    if start[4:8] == b"ftyp" and start[8:] in avif.BRANDS:
        return _AVIF
    return _WEBP if start[:4] == b"RIFF" and start[8:] == b"WEBP" else None
