"""Judges what was found by the rules of a trainer, with the user's edits applied; at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fluxtui.domain.dataset import (
    Dataset,
    DatasetProblem,
    DatasetRules,
    Fix,
    ProblemKind,
    TrainingPicture,
)
from fluxtui.domain.dataset_scan import DatasetScan, Likeness, ScannedPicture
from fluxtui.domain.errors import DatasetError
from fluxtui.domain.text import plural
from fluxtui.domain.workspace import PictureEdit, Workspace
from fluxtui.imaging.measures import fitted, used
from fluxtui.services.datasets.advice import advice_on
from fluxtui.services.datasets.caption_checks import check_captions
from fluxtui.services.datasets.caption_matching import matched
from fluxtui.services.datasets.companions import companion_problems, companions_in
from fluxtui.services.datasets.kinds_of_files import other_files
from fluxtui.services.datasets.pair_checks import (
    Chosen,
    chosen_pairs,
    chosen_pictures,
    no_pairs,
    pair_advice,
    repeated_pairs,
)
from fluxtui.services.datasets.tracking import outdated_problems


def check_dataset(scan: DatasetScan, workspace: Workspace, rules: DatasetRules) -> Dataset:
    """Return the dataset that would be sent, with everything that is wrong with it.

    Args:
        scan: what is in the source.
        workspace: the user's edits; those of pictures that are not there any more do nothing.
        rules: of the trainer.
    """
    companions = companions_in(scan)
    masks = companions.mask_names
    usable = [item for item in scan.pictures if item.look is not None and item.name not in masks]
    chosen = _chosen(scan, usable, workspace, rules)
    captions, caption_problems = check_captions(scan, chosen.kept, workspace, pairs=rules.pairs is not None)
    hashes = {item.name: item.look.sha256 for item in scan.pictures if item.look is not None}
    of_pictures = companions.masks if rules.masks else {}
    pictures = tuple(
        _picture(item, workspace.of(item.name), captions.get(item.name), rules).model_copy(
            update={
                "mask": of_pictures.get(item.name),
                "mask_sha256": hashes.get(of_pictures.get(item.name, ""), ""),
                "inputs": tuple(
                    _picture(part, workspace.of(item.name), None, rules)
                    for part in chosen.inputs.get(item.name, ())
                ),
            }
        )
        for item in chosen.kept
    )
    problems = [*scan.problems, *_faults(scan.pictures), *chosen.problems]
    problems += _advice(chosen, pictures, rules)
    if rules.pairs is None:
        problems += _copies(scan.likenesses, {item.name for item in chosen.kept})
    else:
        problems += repeated_pairs(pictures)
    problems += caption_problems
    problems += companion_problems(companions, scan, (item.name for item in chosen.kept), rules)
    problems += outdated_problems(workspace, scan)
    problems += other_files(scan.others, rules)
    problems += _count(len(pictures), rules)
    return Dataset(
        source=scan.source,
        root=scan.root,
        pictures=pictures,
        problems=_sorted(problems),
        ignored=tuple(sorted((*scan.ignored, *scan.others, *sorted(masks)))),
        excluded=chosen.excluded,
        jpeg_quality=workspace.jpeg_quality,
        pairs=rules.pairs is not None,
    )


def _chosen(
    scan: DatasetScan, usable: list[ScannedPicture], workspace: Workspace, rules: DatasetRules
) -> Chosen:
    if rules.pairs is None:
        return chosen_pictures(usable, workspace)
    return chosen_pairs(scan, usable, workspace, rules.pairs)


def _advice(
    chosen: Chosen, pictures: Iterable[TrainingPicture], rules: DatasetRules
) -> Iterator[DatasetProblem]:
    for item, picture in zip(chosen.kept, pictures, strict=True):
        parts = (item, *chosen.inputs.get(item.name, ()))
        for part, used_part in zip(parts, picture.every, strict=True):
            if part.look is not None:
                yield from advice_on(part.name, part.look, used_part, rules)
        if picture.inputs:
            yield from pair_advice(picture)


def fixed(dataset: Dataset, scan: DatasetScan, workspace: Workspace) -> Workspace:
    """Return the workspace with everything put right that can be, as the problems say."""
    match = matched(scan)
    of_pictures = match.of_pairs if dataset.pairs else match.of_pictures
    for problem in dataset.problems:
        if problem.fix is Fix.EXCLUDE:
            workspace = workspace.edited(problem.name, excluded=True)
        elif problem.fix is Fix.REREAD:
            reread = {
                picture: caption.reread
                for picture, caption in of_pictures.items()
                if caption.name == problem.name and caption.reread is not None
            }
            workspace = workspace.with_captions(reread)
    return workspace


def _picture(
    item: ScannedPicture, edit: PictureEdit, caption: str | None, rules: DatasetRules
) -> TrainingPicture:
    """Return a picture as it is used. Raises `DatasetError` for one that cannot be read."""
    look = item.look
    if look is None:
        raise DatasetError(f"{item.name} cannot be read.")
    width, height = used(look.width, look.height, edit.turns, edit.crop)
    size = fitted(width, height, rules.max_pixels)
    return TrainingPicture(
        name=item.name,
        width=width,
        height=height,
        format=look.format,
        size=item.size,
        sha256=look.sha256,
        caption=caption,
        scaled_to=size if size != (width, height) else None,
        turns=edit.turns,
        crop=edit.crop,
    )


def _faults(pictures: Iterable[ScannedPicture]) -> list[DatasetProblem]:
    problems = []
    for item in pictures:
        if item.fault and item.about_set:
            problems.append(DatasetProblem(name="", reason=item.fault))
        elif item.fault:
            problems.append(
                DatasetProblem(
                    name=item.name,
                    reason=f"{item.fault}; not used",
                    mend=item.mend or "get it anew from where it came, or save it again with another program",
                )
            )
    return problems


def _copies(likenesses: Iterable[Likeness], kept: set[str]) -> list[DatasetProblem]:
    problems = []
    told: set[str] = set()
    for alike in likenesses:
        if alike.name in told or not {alike.name, alike.other} <= kept:
            continue
        told.add(alike.name)
        if alike.exact:
            reason = f"is the same file as {alike.other}, which would be learned twice"
        else:
            reason = f"looks like {alike.other} ({alike.distance} of 64 marks differ)"
        problems.append(
            DatasetProblem(
                name=alike.name,
                reason=reason,
                kind=ProblemKind.COPY,
                mend="leave one of them out",
                fix=Fix.EXCLUDE if alike.exact else None,
            )
        )
    return problems


def _count(count: int, rules: DatasetRules) -> list[DatasetProblem]:
    unit = rules.unit
    if count == 0 and rules.pairs is not None:
        return [no_pairs()]
    if count == 0:
        reason, mend, blocking = "There is no picture in it that can be used.", "", True
    elif count < rules.min_pictures:
        reason = f"{plural(count, unit)}, but the trainer wants at least {rules.min_pictures}."
        mend, blocking = f"add {unit}s", True
    elif count > rules.max_pictures:
        reason = f"{plural(count, unit)}, but the trainer takes at most {rules.max_pictures}."
        mend, blocking = f"leave {count - rules.max_pictures} out", True
    elif count < rules.advised_pictures:
        reason = f"{plural(count, unit)}; {rules.advised_pictures} or more are advised."
        mend, blocking = f"add {unit}s", False
    else:
        return []
    return [DatasetProblem(name="", reason=reason, blocking=blocking, kind=ProblemKind.SET, mend=mend)]


def _sorted(problems: Iterable[DatasetProblem]) -> tuple[DatasetProblem, ...]:
    """Put what stops the training first, then what is about the whole set, then the files by name."""
    return tuple(sorted(problems, key=lambda problem: (not problem.blocking, problem.name.casefold())))
