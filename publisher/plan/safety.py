"""What of a plan may be done: consent for risks, caps on how much may go at once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from publisher.catalogue.model import Consent
from publisher.digest import digest_of
from publisher.plan.desired import EMBARGO
from publisher.plan.diff import hold
from publisher.plan.model import Action, Change, HeldBack, Kind, Plan, Risk, Subject

CONSENT = {
    Risk.DELETE: "needs-consent-delete",
    Risk.WITHDRAW: "needs-consent-withdraw",
    Risk.BREAKING: "needs-consent-breaking",
    Risk.LOSS: "needs-consent-loss",
    Risk.RESTORE: "needs-consent-restore",
    Risk.DRIFT: "needs-consent-drift",
    Risk.LOOK_ALIKE: "needs-consent-look-alike",
}
"""The code under which an action without consent is held back, by risk."""
TAKEN_DOWN = "taken-down"
"""The reason of a restoration that has a code of its own: somebody took the dataset down."""
CAPPED = "cap-exceeded"
CAPPED_RISKS = frozenset({Risk.DELETE, Risk.WITHDRAW, Risk.LOSS, Risk.BREAKING})
NOT_SELECTED = ("not-selected",)
WAITING = frozenset({EMBARGO, *NOT_SELECTED})
"""Reasons for which holding back is what was asked for: they leave a publish complete."""


@dataclass(frozen=True, slots=True)
class Caps:
    """How much of a kind of subjects may be deleted, withdrawn, lost or broken at once: a share, or a number."""

    share: float = 0.3
    number: int | None = None

    def limit(self, held: int) -> int:
        """The greatest number of risky actions, at least one, on a portal that holds so many subjects of a kind."""
        return self.number if self.number is not None else max(1, math.floor(held * self.share))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be done (``plan``, with what is held back), and what of it was held for want of consent.

    ``wanting`` counts the held actions by risk, so that one can say what to allow; ``mismatched``
    are risks whose allowed number is not the number in the plan.
    """

    plan: Plan
    wanting: Mapping[Risk, int] = field(default_factory=dict)
    mismatched: Mapping[Risk, tuple[int, int]] = field(default_factory=dict)
    capped: tuple[int, int] | None = None

    @property
    def attention(self) -> tuple[HeldBack, ...]:
        """What is held back for a reason that somebody has to deal with."""
        return tuple(one for one in self.plan.held if not WAITING.issuperset(one.codes))


def review(
    plan: Plan,
    consents: Iterable[Consent],
    allow: Mapping[Risk, int],
    caps: Caps,
    *,
    portal_holds: Mapping[Kind, int],
) -> Verdict:
    """Hold back what lacks consent; the rest stays.

    Consent is a file in ``catalog/consents/`` that names portal, dataset, kind and the digests
    before and after (so it cannot serve twice), or the exact number of actions of that kind that no
    file consents to. If more risky actions remain on a kind of subjects than the caps let through, all
    risky ones are held: what looks like an accident is not done in part. Creating is never capped.
    """
    given = {(one.portal, one.dataset, one.kind, one.before, one.after) for one in consents}
    missing = {
        action.subject: [risk for risk in sorted(action.risks) if not _consented(plan, action, risk, given)]
        for action in plan.actions
        if action.risks
    }
    counts = Counter(risk for risks in missing.values() for risk in risks)
    allowed = {risk for risk, number in allow.items() if counts[risk] == number}
    down = {action.subject for action in plan.actions if TAKEN_DOWN in action.reasons}
    held: dict[Subject, tuple[str, ...]] = {}
    for subject, risks in missing.items():
        lacking = [risk for risk in risks if risk not in allowed]
        if lacking:
            held[subject] = tuple(
                TAKEN_DOWN if subject in down and risk is Risk.RESTORE else CONSENT[risk] for risk in lacking
            )
    risky = [a.subject for a in plan.actions if a.risks & CAPPED_RISKS and a.subject not in held]
    found = Counter(subject.kind for subject in risky)
    limits = {kind: caps.limit(portal_holds.get(kind, 0)) for kind in found}
    capped = max(((found[kind], limits[kind]) for kind in found if found[kind] > limits[kind]), default=None)
    if capped:
        held |= dict.fromkeys(risky, (CAPPED,))
    return Verdict(
        hold(plan, held),
        {risk: count for risk, count in sorted(counts.items()) if risk not in allowed},
        {risk: (number, counts[risk]) for risk, number in allow.items() if counts[risk] != number},
        capped,
    )


def _consented(plan: Plan, action: Action, risk: Risk, given: set[tuple[str, str, str, str, str]]) -> bool:
    before, after = action.before or "", action.after or ""
    return (plan.portal, action.subject.name, risk.value, before, after) in given


def agreed(plan: Plan, earlier: Plan) -> Plan:
    """The part of a plan that an earlier, reviewed one holds too, action by action with the same digests."""
    reviewed = {_identity(action) for action in earlier.actions}
    changed = {action.subject: ("not-in-plan",) for action in plan.actions if _identity(action) not in reviewed}
    return hold(plan, changed)


def _identity(action: Action) -> tuple[Change, Subject, str | None, str | None, str]:
    """What makes an action the one that was reviewed: also what it writes over."""
    drift = digest_of([[one.place, one.there] for one in action.drift])
    return action.change, action.subject, action.before, action.after, drift


def selected(plan: Plan, names: Collection[str]) -> Plan:
    """A plan without the datasets that are not named; the rest of it stays."""
    datasets = [a.subject for a in plan.actions if a.subject.kind is Kind.DATASET]
    return hold(plan, {one: NOT_SELECTED for one in datasets if one.name not in names})
