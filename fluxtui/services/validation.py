"""Checks before anything is sent or kept, beyond what an endpoint's own fields say; invents no limits."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from fluxtui.domain.endpoint import Control, Endpoint, fields_of
from fluxtui.domain.errors import InvalidInput, PictureError, Problem
from fluxtui.domain.picture_fields import mask_field, source_field
from fluxtui.domain.text import LOST_LETTER, is_web_address, safe_text
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.domain.endpoint import Field
    from fluxtui.domain.finetune import Finetune
    from fluxtui.services.picture_inputs import InputPicture


@dataclass(frozen=True)
class RequestPicture:
    """What counts of a picture in a request.

    Attributes:
        width: pixels, upright, as it is sent.
        height: the same.
        is_black: whether it is black all over; None where that was not looked at, as it is only for a mask.
    """

    width: int
    height: int
    is_black: bool | None = None


def ineffective(request: Endpoint, pictures: Mapping[str, RequestPicture]) -> tuple[Problem, ...]:
    """Return why an order would change nothing, each reason as a sentence at a field; empty where it does.

    What the parameters alone show stands in the description of the endpoint; here is what shows only together
    with the pictures.

    Args:
        request: validated.
        pictures: what its pictures are, by field; those that are not known are left out.
    """
    problems = request.idle_with({name: (item.width, item.height) for name, item in pictures.items()})
    mask = mask_field(type(request))
    if mask is None or mask.name not in pictures or not pictures[mask.name].is_black:
        return problems
    reason = f"{mask.title} is black all over: nothing would be changed; paint white what is meant"
    return (*problems, Problem(mask.name, reason, whole=True))


Request = TypeVar("Request", bound=Endpoint)

_TEXTS = frozenset({Control.TEXT, Control.PROMPT})
_PICTURES = frozenset({Control.PICTURE, Control.PICTURES})
_LINE_CHARACTERS = frozenset("\n\r\t")


class ValidationService:
    """Judges what people, files and services give."""

    def check(self, endpoint: type[Request], values: Mapping[str, Any]) -> Request:
        """Return the validated request made of a form's values; the paths of its pictures are absolute.

        Reads the files of pictures, so call it in a thread where there are any. An order that would change
        nothing is refused as well.

        Raises:
            InvalidInput: with every fault, each named by its field.
        """
        looks: dict[str, InputPicture] = {}
        usable, problems = _checked_values(endpoint, values, looks)
        try:
            request = endpoint.checked(usable)
        except InvalidInput as error:
            named = {problem.field for problem in problems}
            problems += [problem for problem in error.problems if problem.field not in named]
        if not problems:
            problems += ineffective(request, _facts_of(request, looks))
        if problems:
            raise InvalidInput("Nothing was sent.", tuple(problems))
        return request

    async def prepare_picture(self, path: str | Path, max_pixels: int | None = None) -> tuple[bytes, str]:
        """Return the bytes of a picture as a service takes it, and their extension (`jpg`, `png`, `webp`).

        Args:
            path: where it is; `~` is the home directory.
            max_pixels: the service's cap; a larger picture is scaled down.

        Raises:
            PictureError: the file cannot be read, or is no still picture.
        """
        from fluxtui.services.picture_inputs import picture_path, prepare_picture

        try:
            return await asyncio.to_thread(prepare_picture, picture_path(str(path)), max_pixels)
        except PictureError as error:
            raise PictureError(
                f"{safe_text(path, limit=200)} {error.message}.", next_step="Choose another picture."
            ) from None

    def check_finetune(self, finetune: Finetune) -> Finetune:
        """Return a finetune from outside with its texts made safe for display.

        Raises:
            InvalidInput: its id cannot be one.
        """
        problems = tuple(_faults_of_finetune(finetune))
        if problems:
            raise InvalidInput("The finetune is not usable.", problems)
        texts = {
            name: safe_text(value)
            for name in ("name", "trigger_word", "mode", "finetune_type", "priority")
            if (value := getattr(finetune, name)) is not None
        }
        return finetune.model_copy(update=texts | {"name": texts["name"].strip() or finetune.id})


def _facts_of(request: Endpoint, looks: Mapping[str, InputPicture]) -> dict[str, RequestPicture]:
    """Return what counts of the pictures of a request; the pixels of a mask are read."""
    from fluxtui.services.picture_inputs import picture_path

    mask, values = mask_field(type(request)), request.given()
    facts = {}
    for name, look in looks.items():
        is_mask = mask is not None and name == mask.name
        width, height = look.sent or (look.width, look.height)
        is_black = _is_black(picture_path(str(values[name]))) if is_mask else None
        facts[name] = RequestPicture(width, height, is_black)
    return facts


def _is_black(path: Path) -> bool | None:
    from fluxtui.services.picture_inputs import has_white

    try:
        return not has_white(path)
    except PictureError:
        # Broken behind its header: whoever prepares it says so.
        return None


def _checked_values(
    endpoint: type[Endpoint], values: Mapping[str, Any], looks: dict[str, InputPicture]
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values with the paths of pictures made absolute, and what is wrong with texts and files.

    What single pictures are goes into `looks`.
    """
    usable = dict(values)
    problems: list[Problem] = []
    for field in fields_of(endpoint):
        value = values.get(field.name)
        if value is None or value == "":
            continue
        if field.control in _PICTURES:
            usable[field.name], found = _checked_pictures(field, value, looks)
            problems += found
        elif field.control in _TEXTS and isinstance(value, str):
            problems += _faults_of_text(field, value)
    return usable, [*problems, *_faults_of_mask(endpoint, looks)]


