"""Templates worked out: drawn by a seed, or all combinations."""

from __future__ import annotations

from pathlib import Path

import pytest

from fluxtui.controllers.generation.completion import completion_of
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.prompts import MOST_COMBINATIONS
from fluxtui.services.journal import Journal
from fluxtui.services.prompts import PromptService


@pytest.fixture
def prompts(open_journal: Journal, tmp_path: Path) -> PromptService:
    folder = tmp_path / "wildcards"
    (folder / "animals").mkdir(parents=True)
    (folder / "colour.txt").write_text("# warm\nred\n{light|dark} green\n\n0::never\n")
    (folder / "animals" / "cats.txt").write_text("lion\ntiger\n")
    (folder / "animals" / "dogs.txt").write_text("wolf\n")
    (folder / "loop.txt").write_text("again __loop__\n")
    (folder / "many.txt").write_text("\n".join(f"thing {number}" for number in range(200)))
    return PromptService(open_journal, folder)


async def combined(prompts: PromptService, template: str) -> list[str]:
    return list(await prompts.expand(template, 1, seed=1, combine=True))


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("a {red|blue} {cat|dog}", ["a red cat", "a red dog", "a blue cat", "a blue dog"]),
        ("{2$$ & $$a|b|c}", ["a & b", "a & c", "b & a", "b & c", "c & a", "c & b"]),
        ("{1-2$$a|b}", ["a", "b", "a,b", "b,a"]),
        ("{a|{b|c}}", ["a", "b", "c"]),
        ("{a|a}", ["a"]),
        ("__animals/*__", ["lion", "tiger", "wolf"]),
        ("__cats__", ["lion", "tiger"]),
        ("{2$$ and $$__cats__}", ["lion and tiger", "tiger and lion"]),
        ("${x=!{a|b}}${x} ${x}", ["a a", "b b"]),
        ("${f=cats}__animals/${f}__", ["lion", "tiger"]),
        (
            "%{a photograph of ... in fog$$a {fox|cat}}",
            ["a photograph of a fox in fog", "a photograph of a cat in fog"],
        ),
        ("# a comment\n  {a|b},\n\n  c", ["a,\nc", "b,\nc"]),
        (
            "$5, 100% #ff0000 a__b http://x.y /* {a|b}",
            [f"$5, 100% #ff0000 a__b http://x.y /* {it}" for it in "ab"],
        ),
        ("{$5|10 %}", ["$5", "10 %"]),
        ("a {|very }big fox", ["a big fox", "a very big fox"]),
    ],
)
async def test_all_combinations(prompts: PromptService, template: str, expected: list[str]) -> None:
    assert await combined(prompts, template) == expected
    assert await prompts.number_of_combinations(template) >= len(expected)


async def test_the_same_seed_draws_the_same_prompts(prompts: PromptService) -> None:
    template = "a __colour__ {fox|cat|owl|hare} at {dawn|noon|dusk|night}"
    first = await prompts.expand(template, 12, seed=7, combine=False)
    assert len(first) == 12
    assert len(set(first)) > 4
    assert first == await prompts.expand(template, 12, seed=7, combine=False)
    assert first[:5] == await prompts.expand(template, 5, seed=7, combine=False)
    assert first != await prompts.expand(template, 12, seed=8, combine=False)
    assert not any("never" in prompt for prompt in first)


async def test_weights_decide_how_often_something_is_drawn(prompts: PromptService) -> None:
    drawn = await prompts.expand("{9::a|1::b}", 400, seed=3, combine=False)
    assert 20 < drawn.count("b") < 80


async def test_what_is_drawn_within_combinations_is_no_combination(prompts: PromptService) -> None:
    assert len(await combined(prompts, "{~a|b} {c|d}")) == 2
    assert await prompts.expand("{@a|b|c}", 4, seed=1, combine=False) == ("a", "b", "c", "a")


async def test_each_combination_as_often_as_pictures_are_asked_for(prompts: PromptService) -> None:
    assert await prompts.expand("{a|b}", 2, seed=1, combine=True) == ("a", "a", "b", "b")


