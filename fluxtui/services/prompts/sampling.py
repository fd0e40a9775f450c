"""From the commands of a template to prompts: drawn by a seed, or one for each combination.

The package reads templates; what is done with them is decided here, so that the same seed gives the same
prompts whatever version of the package is installed, and so that none works for ever: every step counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from itertools import islice, permutations
from math import factorial, isfinite
from random import Random
from typing import TYPE_CHECKING

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.prompts import is_template
from fluxtui.domain.text import safe_text
from fluxtui.services.prompts.parsing import parse_template, put_back
from fluxtui.services.prompts.wildcards import WildcardLibrary
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from dynamicprompts.commands import Command, VariantCommand, WildcardCommand

STEPS_LIMIT = 200_000
"""Commands that are carried out for one order; a long text counts as several."""
DEPTH_LIMIT = 40
"""How deep wildcards and variables may lead into each other."""
CHARACTERS_A_STEP = 200
MOST_AT_ONCE = 40
"""Choices that one pair of braces may take together."""


@dataclass(frozen=True)
class _Scope:
    """What holds where a command stands: variables, and what led there."""

    variables: Mapping[str, Command] = field(default_factory=dict)
    within: tuple[str, ...] = ()

    def with_variables(self, variables: Mapping[str, Command]) -> _Scope:
        return _Scope({**self.variables, **variables}, self.within) if variables else self

    def inside(self, name: str) -> _Scope:
        """Return the scope of a wildcard or variable. Raises `InvalidInput` where it leads to itself."""
        if name in self.within:
            raise InvalidInput(f"{name} leads back to itself.")
        if len(self.within) >= DEPTH_LIMIT:
            raise InvalidInput("The template leads too deep: wildcards name wildcards again and again.")
        return _Scope(self.variables, (*self.within, name))


class Sampler:
    """Makes prompts of one template. Every method raises `InvalidInput` with a sentence where that fails.

    Args:
        wildcards: where `__names__` are looked up.
        seed: decides whatever is drawn.
    """

    def __init__(self, wildcards: WildcardLibrary, seed: int) -> None:
        from dynamicprompts import commands
        from dynamicprompts.commands import variable_commands

        self._kinds, self._variables = commands, variable_commands
        self._wildcards = wildcards
        # Not a secret: it is shown and kept, to draw the same again.
        self._random = Random(seed)  # noqa: S311
        self._steps = 0
        self._turns: dict[int, int] = {}
        self._parsed: dict[str, Command] = {}
        self._options: dict[str, list[_Option]] = {}

    def read(self, template: str) -> Command:
        """Return the commands of a template in which the names of wildcards are known."""
        return parse_template(template, self._wildcards.has)

    def draw(self, command: Command, count: int) -> tuple[str, ...]:
        """Return some prompts, each drawn anew."""
        return tuple(put_back(self._drawn(command, _Scope())) for _ in range(count))

    def combinations(self, command: Command, most: int) -> tuple[str, ...]:
        """Return a prompt for each combination, each once and at most so many."""
        found: dict[str, None] = {}
        for prompt in self._all(command, _Scope()):
            found.setdefault(put_back(prompt))
            if len(found) >= most:
                break
        return tuple(found)

    def count(self, command: Command) -> int:
        """Return how many combinations there are; those that come out alike count each."""
        return self._count(command, _Scope())

    def _step(self, weight: int = 1) -> None:
        self._steps += weight
        if self._steps > STEPS_LIMIT:
            raise InvalidInput("The template is too large to work out.")

    # One prompt, drawn

    def _drawn(self, command: Command | str, scope: _Scope) -> str:
        self._step()
        command = self._parse(command)
        kinds, variables = self._kinds, self._variables
        match command:
            case kinds.LiteralCommand():
                return self._literal(command.literal)
            case kinds.SequenceCommand():
                rest, scope = self._with_assignments(command.tokens, scope)
                return "".join(self._drawn(token, scope) for token in rest)
            case kinds.VariantCommand():
                return self._drawn_variant(command, scope)
            case kinds.WildcardCommand():
                options, inner = self._options_of_wildcard(command, scope)
                return self._drawn(self._pick(options, 1, command)[0], inner)
            case variables.VariableAccessCommand():
                value, inner = self._value_of(command.name, command.default, scope)
                return self._drawn(value, inner)
            case kinds.WrapCommand():
                return _wrapped(self._drawn(command.wrapper, scope), self._drawn(command.inner, scope))
        raise InvalidInput(_UNKNOWN)

    def _drawn_variant(self, command: VariantCommand, scope: _Scope) -> str:
        options, least, most, inner = self._variant(command, scope)
        if len(options) == 1:
            return self._drawn(options[0][0], inner)
        chosen = self._pick(options, self._random.randint(least, most), command)
        return _joined([self._drawn(option, inner) for option in chosen], command.separator)

    def _pick(self, options: Sequence[_Option], count: int, command: Command) -> list[Command | str]:
        """Return some of the options, each at most once: in turn where the template says `@`, else drawn."""
        if command.sampling_method is not None and command.sampling_method.value == "cycle":
            turn = self._turns[id(command)] = self._turns.get(id(command), -1) + 1
            return [options[(turn + number) % len(options)][0] for number in range(count)]
        left, chosen = list(options), []
        for _ in range(count):
            weights = [weight for _, weight in left]
            if sum(weights) <= 0:
                raise InvalidInput("All that could be drawn has the weight 0.")
            index = self._random.choices(range(len(left)), weights)[0]
            chosen.append(left.pop(index)[0])
        return chosen

    # Every combination

    def _all(self, command: Command | str, scope: _Scope) -> Iterator[str]:
        self._step()
        command = self._parse(command)
        kinds, variables = self._kinds, self._variables
        if self._is_drawn(command):
            yield self._drawn(command, scope)
            return
        match command:
            case kinds.LiteralCommand():
                yield self._literal(command.literal)
            case kinds.SequenceCommand():
                yield from self._all_sequences(command.tokens, scope)
            case kinds.VariantCommand():
                yield from self._all_variants(command, scope)
            case kinds.WildcardCommand():
                options, inner = self._options_of_wildcard(command, scope)
                for option, _ in options:
                    yield from self._all(option, inner)
            case variables.VariableAccessCommand():
                value, inner = self._value_of(command.name, command.default, scope)
                yield from self._all(value, inner)
            case kinds.WrapCommand():
                for wrapper in self._all(command.wrapper, scope):
                    for text in self._all(command.inner, scope):
                        yield _wrapped(wrapper, text)
            case _:
                raise InvalidInput(_UNKNOWN)

    def _all_sequences(self, tokens: Sequence[Command], scope: _Scope) -> Iterator[str]:
        variables = self._variables
        fixed = [
            token
            for token in tokens
            if isinstance(token, variables.VariableAssignmentCommand) and token.immediate
        ]
        rest = [token for token in tokens if token not in fixed]
        for values in self._all_lists([token.value for token in fixed], scope):
            literals = {
                token.name: self._kinds.LiteralCommand(value)
                for token, value in zip(fixed, values, strict=True)
            }
            others, inner = self._with_assignments(rest, scope.with_variables(literals))
            for parts in self._all_lists(others, inner):
                yield "".join(parts)

    def _all_lists(self, commands: Sequence[Command | str], scope: _Scope) -> Iterator[list[str]]:
        """Yield every way to have one text of each of some commands, the last one changing fastest."""
        if not commands:
            yield []
            return
        for text in self._all(commands[0], scope):
            for others in self._all_lists(commands[1:], scope):
                yield [text, *others]

    def _all_variants(self, command: VariantCommand, scope: _Scope) -> Iterator[str]:
        options, least, most, inner = self._variant(command, scope)
        for count in range(least, most + 1):
            for chosen in permutations([option for option, _ in options], count):
                self._step(len(chosen))
                for texts in self._all_lists(chosen, inner):
                    if len(set(texts)) == count:
                        yield _joined(texts, command.separator)

    # How many combinations

    def _count(self, command: Command | str, scope: _Scope) -> int:
        self._step()
        command = self._parse(command)
        kinds, variables = self._kinds, self._variables
        if self._is_drawn(command):
            return 1
        match command:
            case kinds.SequenceCommand():
                return self._count_sequence(command.tokens, scope)
            case kinds.VariantCommand():
                options, least, most, inner = self._variant(command, scope)
                return _selections([self._count(option, inner) for option, _ in options], least, most)
            case kinds.WildcardCommand():
                options, inner = self._options_of_wildcard(command, scope)
                return sum(self._count(option, inner) for option, _ in options)
            case variables.VariableAccessCommand():
                value, inner = self._value_of(command.name, command.default, scope)
                return self._count(value, inner)
            case kinds.WrapCommand():
                return self._count(command.wrapper, scope) * self._count(command.inner, scope)
        return 1

    def _count_sequence(self, tokens: Sequence[Command], scope: _Scope) -> int:
        variables, number, rest = self._variables, 1, []
        literals: dict[str, Command] = {}
        for token in tokens:
            if isinstance(token, variables.VariableAssignmentCommand) and token.immediate:
                number *= self._count(token.value, scope)
                literals[token.name] = self._kinds.LiteralCommand("")
            else:
                rest.append(token)
        others, inner = self._with_assignments(rest, scope.with_variables(literals))
        for token in others:
            number *= self._count(token, inner)
        return number

    # What all of these need

    def _literal(self, text: str) -> str:
        self._step(len(text) // CHARACTERS_A_STEP)
        return text

    def _is_drawn(self, command: Command) -> bool:
        """Tell whether the template says of a part that it is drawn, with `~`, or taken in turn, with `@`."""
        method = command.sampling_method
        return method is not None and method.value in {"random", "cycle"}

    def _with_assignments(self, tokens: Sequence[Command], scope: _Scope) -> tuple[list[Command], _Scope]:
        """Return what a sequence shows, and the scope with its variables."""
        variables: dict[str, Command] = {}
        shown = []
        for token in tokens:
            if not isinstance(token, self._variables.VariableAssignmentCommand):
                shown.append(token)
            elif token.overwrite or token.name not in scope.variables:
                value = token.value
                if token.immediate:
                    value = self._kinds.LiteralCommand(self._drawn(value, scope.with_variables(variables)))
                variables[token.name] = value
        return shown, scope.with_variables(variables)

    def _value_of(self, name: str, default: Command | None, scope: _Scope) -> tuple[Command, _Scope]:
        value = scope.variables.get(name, default)
        if value is None:
            raise InvalidInput(f"The variable ${{{safe_text(name, limit=60)}}} has no value.")
        return value, scope.inside(f"The variable ${{{safe_text(name, limit=60)}}}")

    def _variant(self, command: VariantCommand, scope: _Scope) -> tuple[list[_Option], int, int, _Scope]:
        """Return the options between braces, how few and how many are taken, and their scope."""
        options: list[_Option] = [(option.value, option.weight) for option in command.variants]
        if any(weight < 0 or not isfinite(weight) for _, weight in options):
            raise InvalidInput("A weight in the template is no number from 0 on.")
        only = options[0][0] if len(options) == 1 else None
        if isinstance(only, self._kinds.WildcardCommand):
            options, scope = self._options_of_wildcard(only, scope)
        least, most = (min(bound, len(options)) for bound in (command.min_bound, command.max_bound))
        if most > MOST_AT_ONCE:
            raise InvalidInput(f"Braces of the template take more than {MOST_AT_ONCE} choices at once.")
        return options, least, most, scope

    def _options_of_wildcard(self, command: WildcardCommand, scope: _Scope) -> tuple[list[_Option], _Scope]:
        named = command.wildcard
        name = named if isinstance(named, str) else self._drawn(named, scope)
        name = put_back(name).strip().strip("/")
        inner = scope.with_variables(command.variables).inside(f"The wildcard “{safe_text(name, limit=80)}”")
        if name not in self._options:
            self._options[name] = [(item.text, item.weight) for item in self._wildcards.choices(name)]
        return self._options[name], inner

    def _parse(self, choice: Command | str) -> Command:
        """Return the commands of a choice; only what has syntax costs the time of reading it."""
        if not isinstance(choice, str):
            return choice
        if choice not in self._parsed:
            known = self.read(choice) if is_template(choice) else self._kinds.LiteralCommand(choice)
            self._parsed[choice] = known
        return self._parsed[choice]


_Option = tuple["Command | str", float]
"""A choice and its weight; that of a wildcard is a text until it is taken."""
_UNKNOWN = "The template says something that is not known here."


def _joined(texts: Sequence[str], separator: str) -> str:
    """Return texts with a separator between them, but not round what comes out empty at the ends."""
    if len(texts) == 1:
        return texts[0]
    return separator.join(texts).removeprefix(separator).removesuffix(separator)


def _wrapped(wrapper: str, inner: str) -> str:
    from dynamicprompts.commands.wrap_command import split_wrapper_string

    before, after = split_wrapper_string(wrapper)
    return f"{before}{inner}{after}"


def _selections(counts: Sequence[int], least: int, most: int) -> int:
    """Return in how many ways some to many of several things can be put in a row, each having variants."""
    ways = [1] + [0] * most
    for count in counts:
        for size in range(most, 0, -1):
            ways[size] += ways[size - 1] * count
    return sum(islice((factorial(size) * ways[size] for size in range(most + 1)), least, None))
