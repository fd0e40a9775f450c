"""Which pairs of a set are used, and what is wrong with them or doubtful."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from fluxtui.domain.dataset import DatasetProblem, Fix, PairRules, ProblemKind, TrainingPicture
from fluxtui.domain.dataset_scan import DatasetScan, ScannedPicture
from fluxtui.domain.text import plural, safe_text
from fluxtui.domain.workspace import Workspace
from fluxtui.services.datasets.pairs import Pair, pairing_of
from fluxtui.system.dataclass import dataclass

OTHER_SHAPE = 1.03
"""From which quotient of two shapes on they are told to be different: less is rounding to whole pixels."""

OTHER_SCALE = 2.0
"""From which quotient of two widths on one side of a pair has much less in it than the other."""

EXAMPLE = "photo_start.jpg and photo_end.jpg"


@dataclass(frozen=True)
class Chosen:
    """The pictures of a set that are used.

    Attributes:
        kept: each of them; of pairs the result.
        inputs: what each result is made of, by its name; empty for single pictures.
        excluded: names of those that the user leaves out; a pair that is left out has that of its result.
        problems: what is wrong with the pairing.
    """

    kept: tuple[ScannedPicture, ...] = ()
    inputs: Mapping[str, tuple[ScannedPicture, ...]] = field(default_factory=dict)
    excluded: tuple[str, ...] = ()
    problems: tuple[DatasetProblem, ...] = ()


def chosen_pictures(usable: Iterable[ScannedPicture], workspace: Workspace) -> Chosen:
    """Return the single pictures that are used: those that the user does not leave out."""
    items = list(usable)
    excluded = tuple(item.name for item in items if workspace.of(item.name).excluded)
    left_out = set(excluded)
    return Chosen(tuple(item for item in items if item.name not in left_out), excluded=excluded)


def chosen_pairs(
    scan: DatasetScan, usable: Iterable[ScannedPicture], workspace: Workspace, rules: PairRules
) -> Chosen:
    """Return the pairs that are used; a picture without its other half stops the training.

    Args:
        scan: what is in the source.
        usable: its pictures that can be read, without masks.
        workspace: the user's edits; a pair is left out by its result, one of its inputs by that.
        rules: of the trainer.
    """
    items = {item.name: item for item in usable}
    broken = [item.name for item in scan.pictures if item.look is None]
    pairing = pairing_of([*items, *broken])
    excluded = {name for name in items if workspace.of(name).excluded}
    kept, inputs = [], {}
    problems: list[DatasetProblem] = []
    hidden: set[str] = set()
    for pair in pairing.pairs:
        found = tuple(items[name] for name in pair.inputs if name in items and name not in excluded)
        result = items.get(pair.result)
        if pair.result in excluded:
            hidden |= {*pair.inputs}
        elif result is not None and found:
            kept.append(result)
            inputs[result.name] = found
            problems += _too_many(result.name, len(found), rules)
        else:
            problems += _halved(pair, items, excluded)
    alone: dict[str, Callable[[str], str]] = dict.fromkeys(pairing.lonely, _no_other_half(pairing.lonely))
    if pairing.pairs or pairing.lonely:
        alone |= dict.fromkeys(pairing.single, lambda _: "is no half of a pair by its name")
    problems += [_lonely(name, alone[name](name)) for name in alone if name in items and name not in excluded]
    problems += [
        _problem(name, f"is not used: {_shown(other)} is the same side of the same pair")
        for name, other in pairing.twice.items()
        if name in items and name not in excluded
    ]
    problems += _mixed(inputs.values(), rules)
    out = tuple(name for name in items if name in excluded and name not in hidden)
    return Chosen(tuple(kept), inputs, out, tuple(problems))


def pair_advice(picture: TrainingPicture) -> Iterator[DatasetProblem]:
    """Yield what is to be said of both sides of a pair; none of it stops the training."""
    first = picture.inputs[0]
    same = next((item for item in picture.inputs if item.sha256 and item.sha256 == picture.sha256), None)
    if same is not None:
        reason = f"is the same file as {_shown(same.name)}: this pair teaches to change nothing"
        yield _problem(picture.name, reason, "leave it out", ProblemKind.COPY, Fix.EXCLUDE)
    shapes = sorted((first.width / first.height, picture.width / picture.height))
    sizes = f"{first.width} x {first.height} px becomes {picture.width} x {picture.height} px"
    if shapes[1] > OTHER_SHAPE * shapes[0]:
        reason = f"has another shape than {_shown(first.name)}: {sizes}; that is learned too"
        yield _problem(
            picture.name,
            reason,
            "bring both to one shape in another program, or leave it out",
            ProblemKind.SIZE,
        )
        return
    low, high = sorted((first.width, picture.width))
    if high > OTHER_SCALE * low:
        reason = f"is of another size than {_shown(first.name)}: {sizes}; the smaller one teaches less"
        yield _problem(picture.name, reason, "use both in one size", ProblemKind.SIZE)


def repeated_pairs(pictures: Sequence[TrainingPicture]) -> Iterator[DatasetProblem]:
    """Yield what is to be said of pairs that are there twice."""
    first: dict[tuple[str, ...], str] = {}
    for picture in pictures:
        content = tuple(item.sha256 for item in picture.every)
        if not all(content):
            continue
        known = first.setdefault(content, picture.name)
        if known != picture.name:
            reason = f"is the same pair as {_shown(known)}, which would be learned twice"
            yield _problem(picture.name, reason, "leave one of them out", ProblemKind.COPY, Fix.EXCLUDE)


def no_pairs() -> DatasetProblem:
    """Return what is to be said of a set without a single pair."""
    reason = (
        f"There is no pair in it: this trainer learns edits from pictures before and after, such as "
        f"{EXAMPLE}, with photo.txt saying what is done."
    )
    mend = (
        "name them so; or put them into two folders named before and after, under one name each, and add /** "
        "to the path of the folder around them; or choose a trainer of single pictures"
    )
    return DatasetProblem(name="", reason=reason, blocking=True, kind=ProblemKind.PAIR, mend=mend)


def _halved(pair: Pair, items: Collection[str], excluded: Collection[str]) -> Iterator[DatasetProblem]:
    """Yield what is wrong with a pair of which only one side can be used."""
    left = [name for name in pair.names if name in items and name not in excluded]
    gone = [name for name in (pair.result, *pair.inputs) if name not in left]
    if not left or not gone:
        return
    state = "is left out" if gone[0] in excluded else "cannot be used"
    for name in left:
        yield _lonely(name, f"has no other half: {_shown(gone[0])} {state}")


def _no_other_half(missing: Mapping[str, str]) -> Callable[[str], str]:
    return lambda name: f"has no other half: there is no {_shown(missing[name])}"


def _too_many(result: str, count: int, rules: PairRules) -> Iterator[DatasetProblem]:
    if count > rules.most_inputs:
        most = "one" if rules.most_inputs == 1 else str(rules.most_inputs)
        reason = f"is made of {count} pictures, but this trainer takes {most} before each result"
        mend = "take some of them away, leave the pair out, or choose a trainer that takes more"
        yield _problem(result, reason, mend).model_copy(update={"blocking": True})


def _mixed(inputs: Collection[Sequence[ScannedPicture]], rules: PairRules) -> Iterator[DatasetProblem]:
    counts = sorted({len(items) for items in inputs})
    if len(counts) > 1 and not rules.mixed:
        reason = (
            f"Some pairs have {counts[0]} and others up to {plural(counts[-1], 'picture')} before the "
            "result; whether this trainer takes that is not published."
        )
        mend = "use one number in all pairs, or a trainer that takes different ones"
        yield DatasetProblem(name="", reason=reason, blocking=True, kind=ProblemKind.PAIR, mend=mend)


def _lonely(name: str, reason: str) -> DatasetProblem:
    found = _problem(name, reason, "add its other half, or leave it out", fix=Fix.EXCLUDE)
    return found.model_copy(update={"blocking": True})


def _problem(
    name: str, reason: str, mend: str = "", kind: ProblemKind = ProblemKind.PAIR, fix: Fix | None = None
) -> DatasetProblem:
    return DatasetProblem(name=name, reason=reason, kind=kind, mend=mend, fix=fix)


def _shown(name: str) -> str:
    return safe_text(name, limit=60)
