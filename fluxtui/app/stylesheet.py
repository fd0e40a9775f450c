"""Textual's sheet of styles: parsed once, and applied by looking only at the rules that can hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast
from weakref import ref

from textual.cache import LRUCache
from textual.css.match import _check_selectors
from textual.css.model import CombinatorType, RuleSet, Selector, SelectorSet
from textual.css.stylesheet import _DEFAULT_STYLES, Stylesheet
from textual.dom import DOMNode

if TYPE_CHECKING:
    from textual.css.styles import RenderStyles, RulesMap
    from textual.css.types import CSSLocation, Specificity6

SOURCES_KEPT = 1000
"""More than there are: one for each class of a widget and of a screen."""

_ORDER: Final = frozenset(("first-of-type", "last-of-type", "first-child", "last-child", "empty"))

Extracted = tuple[tuple[str, "Specificity6", Any], ...]
"""The styles of a rule for one of its selectors, each with what decides between rules."""


Weighed = tuple["Specificity6", Any]
"""What a rule says of one style, after what decides between rules; None puts the style back."""


class _Candidate(NamedTuple):
    """A selector that holds for a node, as far as names go, if these conditions do as well."""

    pseudo_classes: Collection[str]
    """Of the node itself."""
    path: list[Selector] | None
    """What must hold for the way to the node; None where there is nothing more."""
    styles: Extracted


class _Candidates(NamedTuple):
    """What can hold for all nodes of the same types, classes and id, the last rule first."""

    selectors: tuple[_Candidate, ...]
    pseudo_classes: frozenset[str]
    may_be_kept: bool
    """Whether what holds for one node holds for its twin beside it."""
    initial: frozenset[str]
    """The styles that a rule may put back to what they are without it."""


class SwiftStylesheet(Stylesheet):
    """Parses each source once for as long as the variables are the same, and applies rules in less time.

    Textual 8.2 parses everything anew, three times for each place that is opened first: 30 ms each time. For
    each node it goes through all rules, hashes them by a function written in Python, and works out the styles
    of all components, such as the cursor of a table that is hidden: half of what it takes to open a place.
    What comes out here is the same (`tests/app/test_stylesheet.py` compares).
    """

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._parse_cache = LRUCache(SOURCES_KEPT)
        self._places: dict[int, int] = {}
        """The place of each rule among all."""
        self._candidates: dict[tuple[frozenset[str], frozenset[str], str | None], _Candidates] = {}
        self._weighed: dict[tuple[Any, ...], list[RuleSet]] = {}
        """The rules of each source by what decides between it and others."""
        self._extracted: dict[tuple[int, int], tuple[SelectorSet, Extracted]] = {}
        """Of each selector, by its identity and that, what its rule says."""
        self._candidates_of: object = None
        """The map of rules that the candidates are from."""

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take other variables; what was parsed with these stays."""
        if variables != self._variables:
            super().set_variables(variables)
            self._extracted.clear()
            self._weighed.clear()

    def _parse_rules(
        self,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        """Parse a source once; Textual does so again where another class turns out to inherit it."""
        key = (css, read_from, is_default_rules, tie_breaker, scope)
        known = self._weighed.get(key)
        if known is None:
            once = super()._parse_rules(css, read_from, is_default_rules, 1, scope)
            known = self._weighed[key] = [_weighed(rule, tie_breaker) for rule in once]
        return known

    def reparse(self) -> None:
        """Parse what is new. Raises as `parse`; the rules from before stay in force then."""
        self.parse()

    def apply(
        self, node: DOMNode, *, animate: bool = False, cache: dict[tuple[Any, ...], RulesMap] | None = None
    ) -> None:
        """Give a node the styles of the rules that hold for it; see Textual's."""
        candidates = self._candidates_for(node)
        found = candidates.pseudo_classes
        node._has_hover_style = "hover" in found
        node._has_focus_within = "focus-within" in found
        node._has_order_style = not found.isdisjoint(_ORDER)
        node._has_odd_or_even = "odd" in found or "even" in found
        key = self._twin_key(node) if cache is not None and candidates.may_be_kept else None
        rules = cache.get(key) if cache is not None and key is not None else None
        if rules is None:
            rules = _rules_for(node, candidates)
            if cache is not None and key is not None and rules:
                cache[key] = rules
        if rules:
            self.replace_rules(node, rules, animate=animate)
        self._process_component_classes(node)

    def _twin_key(self, node: DOMNode) -> tuple[Any, ...]:
        name = node._id if node._id is not None and f"#{node._id}" in self.rules_map else None
        return (node._parent, name, node.classes, node._pseudo_classes_cache_key, node._css_type_name)

    def _candidates_for(self, node: DOMNode) -> _Candidates:
        rules_map = self.rules_map
        if rules_map is not self._candidates_of:
            self._candidates_of = rules_map
            self._places = {id(rule): place for place, rule in enumerate(self.rules)}
            self._candidates.clear()
        key = (frozenset(node._css_types), node.classes, node._id)
        known = self._candidates.get(key)
        if known is None:
            known = self._candidates[key] = self._find_candidates(node, rules_map)
        return known

    def _find_candidates(self, node: DOMNode, rules_map: Mapping[str, list[RuleSet]]) -> _Candidates:
        named = {
            self._places[id(rule)]: rule
            for name in node._selector_names & rules_map.keys()
            for rule in rules_map[name]
        }
        rules = [named[place] for place in sorted(named, reverse=True)]
        pseudo_classes = frozenset[str]().union(*(rule.pseudo_classes for rule in rules))
        selectors = [
            _Candidate(last.pseudo_classes, _path(selector_set), self._extract(rule, selector_set))
            for rule in rules
            for selector_set in rule.selector_set
            if (last := selector_set.selectors[-1])._check(node)
        ]
        return _Candidates(
            tuple(selectors),
            pseudo_classes,
            pseudo_classes.isdisjoint(self._EXCLUDE_PSEUDO_CLASSES_FROM_CACHE),
            frozenset(key for selector in selectors for key, _, value in selector.styles if value is None),
        )

    def _extract(self, rule: RuleSet, selector_set: SelectorSet) -> Extracted:
        key = (id(selector_set), rule.tie_breaker)
        known = self._extracted.get(key)
        if known is None:
            of_rule = rule.styles.extract_rules(
                selector_set.specificity, rule.is_default_rules, rule.tie_breaker
            )
            known = self._extracted[key] = (selector_set, tuple(of_rule))
        return known[1]

    def _process_component_classes(self, node: DOMNode) -> None:
        """Let styles of components be worked out when they are first asked for, and again then."""
        names = node._get_component_classes()
        if not names:
            return
        before = node._component_styles
        node._component_styles = now = _ComponentStyles(self, node, names)
        changed = [name for name in sorted(before) if name in names and before[name] != now[name]]
        if changed:
            node.refresh()

    def component_of(self, node: DOMNode, name: str) -> DOMNode:
        """Return what has the styles of a component of a node; they are good for as long as it is there."""
        virtual_node = DOMNode(classes=name)
        virtual_node._attach(node)
        self.apply(virtual_node, animate=False)
        # Else it would be tied to itself, and stay until garbage is looked for.
        virtual_node._css_styles.node = virtual_node._inline_styles.node = None
        return virtual_node


class _ComponentStyles(dict[str, "RenderStyles"]):
    """The styles of components that were asked for; in it are those that can be."""

    def __init__(self, sheet: SwiftStylesheet, node: DOMNode, names: frozenset[str]) -> None:
        super().__init__()
        self._sheet = sheet
        self._node = ref(node)
        self._names = names
        self._components: list[DOMNode] = []

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __missing__(self, name: str) -> RenderStyles:
        node = self._node()
        if name not in self._names or node is None:
            raise KeyError(name)
        component = self._sheet.component_of(node, name)
        self._components.append(component)
        self[name] = component.styles
        return component.styles

    def clear(self) -> None:
        """Forget them for good."""
        super().clear()
        self._components.clear()
        self._names = frozenset()


def _weighed(rule: RuleSet, tie_breaker: int) -> RuleSet:
    """Return a rule that was parsed with a tie breaker of 1 as it is with another one."""
    return RuleSet(
        rule.selector_set,
        rule.styles,
        rule.errors,
        rule.is_default_rules,
        rule.tie_breaker * tie_breaker,
        rule.selector_names,
        rule.pseudo_classes,
    )


def _path(selector_set: SelectorSet) -> list[Selector] | None:
    """Return all selectors of a set, None where the last one, which is looked at before, is the only one."""
    selectors = selector_set.selectors
    is_alone = len(selectors) == 1 and selectors[0].combinator is CombinatorType.DESCENDENT
    return None if is_alone else selectors


def _rules_for(node: DOMNode, candidates: _Candidates) -> RulesMap:
    """Return the styles of the rules that hold for a node, of several for one thing the most specific."""
    held: dict[str, bool] = {}
    path_nodes: list[DOMNode] | None = None
    initial = candidates.initial
    best: dict[str, Weighed] = {}
    all_of: dict[str, list[Weighed]] = {}
    for pseudo_classes, path, styles in candidates.selectors:
        if pseudo_classes:
            for name in pseudo_classes:
                if name not in held:
                    held[name] = node.has_pseudo_class(name)
            if not all(held[name] for name in pseudo_classes):
                continue
        if path is not None:
            path_nodes = path_nodes or node.css_path_nodes
            if not _check_selectors(path, path_nodes):
                continue
        for key, specificity, value in styles:
            other = best.get(key)
            if other is None or specificity > other[0]:
                best[key] = (specificity, value)
            if key in initial:
                all_of.setdefault(key, []).append((specificity, value))
    rules = {key: value for key, (_, value) in best.items()}
    for key, weighed in all_of.items():
        if rules[key] is None:
            rules[key] = _initial(key, weighed)
    return cast("RulesMap", rules)


def _initial(key: str, weighed: Sequence[Weighed]) -> Any:
    """Return what a style is put back to: by a sheet to that of the widget, by this to Textual's own."""
    of_sheets = [item for item in weighed if item[0][0]]
    of_widget = [item for item in weighed if not item[0][0]]
    by_widget = any(value is None for _, value in of_widget)
    if any(value is None for _, value in of_sheets):
        if of_widget and (value := max(of_widget, key=_weight)[1]) is not None:
            return value
        by_widget = by_widget or not of_widget
    if not by_widget:
        return None
    return max(of_sheets, key=_weight)[1] if of_sheets else getattr(_DEFAULT_STYLES, key)


def _weight(item: Weighed) -> Specificity6:
    return item[0]
