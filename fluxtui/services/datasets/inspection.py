"""Looks through a source and judges every file: what can be trained on, and what is wrong with the rest."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from fluxtui.domain.dataset import Dataset, DatasetProblem, DatasetRules, TrainingPicture
from fluxtui.domain.errors import DatasetError, PictureError
from fluxtui.domain.text import plural
from fluxtui.services.datasets.captions import captions_by_stem, is_caption, read_caption, stem_of
from fluxtui.services.datasets.parallel import in_order
from fluxtui.services.datasets.pictures import PictureFacts, examine, fitted
from fluxtui.services.datasets.sources import Entry, Source, open_source
from fluxtui.services.threads import Advance

SMALL_EDGE = 256
"""Pixels: a picture with a shorter edge has too little in it to learn from."""

FORMAT_OF_SUFFIX = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
"""Pillow's name of the format that an extension promises."""

OTHER_PICTURES = frozenset(
    {".avif", ".bmp", ".gif", ".heic", ".heif", ".jp2", ".jxl", ".psd", ".tga", ".tif", ".tiff", ".dng"}
)


@dataclass(frozen=True)
class _Finding:
    picture: TrainingPicture | None
    problems: tuple[DatasetProblem, ...]


def inspect_source(path: Path, rules: DatasetRules, advance: Advance, stop: threading.Event) -> Dataset:
    """Return what is in the folder or ZIP at `path`, in which `~` is the home.

    Decodes every picture, so it belongs in a thread.

    Raises:
        DatasetError: the source itself cannot be used.
        Stopped: `stop` was set.
    """
    path = path.expanduser()
    with open_source(path) as source:
        listing = source.listing()
        candidates = [entry for entry in listing.entries if _suffix(entry) in FORMAT_OF_SUFFIX]
        captions = captions_by_stem(listing.entries)
        problems = list(listing.problems)
        pictures: list[TrainingPicture] = []
        advance(0, len(candidates))
        look = partial(_look_at, source, rules)
        for count, finding in enumerate(in_order(look, candidates, stop), start=1):
            pictures.extend([finding.picture] if finding.picture else [])
            problems.extend(finding.problems)
            advance(count, len(candidates))
        pictures, caption_problems = _captioned(source, candidates, pictures, captions)
    others = [
        entry for entry in listing.entries if _suffix(entry) not in FORMAT_OF_SUFFIX and not is_caption(entry)
    ]
    problems += caption_problems
    problems += _complaints_of_formats(others, rules)
    problems += _complaints_of_count(len(pictures), rules)
    ignored = (*listing.ignored, *(entry.name for entry in others))
    return Dataset(
        source=path, pictures=tuple(pictures), problems=_sorted(problems), ignored=tuple(sorted(ignored))
    )


def _suffix(entry: Entry) -> str:
    return PurePosixPath(entry.name).suffix.lower()


def _sorted(problems: list[DatasetProblem]) -> tuple[DatasetProblem, ...]:
    """Put what stops the training first, then what is about the whole set, then the files by name."""
    return tuple(sorted(problems, key=lambda problem: (not problem.blocking, problem.name.casefold())))


def _look_at(source: Source, rules: DatasetRules, entry: Entry) -> _Finding:
    try:
        facts = examine(source.read(entry))
    except PictureError as error:
        return _Finding(None, (DatasetProblem(name=entry.name, reason=f"{error.message}; not used"),))
    except DatasetError as error:
        return _Finding(None, (DatasetProblem(name="", reason=error.message),))
    if facts.format not in rules.formats:
        reason = f"is really a {facts.format} picture, which the trainer does not take; not used"
        return _Finding(None, (DatasetProblem(name=entry.name, reason=reason),))
    size = fitted(facts.width, facts.height, rules.max_pixels)
    picture = TrainingPicture(
        name=entry.name,
        width=facts.width,
        height=facts.height,
        format=facts.format,
        size=entry.size,
        scaled_to=size if size != (facts.width, facts.height) else None,
    )
    advice = tuple(
        DatasetProblem(name=entry.name, reason=reason) for reason in _advice(entry, facts, picture)
    )
    return _Finding(picture, advice)


def _advice(entry: Entry, facts: PictureFacts, picture: TrainingPicture) -> list[str]:
    reasons = []
    promised = FORMAT_OF_SUFFIX[_suffix(entry)]
    if facts.format != promised:
        reasons.append(f"is really a {facts.format} picture, not {promised}; it is sent under a right name")
    if min(facts.width, facts.height) < SMALL_EDGE:
        reasons.append(
            f"is only {facts.width} x {facts.height} px; pictures from {SMALL_EDGE} px on teach more"
        )
    if picture.scaled_to:
        width, height = picture.scaled_to
        reasons.append(f"{facts.width} x {facts.height} px will be scaled down to {width} x {height} px")
    if facts.frames > 1:
        reasons.append("is animated; only its first frame is sent")
    return reasons


def _captioned(
    source: Source, candidates: list[Entry], pictures: list[TrainingPicture], captions: Mapping[str, Entry]
) -> tuple[list[TrainingPicture], list[DatasetProblem]]:
    """Give each picture its caption, and complain of captions that cannot be used."""
    texts: dict[str, str] = {}
    problems: list[DatasetProblem] = []
    stems = {entry.name: stem_of(entry) for entry in candidates}
    wanted = set(stems.values())
    for stem, entry in captions.items():
        if stem not in wanted:
            reason = "is a caption without a picture of the same name; not used"
            problems.append(DatasetProblem(name=entry.name, reason=reason))
            continue
        try:
            texts[stem] = read_caption(source, entry)
        except DatasetError as error:
            problems.append(DatasetProblem(name=entry.name, reason=error.message))
    with_captions = [
        picture.model_copy(update={"caption": texts.get(stems[picture.name])}) for picture in pictures
    ]
    return with_captions, problems


def _complaints_of_formats(entries: list[Entry], rules: DatasetRules) -> list[DatasetProblem]:
    taken = ", ".join(rules.formats)
    return [
        DatasetProblem(
            name=entry.name, reason=f"is in a format that is not taken; convert it to one of {taken}"
        )
        for entry in entries
        if _suffix(entry) in OTHER_PICTURES
    ]


def _complaints_of_count(count: int, rules: DatasetRules) -> list[DatasetProblem]:
    if count == 0:
        reason, blocking = "There is no picture in it that can be used.", True
    elif count < rules.min_pictures:
        reason = f"{plural(count, 'picture')}, but the trainer wants at least {rules.min_pictures}."
        blocking = True
    elif count > rules.max_pictures:
        reason = f"{plural(count, 'picture')}, but the trainer takes at most {rules.max_pictures}."
        blocking = True
    elif count < rules.advised_pictures:
        reason = f"{plural(count, 'picture')}; {rules.advised_pictures} or more are advised."
        blocking = False
    else:
        return []
    return [DatasetProblem(name="", reason=reason, blocking=blocking)]
