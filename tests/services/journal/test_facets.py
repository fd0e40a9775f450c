"""Counts of what there is to filter by: the same as counting anew, whatever has happened between."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import count

from fluxtui.domain.jobs import GenerationWork, Job, JobState
from fluxtui.domain.picture import Picture
from fluxtui.services.journal import Journal
from fluxtui.services.journal.facets import FacetCounts

MakeJob = Callable[..., Job]
MakePicture = Callable[..., Picture]


async def test_counts_are_those_of_counting_anew(
    journal: Journal, other: Journal, make_job: MakeJob, make_picture: MakePicture
) -> None:
    """Pictures are made, marked, thrown away, taken back and deleted, here and by another program."""
    chance = random.Random(7)
    for step in range(80):
        by = chance.choice((journal, other))
        some = [number for number in range(1, step + 1) if chance.random() < 0.3]
        match chance.choice(("make", "make", "star", "tag", "trash", "restore", "delete")):
            case "make":
                finetune = chance.choice((None, "luna", "fox"))
                profile, endpoint = chance.choice(("bfl", "fal")), chance.choice(("flux-dev", "flux-2"))
                work = GenerationWork(finetune_name=finetune)
                await by.jobs.add([make_job(f"j{step}", state=JobState.DONE, profile=profile, work=work)])
                await by.pictures.add(
                    make_picture(f"p{step}", f"j{step}", endpoint=endpoint, finetune_name=finetune)
                )
            case "star":
                await by.marks.star(some, on=chance.random() < 0.5)
            case "tag":
                await by.marks.tag(some, "best")
            case "trash":
                await by.trash.finish(await by.trash.begin_trashing(some, _names, _is_free))
            case "restore":
                await by.trash.finish(await by.trash.begin_restoring(some, _names, _is_free))
            case "delete":
                await by.trash.finish(await by.trash.begin_deleting(0, 2))
        assert await journal.gallery.facets() == await other.gallery._database.read(FacetCounts().read)


def _names(path: str) -> Iterator[str]:
    return (f"{path}-{number}" for number in count())


def _is_free(path: str) -> bool:
    return True
