"""Which caption belongs to which picture, which give way to others, and into which files they go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fluxtui.domain.dataset_scan import DatasetScan, ScannedCaption
from fluxtui.services.datasets.captions import CAPTION_SUFFIX, is_metadata, is_text_caption, stem_of


@dataclass(frozen=True)
class Matched:
    """Captions and pictures, put together.

    Attributes:
        of_pictures: the caption that counts, by the name of its picture.
        lonely: captions without a picture.
        overruled: the file of a caption that says something else than the one that counts, by picture.
        shared: pictures that one caption is taken for, though their names differ in capitals, by its file.
    """

    of_pictures: Mapping[str, ScannedCaption]
    lonely: tuple[ScannedCaption, ...]
    overruled: Mapping[str, str]
    shared: Mapping[str, tuple[str, ...]]


def matched(scan: DatasetScan) -> Matched:
    """Put captions and pictures together.

    What lies nearer to a picture counts: text with its whole name, then with its name, then JSON, then a file
    for the whole folder; of two alike the first by name. One that cannot be used gives way. The name must be
    the same; only where no picture has just that name, capitals do not matter.
    """
    finder = _Pictures([picture.name for picture in scan.pictures])
    of_pictures: dict[str, list[ScannedCaption]] = {}
    lonely = []
    shared: dict[str, tuple[str, ...]] = {}
    for caption in scan.captions:
        names = finder.of(caption)
        if len({stem_of(name) for name in names}) > 1:
            shared[caption.name] = tuple(names)
        if not names and not caption.picture:
            lonely.append(caption)
        for name in names:
            of_pictures.setdefault(name, []).append(caption)
    chosen: dict[str, ScannedCaption] = {}
    overruled: dict[str, str] = {}
    for name, captions in of_pictures.items():
        first, *others = captions if len(captions) == 1 else _nearest_first(captions, name)
        chosen[name] = first
        if not others:
            continue
        other = next((item for item in others if not item.fault and item.text != first.text), None)
        if other is not None:
            overruled[name] = other.name
    return Matched(chosen, tuple(lonely), overruled, shared)


def _nearest_first(captions: list[ScannedCaption], picture: str) -> list[ScannedCaption]:
    return sorted(captions, key=lambda caption: (bool(caption.fault), _distance(caption, picture)))


def _distance(caption: ScannedCaption, picture: str) -> int:
    if caption.picture:
        return 3
    if not is_text_caption(caption.name):
        return 2
    return 0 if stem_of(caption.name).casefold() == picture.casefold() else 1


class _Pictures:
    """Finds the pictures that a caption is for."""

    def __init__(self, names: list[str]) -> None:
        self._exact: dict[str, list[str]] = {}
        self._folded: dict[str, list[str]] = {}
        for name in names:
            for key in (name, stem_of(name)):
                self._exact.setdefault(key, []).append(name)
                self._folded.setdefault(key.casefold(), []).append(name)

    def of(self, caption: ScannedCaption) -> list[str]:
        if is_metadata(caption.name):
            return self._exact.get(caption.picture, [])
        key = stem_of(caption.name)
        return self._exact.get(key) or self._folded.get(key.casefold(), [])


def caption_targets(scan: DatasetScan, captions: Mapping[str, str]) -> Mapping[str, str]:
    """Return the names of the text files for captions, by the names of the pictures.

    It is the text file that the caption was found in, else one of the picture's name. Where pictures with
    other captions would have the same one, such as `dog.jpg` and `dog.png`, each has one of its whole name:
    `dog.jpg.txt`. Files that hold more than a caption (JSON, metadata) are never written to.
    """
    of_pictures = matched(scan).of_pictures
    targets: dict[str, str] = {}
    for name in captions:
        known = of_pictures.get(name)
        is_own = known is not None and not known.picture and is_text_caption(known.name)
        targets[name] = known.name if known is not None and is_own else stem_of(name) + CAPTION_SUFFIX
    texts: dict[str, set[str]] = {}
    # Of pictures without a new caption too: theirs would be replaced.
    for picture in scan.pictures:
        target = targets.get(picture.name, stem_of(picture.name) + CAPTION_SUFFIX)
        found_text = of_pictures[picture.name].text if picture.name in of_pictures else ""
        texts.setdefault(target, set()).add(captions.get(picture.name, found_text).strip())
    return {
        name: name + CAPTION_SUFFIX if len(texts.get(target, ())) > 1 else target
        for name, target in targets.items()
    }
