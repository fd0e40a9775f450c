"""The question before money is spent."""

from __future__ import annotations

from dataclasses import dataclass

from fluxtui.domain.money import Estimate, show_credits
from fluxtui.domain.text import plural
from fluxtui.widgets.dialogs import ConfirmDialog


@dataclass(frozen=True)
class Price:
    """What an order costs and what there is to pay it with.

    Attributes:
        each: the estimate of one picture.
        count: how many pictures.
        balance: credits left as far as known.
        confirm_above_usd: from which sum on the user is asked.
    """

    each: Estimate
    count: int
    balance: float | None
    confirm_above_usd: float

    @property
    def total(self) -> Estimate:
        """The estimate of all pictures."""
        return self.each.times(self.count)

    @property
    def is_covered(self) -> bool:
        """Whether the balance is enough, as far as it is known."""
        return self.balance is None or self.balance >= self.total.credits

    @property
    def needs_a_yes(self) -> bool:
        """Whether the user has to be asked first."""
        return not self.is_covered or self.total.usd > self.confirm_above_usd

    def question(self) -> ConfirmDialog:
        """Return the dialog that shows the figures and asks."""
        sum_text = f"{self.count} × {self.each.show()} = {self.total.show()}"
        return ConfirmDialog(
            f"Generate {plural(self.count, 'picture')}?",
            self._sentences(),
            price=sum_text,
            confirm_label="Generate" if self.is_covered else "Send anyway",
            danger=not self.is_covered,
        )

    def _sentences(self) -> tuple[str, ...]:
        if self.balance is None:
            return ("The balance is not known.",)
        if not self.is_covered:
            return (
                f"The balance was {show_credits(self.balance)} when last asked: too little for all of it.",
                "What is not covered is not made, and costs nothing.",
            )
        after = show_credits(self.balance - self.total.credits)
        return (f"Balance {show_credits(self.balance)}, {after} afterwards.",)
