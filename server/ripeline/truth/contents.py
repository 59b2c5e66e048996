"""Which contents do those read who buy, at which stage, and which only those who never will?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ripeline.rules.globs import TextTest, compile_any
from ripeline.store.truth_items import Seen
from ripeline.truth.lives import Life, Lives
from ripeline.truth.shares import ENOUGH_OUTCOMES, Share, differ, share

#: Fewer readers say nothing about a content.
_FEW: Final = 5
_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Content:
    """One page or file (`kind`: page, download, form), in its `stages`: who bought of those who saw it before it was
    decided. `off_target` of them are; `is_proven`: they differ from those who did not see it."""

    kind: str
    item: str
    stages: tuple[str, ...]
    won: Share
    off_target: int
    is_proven: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of `[content]`: so many contents were seen, by so many leads; of those who bought so many saw any."""

    name: str
    contents: int
    leads: int
    won: int


@dataclass(frozen=True, slots=True)
class Contents:
    """`all` by readers, the most read first; `elsewhere` are those in no stage. `put_off`: only leads read it that
    sales found off target or lost; `proven_against`: who reads it buys less (candidates for negative points)."""

    stages: tuple[Stage, ...]
    all: tuple[Content, ...]
    elsewhere: tuple[Content, ...]
    put_off: tuple[Content, ...]
    proven_against: tuple[Content, ...]


def contents(lives: Lives, seen: Mapping[int, list[Seen]], stages: Mapping[str, tuple[str, ...]]) -> Contents:
    """What was seen before it was decided; `stages` are globs of paths by name, as the rule file has them."""
    readers: dict[tuple[str, str], list[Life]] = defaultdict(list)
    for life in lives.settled:
        for key in {(each.on, each.item) for each in seen.get(life.lead, ()) if each.at <= life.until}:
            readers[key].append(life)
    tests = {name: compile_any(globs, path=True) for name, globs in stages.items()}
    read = {key: some for key, some in readers.items() if len(some) >= _FEW}
    found = [_content(lives, key, some, (tests, len(read))) for key, some in read.items()]
    found.sort(key=lambda each: (-each.won.whole, each.kind, each.item))
    enough = lives.decided >= ENOUGH_OUTCOMES
    return Contents(
        stages=tuple(_stage(name, test, readers) for name, test in tests.items()),
        all=tuple(found[:_MOST]),
        elsewhere=tuple(each for each in found if not each.stages)[:_MOST] if stages else (),
        put_off=tuple(each for each in found if _is_put_off(readers[each.kind, each.item]))[:_MOST],
        proven_against=tuple(each for each in found if enough and _is_against(each, lives))[:_MOST],
    )


def _content(
    lives: Lives, key: tuple[str, str], some: list[Life], known: tuple[Mapping[str, TextTest], int]
) -> Content:
    tests, comparisons = known
    won = sum(life.won for life in some)
    own = share(won, len(some), comparisons)
    rest = share(lives.won - won, len(lives.settled) - len(some), comparisons)
    stages = tuple(name for name, test in tests.items() if test(key[1]))
    return Content(*key, stages, own, sum(map(_is_off_target, some)), differ(own, rest))


def _stage(name: str, test: TextTest, readers: Mapping[tuple[str, str], list[Life]]) -> Stage:
    own = {key: some for key, some in readers.items() if test(key[1])}
    leads = {life.lead: life for some in own.values() for life in some}
    return Stage(name, len(own), len(leads), sum(life.won for life in leads.values()))


def _is_off_target(life: Life) -> bool:
    return life.verdict is not None and life.verdict.verdict == "off_target"


def _is_put_off(some: list[Life]) -> bool:
    judged = [life for life in some if life.end or life.verdict]
    return len(judged) >= _FEW and all(_is_off_target(life) or life.end == "lost" for life in judged)


def _is_against(content: Content, lives: Lives) -> bool:
    return content.is_proven and content.won.rate < lives.won / len(lives.settled)