async def test_a_text_without_syntax_is_not_touched(prompts: PromptService) -> None:
    for text in ("a {b}  c ", '{"scene": "{a|b}"}', "# no comment"):
        assert await prompts.expand(text, 2, seed=1, combine=True) == (text, text)
        assert await prompts.number_of_combinations(text) == 1


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("a {b|c", "The { at character 3 is never closed."),
        ("a\n{b|{c|d}", "The { at line 2, character 1 is never closed."),
        ("a {b$$c} {d|e}", "cannot be understood at character 3: “{b$$c} {d|e}”"),
        ("__colur__", "There is no wildcard “colur”; did you mean “colour”?"),
        ("__../../etc/passwd__", "There is no wildcard “../../etc/passwd”."),
        ("__loop__", "The wildcard “loop” leads back to itself."),
        ("${a=${b}}${b=${a}}${a}", "The variable ${a} leads back to itself."),
        ("${nothing}", "The variable ${nothing} has no value."),
        ("{0::a|0::b}", "has the weight 0"),
        ("{" + "9" * 400 + ".0::a|b}", "is no number from 0 on"),
        ("{100$$__many__}", "more than 40 choices at once"),
        ("{" * 12 + "a|b" + "}" * 12, "nested deeper than 10 times"),
        ("{a|b}" * 300, "too long"),
        ("a|" * 20_000 + "{b|c}", "too long"),
    ],
)
async def test_faults_are_sentences_with_a_place(prompts: PromptService, template: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await prompts.expand(template, 4, seed=1, combine=False)
    assert words in str(caught.value)


async def test_too_many_combinations_are_told_and_not_made(prompts: PromptService) -> None:
    with pytest.raises(InvalidInput) as caught:
        await combined(prompts, "__many__ {a|b}")
    assert f"has 400 combinations; at most {MOST_COMBINATIONS} pictures" in str(caught.value)
    with pytest.raises(InvalidInput, match="has 60 combinations, 2 times each"):
        await prompts.expand(
            "{" + "|".join(str(number) for number in range(60)) + "}", 2, seed=1, combine=True
        )


@pytest.mark.timeout(20)
async def test_a_template_that_would_work_for_ever_is_refused(prompts: PromptService) -> None:
    doubling = "".join(f"${{v{n + 1}=${{v{n}}}${{v{n}}}}}" for n in range(20))
    with pytest.raises(InvalidInput, match="too large"):
        await prompts.expand("${v0=a}" + doubling + "${v20}", 1, seed=1, combine=False)
    with pytest.raises(InvalidInput, match="too large"):
        await combined(prompts, "{8$$" + "|".join("a" * 20) + "}")


NAMES = [
    "my colours",
    "colours (warm)",
    "rock & roll",
    "it's",
    "red, blue",
    "a#1",
    "50%",
    "$5",
    "deep/my colours",
    "x+y=z",
    "colours(a=b)",
    "what?",
    "[x]",
    "猫 の 色",
    "!bang",
]


@pytest.mark.parametrize("name", NAMES)
async def test_names_of_files_with_other_signs_are_replaced(
    open_journal: Journal, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "names" / f"{name}.txt"
    file.parent.mkdir(parents=True)
    file.write_text("one\ntwo\n")
    prompts = PromptService(open_journal, tmp_path / "names")
    assert await prompts.wildcards() == (name,)
    completed = completion_of(f"__{name[:1]}", await prompts.wildcards())
    assert completed is not None
    assert await combined(prompts, f"a {completed.replacement}, {{b|c}}") == [
        "a one, b",
        "a one, c",
        "a two, b",
        "a two, c",
    ]
    assert await combined(prompts, "{2$$ & $$" + completed.replacement + "}") == ["one & two", "two & one"]


async def test_a_name_that_would_stand_literally_is_not_offered(
    open_journal: Journal, tmp_path: Path
) -> None:
    for name in ("a__b", "a{b}", "_a", "a|b", "a "):
        (tmp_path / f"{name}.txt").write_text("one")
    prompts = PromptService(open_journal, tmp_path)
    names = await prompts.wildcards()
    assert len(names) == 5
    assert completion_of("__", names) is None


async def test_a_wildcard_with_blanks_that_is_not_there_is_refused(prompts: PromptService) -> None:
    with pytest.raises(InvalidInput, match="There is no wildcard “my colours”"):
        await prompts.expand("a __my colours__ fox", 1, seed=1, combine=False)


@pytest.fixture
def odd(open_journal: Journal, tmp_path: Path) -> PromptService:
    folder = tmp_path / "odd"
    (folder / "deep").mkdir(parents=True)
    for name in ("wild animals", "lead", "trail", "a|b", "_priv", "end_", "deep/kept"):
        (folder / f"{name}.txt").write_text("fox")
    return PromptService(open_journal, folder)


async def test_letters_behind_a_wildcard_stay_behind_its_value(odd: PromptService) -> None:
    assert await combined(odd, "two __wild animals__s run") == ["two foxs run"]
    assert await odd.doubt_about("two __wild animals__s run", ["two foxs run"]) is None


@pytest.mark.parametrize(
    ("text", "name", "way_out"),
    [
        ("x __ lead__ y", "lead", "write __lead__, apart"),
        ("x __trail __ y", "trail", "write __trail__, apart"),
        ("x __ Lead __ y", "lead", "write __lead__, apart"),
        ("x __ kept __ y", "kept", "write __kept__, apart"),
        ("x __ deep/* __ y", "deep/*", "write __deep/*__, apart"),
        ("my__wild animals__ y", "wild animals", "write __wild animals__, apart"),
        ("x __a|b__ y", "a|b", "Rename it"),
        ("{__a|b__|c}", "a|b", "Rename it"),
    ],
)
async def test_what_may_be_a_wildcard_that_is_there_is_doubtful(
    odd: PromptService, text: str, name: str, way_out: str
) -> None:
    doubt = await odd.doubt_about(text, [text])
    assert doubt is not None
    assert doubt.name == name
    assert way_out in doubt.way_out()


async def test_what_a_template_makes_is_doubtful_as_well(odd: PromptService) -> None:
    made = await odd.expand("{x |y }__{ lead|}__", 1, seed=1, combine=True)
    doubt = await odd.doubt_about("{x |y }__{ lead|}__", made)
    assert doubt is not None
    assert (doubt.text, doubt.name) == ("__lead__", "lead")


async def test_words_between_underlines_that_name_no_wildcard_are_not_doubtful(odd: PromptService) -> None:
    for text in ("he wrote __ and then __ again", "x __ * __ y", '{"a": "__ lead__"}', "# a __ b"):
        assert await odd.doubt_about(text, [text]) is None


@pytest.mark.parametrize(("template", "name"), [("___priv__", "_priv"), ("__end___", "end_")])
async def test_a_name_that_cannot_be_written_is_not_recommended(
    odd: PromptService, template: str, name: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await odd.expand(template, 1, seed=1, combine=False)
    assert "did you mean" not in str(caught.value)
    assert f"“{name}” cannot be one. Rename it: the name of a wildcard has no “_”" in str(caught.value)


async def test_json_within_a_template_stands_as_it_is(prompts: PromptService) -> None:
    scene = '{"light": "warm|cold", "colour": "#ff0000 __x__", "cost": "$5"}'
    assert await combined(prompts, f"{{a|b}} Scene: {scene}") == [f"a Scene: {scene}", f"b Scene: {scene}"]


async def test_one_bad_file_stops_no_other(prompts: PromptService) -> None:
    (prompts.directory / "bad.yaml").write_text("a: [!!python/name:os.system '']\n")
    (prompts.directory / "worse.txt").write_bytes("Stra\xdfe".encode("latin-1"))
    assert await combined(prompts, "__cats__") == ["lion", "tiger"]


async def test_no_part_of_a_prompt_is_logged(
    prompts: PromptService, caplog: pytest.LogCaptureFixture
) -> None:
    assert await combined(prompts, "%{a secret$$b} {c|d}") == ["a secretb c", "a secretb d"]
    assert caplog.records == []
