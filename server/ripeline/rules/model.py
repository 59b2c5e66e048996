"""A rule file once read and found right: rules, bands, models, as data. Points are whole thousandths."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

OncePart = Literal["event", "item", "session", "day", "lead"]
CapPeriod = Literal["day", "24h", "7d", "30d", "ever"]
Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of `where` or `lead` and what its value must be.

    `globs` any of which must match (empty: not asked), `refused` none of which may match (`{not=…}`),
    `minimum` / `maximum` bounds on a number, inclusive (None: not asked).
    """

    key: str
    globs: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `points` thousandths per period; `day` is a calendar day of the zone, the others roll."""

    points: int
    per: CapPeriod


@dataclass(frozen=True, slots=True)
class Count:
    """Pays at the `n`-th kept match (of distinct items if `distinct`) inside (t - `within`, t], ms; those are spent."""

    n: int
    within: int
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class Decay:
    """What is left of p points after d whole local days (scoring.md, `decay`).

    `half_life`: p x 2^(-d / days); `linear`: p x max(0, 1 - share x d / days); `expire`: p while d < days, then 0.
    `share` is 0.5 for "50% per 30d" and is used by `linear` only.
    """

    kind: Literal["half_life", "linear", "expire"]
    days: int
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Group:
    """Bounds (thousandths; None: none) on the sum of the rules that name it, applied when reading."""

    maximum: int | None = None
    minimum: int | None = None


@dataclass(frozen=True, slots=True)
class After:
    """A prerequisite: an earlier match of any of these rules (ids, resolved), or of an event like this.

    `within` ms at most since that match (None: however long ago); `retro`: what matched before is paid when it is met.
    """

    rules: frozenset[str] = frozenset()
    on: frozenset[str] = frozenset()
    where: tuple[Condition, ...] = ()
    within: int | None = None
    retro: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What must happen, and the points it is worth.

    `points` thousandths, or None when `values` (glob of the item → thousandths, in file order) says it.
    `once_per` is empty when the file does not say: each kind then has its own default (see `once_parts`).
    A rule without `on` and `inactive` is a fit rule: held while its `lead` conditions are true. `line` is 1-based.
    `inactive` is held from the local midnight that begins the N-th calendar day after the last activity (whole days);
    `mode` says whether it goes on return (`while`) or stays (`once`). `decay` is the model's when the rule says none.
    """

    id: str
    label: str
    points: int | None
    on: frozenset[str] = frozenset()
    where: tuple[Condition, ...] = ()
    lead: tuple[Condition, ...] = ()
    values: tuple[tuple[str, int], ...] = ()
    once_per: tuple[OncePart, ...] = ()
    cap: Cap | None = None
    after: After | None = None
    count: Count | None = None
    decay: Decay | None = None
    group: str | None = None
    inactive: int | None = None
    mode: Literal["while", "once"] = "while"
    handoff: bool = False
    shared: bool = False
    line: int = 0

    @property
    def is_fit(self) -> bool:
        return not self.on and self.inactive is None


@dataclass(frozen=True, slots=True)
class Band:
    """A switch of its own: on at `enter` or above, off below `leave` (thousandths); `fit` asks for fit points too."""

    name: str
    enter: int
    leave: int
    fit: int | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A scoring scenario for one offer. `bands` ordered by `enter`; `handoff` names one of them, None: never.

    `grades` name the fit as (name, from thousandths), highest first. `cool_down` in days; `re_enter` is the score
    (thousandths) at which a lead comes again after "too early", None: a quarter above the hand-off band's `enter`.
    `decay` is already in the rules it is for.
    """

    id: str
    label: str
    bands: tuple[Band, ...]
    rules: tuple[Rule, ...]
    handoff: str | None
    next_step: dict[str, str] = field(default_factory=dict)
    min_fit: int | None = None
    groups: dict[str, Group] = field(default_factory=dict)
    grades: tuple[tuple[str, int], ...] = ()
    cool_down: int = 30
    re_enter: int | None = None
    decay: Decay | None = None

    @property
    def handoff_band(self) -> Band | None:
        return next((band for band in self.bands if band.name == self.handoff), None)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a scenario: an event, or only a wait (`on` empty), `wait` seconds after the step before.

    `event` has the step's other keys as `where` writes them: `path`, `form`, …, `props.X`.
    """

    on: str
    wait: int
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story with its expected end; `score` and `rules` in thousandths, None: not asked.

    `band` may be a band of the model, "cold" or "out of target".
    """

    name: str
    model: str
    lead: dict[str, Scalar]
    steps: tuple[Step, ...]
    score: int | None = None
    band: str | None = None
    handoff: bool | None = None
    rules: dict[str, int] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A whole rule file: what is in force. `hash` is the SHA-256 of its text, hex; `session_timeout` in seconds."""

    text: str
    hash: str
    timezone: str
    session_timeout: int
    attributes: dict[str, tuple[str, ...]]
    content: dict[str, tuple[str, ...]]
    models: tuple[Model, ...]
    scenarios: tuple[Scenario, ...] = ()

    def model(self, id: str) -> Model:
        """The model of that id; KeyError if there is none."""
        for model in self.models:
            if model.id == id:
                return model
        raise KeyError(id)
