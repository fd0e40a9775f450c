"""Which caption belongs to which picture, which give way to others, and into which files they go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from fluxtui.domain.dataset_scan import DatasetScan, ScannedCaption
from fluxtui.services.datasets.captions import CAPTION_SUFFIX, is_metadata, is_text_caption, stem_of
from fluxtui.services.datasets.pairs import Pair, pairing_of
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class Matched:
    """Captions and pictures, put together.

    Attributes:
        of_pictures: the caption that counts, by the name of its picture.
        lonely: captions without a picture.
        overruled: the file of a caption that says something else than the one that counts, by picture.
        shared: pictures that one caption is taken for, though their names differ in capitals, by its file.
        of_pairs: captions of pairs by the names of their results; they do not count for single pictures.
        overruled_pairs: as `overruled`, for pairs.
    """

    of_pictures: Mapping[str, ScannedCaption]
    lonely: tuple[ScannedCaption, ...]
    overruled: Mapping[str, str]
    shared: Mapping[str, tuple[str, ...]]
    of_pairs: Mapping[str, ScannedCaption] = field(default_factory=dict)
    overruled_pairs: Mapping[str, str] = field(default_factory=dict)

    @property
    def for_pairs(self) -> Matched:
        """The same as trainers of pairs have it: by the results, with the captions of pairs."""
        used = {caption.name for caption in self.of_pairs.values()} | set(self.overruled_pairs.values())
        lonely = tuple(item for item in self.lonely if item.name not in used)
        return Matched(self.of_pairs, lonely, self.overruled_pairs, {})


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
        if (other := _other_text(first, others)) is not None:
            overruled[name] = other.name
    of_pairs, overruled_pairs = _of_pairs(scan, lonely, chosen)
    return Matched(chosen, tuple(lonely), overruled, shared, of_pairs, overruled_pairs)


def _other_text(first: ScannedCaption, others: Iterable[ScannedCaption]) -> ScannedCaption | None:
    return next((item for item in others if not item.fault and item.text != first.text), None)


def _of_pairs(
    scan: DatasetScan, lonely: Iterable[ScannedCaption], of_pictures: Mapping[str, ScannedCaption]
) -> tuple[dict[str, ScannedCaption], dict[str, str]]:
    """Return the captions of pairs, and the files of those that give way to them, by their results.

    A file of the name that both sides have in common counts before that of the result, and that before one of
    what the edit begins with.
    """
    pairs = pairing_of(picture.name for picture in scan.pictures).pairs
    roots: dict[str, ScannedCaption] = {}
    for caption in lonely:
        if is_text_caption(caption.name):
            roots.setdefault(stem_of(caption.name).casefold(), caption)
    found: dict[str, ScannedCaption] = {}
    overruled: dict[str, str] = {}
    for pair in pairs:
        captions = list(_captions_of(pair, roots, of_pictures))
        if not captions:
            continue
        first, *others = sorted(captions, key=lambda caption: bool(caption.fault))
        found[pair.result] = first
        if (other := _other_text(first, others)) is not None:
            overruled[pair.result] = other.name
    return found, overruled


def _captions_of(
    pair: Pair, roots: Mapping[str, ScannedCaption], of_pictures: Mapping[str, ScannedCaption]
) -> Iterable[ScannedCaption]:
    if (of_both := roots.get(pair.captions[0].casefold())) is not None:
        yield of_both
    for name in (pair.result, *pair.inputs):
        if name in of_pictures:
            yield of_pictures[name]


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


def pair_caption_targets(scan: DatasetScan, captions: Mapping[str, str]) -> Mapping[str, str]:
    """Return the names of the text files for captions of pairs, by the names of their results.

    It is the text file that the caption was found in, else one of the name that both sides have in common;
    where they lie in two folders, one beside the result.
    """
    known = matched(scan).of_pairs
    targets: dict[str, str] = {}
    for pair in pairing_of(picture.name for picture in scan.pictures).pairs:
        if pair.result in captions:
            found = known.get(pair.result)
            is_own = found is not None and not found.picture and is_text_caption(found.name)
            in_folders = pair.captions[0].count("/") != pair.result.count("/")
            stem = stem_of(pair.result) if in_folders else pair.captions[0]
            targets[pair.result] = found.name if found is not None and is_own else stem + CAPTION_SUFFIX
    return targets


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
