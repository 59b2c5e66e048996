"""The fold with all that changes scores besides new events: what people do, and what time does."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from ripeline.fold.batch import Batch, Known, PoisonedBatch
from ripeline.fold.fading import fade
from ripeline.fold.folder import REBUILT, Folder
from ripeline.fold.rows import projection_rows
from ripeline.fold.scored import age, known_from
from ripeline.fold.shelving import place
from ripeline.fold.uncollected import uncollected
from ripeline.rules.model import Ruleset
from ripeline.scoring.fold import Scorer
from ripeline.scoring.state import decode_state
from ripeline.store.authors import Said
from ripeline.store.database import transaction
from ripeline.store.due_leads import due_leads
from ripeline.store.epochs import epochs_of_visitors
from ripeline.store.handoff_deeds import last_told
from ripeline.store.handoff_rows import wake_handoffs, was_told
from ripeline.store.looks import drop_looks, due_looks
from ripeline.store.meta import drop_meta, read_meta, write_meta
from ripeline.store.projection_aside import set_aside
from ripeline.store.rescore import take_again
from ripeline.store.shelf import SHELVED, with_sales, with_sales_after
from ripeline.store.swept import SWEPT
from ripeline.store.visitors import tied_visitors

#: That nothing was due is written down that often (ms).
_OFTEN_ENOUGH_MS: Final = 3_600_000


class Keeper(Folder):
    """Keeps the scores of one database true; belongs to the one connection that writes.

    Deeds call it inside their own transaction; a sweep makes its own.
    """

    _has_swept = False

    @property
    def ruleset(self) -> Ruleset:
        """The rules all scores are made under."""
        return self._ruleset

    def refold(self, leads: Collection[int], visitors: Collection[int] = (), *, quiet: bool = False) -> None:
        """Fold these leads again from all their events, inside the caller's transaction.

        `visitors` are settled anew before, because what they said counts or counts no longer; leads that gain or lose
        events by it are folded again too. `quiet`: nobody is to be told of what comes out.
        """
        batch = Batch([], self._cursor(), self._moment(), is_quiet=quiet)
        try:
            said = set(visitors) - tied_visitors(self._conn) if visitors else ()
            batch.placement = self._visitors.reconsider(said, batch.upto, batch.now)
            batch.placement.moved |= {*leads, *batch.placement.made} - batch.placement.merged.keys()
            while not self._is_refolded(batch):
                batch.begin_again()
        finally:
            # The caller's transaction may yet fail, and what was remembered would then be of nobody's making.
            self._drop_memory()

    def take_out(self, visitor: int, lead: int, emails: Collection[str], by: Said) -> int:
        """Make a visitor of a lead an anonymous lead of its own (its id), see `Visitors.take_out`, and fold both."""
        self._visitors.take_out(visitor, lead, emails, by)
        self.refold([lead], [visitor], quiet=True)
        (epochs,) = epochs_of_visitors(self._conn, [visitor]).values()
        return next(id for _, email, id, _ in epochs if email is None)

    def drop_lead(self, lead: int) -> None:
        """Take out all that was folded of a lead that is read under another one, or is no more."""
        self._projection.forget([lead], self._known_names().models)
        drop_looks(self._conn, [lead])
        if read_meta(self._conn, REBUILT) is not None:
            take_again(self._conn, [lead])

    def decide_again(self, lead: int, *, even_new: bool = False) -> None:
        """A person said something: hand the lead over where that follows, inside the caller's transaction.

        Who was never handed over is not now (unless `even_new`): that new rules made it ripe is for a person to accept.
        """
        batch = Batch([], self._cursor(), self._moment())
        if even_new or was_told(self._conn, lead):
            self._ask(batch, lead)

    def accept(self, lead: int, model: str) -> bool:
        """Hand a lead over that is ripe and was not, because only the rules changed; whether it is handed over now."""
        before = last_told(self._conn, lead, model)
        batch = Batch([], self._cursor(), self._moment(), model=model)
        self._ask(batch, lead)
        return last_told(self._conn, lead, model) != before

    def adopt(self, ruleset: Ruleset) -> None:
        """From now on fold under these rules, under which all scores have been made."""
        self._ruleset = ruleset
        self._scorer = Scorer(ruleset)
        self.forget()
        self.is_held = False

    def sweep(self, limit: int = 500) -> int:
        """What time did to leads since it was looked at last, at most `limit` of them, in one transaction.

        How many there were; once there are none left, `swept` says up to when.
        """
        if self.is_held:
            return 0
        batch = Batch([], self._cursor(), self._moment())
        try:
            with uncollected(), transaction(self._conn):
                swept = self._sweep(batch, limit)
        except BaseException:
            self._drop_memory()
            raise
        if self.changes.is_heard:
            batch.tell(self.changes)
        return swept

    def shelve_again(self, lead: int) -> None:
        """What sales has of a lead has come back to it, inside the caller's transaction: put it where it belongs."""
        place(self._conn, self._scorer, with_sales(self._conn, [lead]), self._stored([lead]))

    def shelve_all(self, limit: int = 200) -> int:
        """After new rules, put what sales has in order, so many hand-offs in one transaction; how many there were."""
        after = None if self.is_held else read_meta(self._conn, SHELVED)
        if after is None:
            return 0
        with transaction(self._conn):
            found = with_sales_after(self._conn, int(after), limit)
            place(self._conn, self._scorer, [pair for _, pair in found], self._stored(lead for _, (lead, _) in found))
            if len(found) < limit:
                drop_meta(self._conn, SHELVED)
            else:
                write_meta(self._conn, SHELVED, str(found[-1][0]))
        return len(found)

    def _ask(self, batch: Batch, lead: int) -> None:
        for known in self._stored([lead]).values():
            batch.folded.append(age(self._scorer, lead, known, 0))
            batch.folded[-1].is_asked = True
        self.hand_over(batch)

    def _sweep(self, batch: Batch, limit: int) -> int:
        aging = due_leads(self._conn, batch.now, limit)
        looks = due_looks(self._conn, batch.now, limit)
        batch.has_handed_over = wake_handoffs(self._conn, batch.now)
        if not aging and not looks:
            if self._has_swept or batch.now - self._swept > _OFTEN_ENOUGH_MS:
                write_meta(self._conn, SWEPT, str(batch.now))
                self._swept, self._has_swept = batch.now, False
            return 0
        self._has_swept = True
        drop_looks(self._conn, looks)
        faded = self._fade({*aging}.difference(looks), batch.now)
        for lead, known in self._stored({*aging, *looks} - faded).items():
            folded = age(self._scorer, lead, known, batch.now)
            folded.is_asked = lead in looks
            batch.folded.append(folded)
        self._projection.save(projection_rows(self._conn, self._known_names(), self._dictionary, batch.folded))
        self.hand_over(batch)
        for each in batch.folded:
            if self._leads.get(each.lead) is not None:
                self._leads[each.lead] = each.after
        return len(faded) + len(batch.folded)

    def _fade(self, leads: Iterable[int], until: int) -> set[int]:
        """Write down what the points of leads that nobody remembers lost; those of whom that is all there is to say."""
        stored = self._projection.states(lead for lead in leads if self._leads.get(lead) is None)
        rows = fade(self._scorer, self._known_names().models, stored, until)
        self._projection.save(rows)
        return {lead for lead, _, _ in rows.states}

    def _stored(self, leads: Iterable[int]) -> dict[int, Known]:
        """What is known of those leads, without remembering it: a sweep must not push out who is here now."""
        wanted = set(leads)
        known = {lead: each for lead in wanted if (each := self._leads.get(lead)) is not None}
        for lead, state, due in self._projection.states(wanted - known.keys()):
            known[lead] = known_from(self._scorer, decode_state(state), due)
        return known

    def _is_refolded(self, batch: Batch) -> bool:
        try:
            for do in REFOLDING:
                do(self, batch)
        except PoisonedBatch as poisoned:
            set_aside(self._conn, [(seq, batch.now, problem) for seq, problem in poisoned.problems.items()])
            self._aside.update(poisoned.problems)
            return False
        return True


#: What folding leads again does, for whatever reason but new events.
REFOLDING: Final = (
    Keeper.drop_merged_leads,
    Keeper.load_states,
    Keeper.score,
    Keeper.write_projection,
    Keeper.write_leads,
    Keeper.hand_over,
)