def _faults_of_mask(endpoint: type[Endpoint], looks: Mapping[str, InputPicture]) -> Iterator[Problem]:
    """Yield the fault of a mask that does not lie over its picture."""
    mask, source = mask_field(endpoint), source_field(endpoint)
    if mask is None or source is None or mask.name not in looks or source.name not in looks:
        return
    reason = mask_misfit(looks[mask.name], looks[source.name])
    if reason:
        yield Problem(mask.name, f"{mask.title} {reason}", whole=True)


def mask_misfit(mask: InputPicture, picture: InputPicture) -> str:
    """Return why a mask does not lie over a picture, to stand after its title, or `''` where it does."""
    if (mask.width, mask.height) == (picture.width, picture.height):
        return ""
    return f"has {mask.width}×{mask.height} px, but the picture {picture.width}×{picture.height}"


def _checked_pictures(field: Field, value: Any, looks: dict[str, InputPicture]) -> tuple[Any, list[Problem]]:
    """Return absolute paths and addresses in the form that the field has, and what is wrong with them.

    What a single picture is goes into `looks`.
    """
    from fluxtui.services.picture_inputs import look_at, picture_path

    many = isinstance(value, list | tuple)
    paths: list[Any] = []
    problems = []
    for text in value if many else (value,):
        if not isinstance(text, str | Path):
            return value, []
        try:
            if is_web_address(str(text)):
                paths.append(str(text).strip())
                if not field.urls:
                    raise PictureError("is an address, and this endpoint takes only files")
                if safe_text(text) != str(text):
                    raise PictureError("holds characters that no address has")
                continue
            path = picture_path(str(text))
            paths.append(str(path))
            looks[field.name] = look_at(path, field.max_pixels, field.limits)
        except PictureError as error:
            shown = safe_text(text, limit=120)
            problems.append(Problem(field.name, f"{field.title}: {shown} {error.message}"))
    return (paths if many else (paths or [value])[0]), problems


def _faults_of_text(field: Field, text: str) -> Iterator[Problem]:
    if field.required and not text.strip():
        yield Problem(field.name, f"{field.title} is needed")
    if LOST_LETTER in text:
        from fluxtui.domain.prompts import place_in

        place = place_in(text, text.index(LOST_LETTER))
        yield Problem(
            field.name, f"{field.title} holds a lost letter ({LOST_LETTER}) at {place}; type it again"
        )
    wrong = next((character for character in text if not _can_be_sent(character)), None)
    if wrong is not None:
        yield Problem(
            field.name, f"{field.title} holds a control character (U+{ord(wrong):04X}); please delete it"
        )


def _can_be_sent(character: str) -> bool:
    return character in _LINE_CHARACTERS or unicodedata.category(character) not in ("Cc", "Cs")


def _faults_of_finetune(finetune: Finetune) -> Iterator[Problem]:
    if not finetune.id or safe_text(finetune.id) != finetune.id or any(c.isspace() for c in finetune.id):
        yield Problem("id", "must be a text without spaces and control characters")
