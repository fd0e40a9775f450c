"""What is kept of the pictures that a training was sent, beside its job and its finetune."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _flag(value: Any) -> bool:
    return value is True


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(text for text in value if isinstance(text, str)) if isinstance(value, list | tuple) else ()


Text = Annotated[str, BeforeValidator(_text)]
Count = Annotated[int | None, BeforeValidator(_count)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]


class TrainingSet(BaseModel):
    """The archive of a training and the pictures that it was made of.

    What is not known, or makes no sense, is `''`, None or empty: older versions of the program kept less.

    Attributes:
        source: folder or archive of the user's, as a path.
        sha256: of the archive, hexadecimal.
        path: of the archive, relative to the data directory.
        size: of the archive, in bytes.
        pictures: how many there are, or how many pairs.
        pairs: whether they are pairs of pictures before and after.
        captioned: how many of them have a caption.
        names: of the pictures.
        print: of the pictures, captions and edits as they were looked at (`Dataset.print`).
        content: of all files (`Dataset.content`).
        samples: prompts of the sample pictures that were ordered with the training.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    source: Text = ""
    sha256: Text = ""
    path: Text = ""
    size: Count = None
    pictures: Count = None
    pairs: Flag = False
    captioned: Count = None
    names: Texts = ()
    print: Text = ""
    content: Text = ""
    samples: Texts = ()

    def known(self) -> dict[str, Any]:
        """Return what is known, by name, as JSON has it."""
        return self.model_dump(mode="json", exclude_defaults=True)
