"""What is noted of pictures: stars, ratings, tags and notes."""

from __future__ import annotations

from collections.abc import Sequence

from fluxtui.controllers.gallery.browser import PictureBrowser
from fluxtui.controllers.gallery.filtering import read_tags
from fluxtui.controllers.gallery.wording import pictures_text
from fluxtui.controllers.host import Host
from fluxtui.controllers.questions import LineQuestion, Question
from fluxtui.domain.gallery import BEST_RATING
from fluxtui.domain.text import plural
from fluxtui.system.dataclass import dataclass

COMPARED = 1_000
"""Of how many pictures the tags are compared; the entries of more would fill the memory."""


@dataclass(frozen=True)
class TagsQuestion(Question[str]):
    """Which tags pictures have, with commas between them.

    Attributes:
        title: whose tags they are.
        words: the same in a sentence.
        shared: the tags that all of the pictures have.
        known: all tags that there are, with which typing is completed.
    """

    title: str
    words: str
    shared: tuple[str, ...]
    known: tuple[str, ...]


class Marking:
    """Notes something about pictures, named by their numbers. Every command raises `FluxError`.

    Args:
        host: asks and tells the user.
        shown: the pictures that are shown.
    """

    def __init__(self, host: Host, shown: PictureBrowser) -> None:
        self._host = host
        self._shown = shown

    async def star(self, numbers: Sequence[int]) -> None:
        """Give pictures a star, or take it away where all of them have one."""
        async with self._shown.turn:
            known = [self._shown.entries.get(number) for number in numbers]
            all_have = all(entry is not None and entry.marks.starred for entry in known)
            gallery = self._host.services.gallery
            await self._shown.change(numbers, lambda chosen: gallery.star(chosen, not all_have))
        if len(numbers) > 1:
            gone = "lost their star" if all_have else "have a star"
            self._host.tell(f"{plural(len(numbers), 'picture')} {gone}.")

    async def rate(self, numbers: Sequence[int], leader: int, by: int) -> None:
        """Rate pictures alike, from none to the best.

        Args:
            numbers: of the pictures.
            leader: the one whose rating is changed.
            by: how much.
        """
        async with self._shown.turn:
            entries = self._shown.entries
            entry = entries.get(leader) or next(iter(await entries.read([leader])), None)
            if entry is None:
                return
            rating = min(max(entry.marks.rating + by, 0), BEST_RATING)
            gallery = self._host.services.gallery
            await self._shown.change(numbers, lambda chosen: gallery.rate(chosen, rating))
        words = f"rated {rating} of {BEST_RATING}" if rating else "not rated any more"
        verb = "is" if len(numbers) == 1 else "are"
        self._host.tell(f"{pictures_text(numbers).capitalize()} {verb} {words}.")

    async def tag(self, numbers: Sequence[int]) -> None:
        """Ask for the tags of pictures; of several those count that all of them have."""
        async with self._shown.turn:
            facets = await self._host.services.gallery.facets()
            shared = await self._shared_tags(numbers)
            several = "" if len(numbers) == 1 else " Those that all of them have are shown."
            question = TagsQuestion(
                f"Tags of {pictures_text(numbers)}",
                f"Tags, with commas between them; remove one to take it away.{several}",
                shared,
                tuple(facet.value for facet in facets.tags),
            )
            answer = await self._host.ask(question)
            if answer is not None:
                await self._replace_tags(numbers, shared, read_tags(answer))

    async def _replace_tags(self, numbers: Sequence[int], old: Sequence[str], new: Sequence[str]) -> None:
        gallery = self._host.services.gallery

        async def replace(chosen: Sequence[int]) -> None:
            for tag in old:
                if tag not in new:
                    await gallery.untag(chosen, tag)
            for tag in new:
                if tag not in old:
                    await gallery.tag(chosen, tag)

        await self._shown.change(numbers, replace)

    async def _shared_tags(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """Return the tags that all of some pictures have; of very many, none are looked for."""
        found = await self._host.services.gallery.entries(numbers) if len(numbers) <= COMPARED else ()
        first = found[0].marks.tags if found else ()
        return tuple(tag for tag in first if all(tag in each.marks.tags for each in found))

    async def note(self, number: int) -> None:
        """Ask for the note about a picture."""
        async with self._shown.turn:
            found = await self._host.services.gallery.entries((number,))
            if not found:
                return
            question = LineQuestion(
                "Note", "What is to be remembered about this picture.", found[0].marks.note, may_be_empty=True
            )
            text = await self._host.ask(question)
            if text is not None:
                gallery = self._host.services.gallery
                await self._shown.change((number,), lambda _: gallery.note(number, text))
