"""What can be done about a generation of the queue beside looking at it."""

from __future__ import annotations

from typing import Literal

from fluxtui.controllers.generation.changes import missing, values_text
from fluxtui.controllers.generation.choices import NAME_CELLS
from fluxtui.controllers.generation.editor import FormEditor
from fluxtui.controllers.generation.news import News
from fluxtui.controllers.generation.ordering import GenerationOrder, repeatable
from fluxtui.controllers.generation.submission import OrderSubmission, Outgoing
from fluxtui.controllers.host import Host
from fluxtui.controllers.jobs.cancelling import cancel
from fluxtui.controllers.jobs.sending_again import send_again
from fluxtui.controllers.questions import Confirmation
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import Job
from fluxtui.domain.loras import STRENGTH
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import plural, shorten
from fluxtui.services.finetune_defaults import lasting_values

Move = Literal["move_up", "move_down", "to_top"]


class QueueCommands:
    """Acts on single generations."""

    def __init__(self, host: Host, editor: FormEditor, submission: OrderSubmission, news: News) -> None:
        """Args:
        host: is asked, and has the services.
        editor: knows what there is to choose from.
        submission: sends what is ordered.
        news: where it is said what came of it.
        """
        self._host = host
        self._editor = editor
        self._submission = submission
        self._news = news

    async def send_another(self, job: Job) -> None:
        """Order the same with a new seed, after asking."""
        offer = self._editor.stock.offer(job.profile, job.endpoint)
        if offer is None:
            self._news.say(missing(job.profile, job.endpoint), "warning")
            return
        question = Confirmation(
            "Another with a new seed?",
            [job.title],
            price=f"About {show_credits(job.estimate_credits)}",
            confirm_label="Generate",
        )
        if not await self._host.ask(question):
            return
        recipe = repeatable(offer.endpoint, job.parameters, self._host.services.storage)
        order = GenerationOrder.another_seed(offer, recipe, self._host.finetune_of(job.finetune_ref))
        await self._submission.send(Outgoing(order))

    async def move(self, job: Job, move: Move) -> None:
        """Give a job that is not sent yet another place among those that wait."""
        jobs = self._host.services.jobs
        moves = {"move_up": jobs.move_up, "move_down": jobs.move_down, "to_top": jobs.to_top}
        await moves[move](job.id)
        self._host.refresh_state("jobs")

    async def retry(self, job: Job) -> None:
        """Send the same as a new job, after asking."""
        new = await send_again(self._host, job)
        if new is not None:
            words = f"Sent again for about {show_credits(new.estimate_credits)}: {new.title}"
            self._news.say(words, "success")

    async def cancel(self, job: Job) -> None:
        """Cancel a job as far as its service can, after asking where it may cost all the same."""
        reply = await cancel(self._host, job)
        self._news.say(reply.text, reply.severity)

    async def make_sheet(self, job: Job) -> str:
        """Make the contact sheet of all that was ordered with a job, and return its path.

        Raises:
            InvalidInput: the job was ordered alone.
        """
        if job.batch is None:
            raise InvalidInput("This picture was ordered alone, so there is nothing for a contact sheet.")
        self._news.say("Making the contact sheet \u2026")
        made = await self._host.services.batches.make_sheets(job.batch)
        path = str(made.paths[0])
        several = f" and {plural(len(made.paths) - 1, 'more sheet')}" if len(made.paths) > 1 else ""
        self._news.say(f"Contact sheet{several}, path copied: {path}", "success")
        return path

    async def keep_defaults(self, job: Job, *, everything: bool) -> None:
        """Keep the strength of a picture, or all its parameters, as what its finetune begins with."""
        offer, ref = self._editor.stock.offer(job.profile, job.endpoint), job.finetune_ref
        if offer is None or ref is None:
            what = missing(job.profile, job.endpoint) if offer is None else "It was made without a finetune."
            self._news.say(what, "warning")
            return
        lasting = lasting_values(offer.endpoint, job.parameters)
        chosen = lasting if everything else {k: v for k, v in lasting.items() if k == STRENGTH}
        if not chosen:
            self._news.say("This picture has no strength that could be kept.", "warning")
            return
        service = self._host.services.finetune_defaults
        kept = chosen if everything else {**await service.get(ref), **chosen}
        await service.keep(ref, kept)
        name = shorten(job.finetune_name or ref, NAME_CELLS)
        words = values_text(offer, chosen) or "these parameters"
        self._news.say(f"{name} begins with {words} from now on; F3 Models shows it.", "success")
