"""Claims to findings: where several statements meet in one slot, one interval comes out.

Addendum over findings over impression, level-specific over whole-study, graded over ungraded, and within one section
the higher of two grades, marked as a conflict (docs/labels.md).
"""

from collections import defaultdict
from typing import NamedTuple

from lexicons.vocabulary import LEVELS, TASKS
from reportparse.claims import Claim, Deferred
from reportparse.finding import Finding, Scope, Section, Status
from reportparse.policy import Policy
from reportparse.remaining import fill_remaining, Slot
from reportparse.statements import LFS, LSS, OPEN, RFS, RSS, SCS

_TASK_INDEX = {SCS: 0, LFS: 1, RFS: 2, LSS: 3, RSS: 4}
_MIRROR = {LFS: RFS, RFS: LFS, LSS: RSS, RSS: LSS, SCS: SCS}
_STATUS = {status.value: status for status in Status}


class Chosen(NamedTuple):
    """The claim that stands; conflict: another of equal standing graded the slot differently."""

    claim: Claim
    conflict: bool


def to_findings(claims: list[Claim], deferred: list[Deferred], policy: Policy) -> list[Finding]:
    """The findings of a report, by level from head to foot, then by task."""
    if policy.unsided_foramina == "open":
        claims = [c._replace(value=OPEN) if c.unsided and c.task != SCS and c.value.high > 0 else c for c in claims]
    slots: defaultdict[Slot, list[Claim]] = defaultdict(list)
    for claim in claims:
        slots[claim.level, claim.task].append(claim)
    if deferred:
        fill_remaining(slots, deferred)
    if any(claim.rule == "not-this-side" for claim in claims):
        _move_sides(slots)
    return [_to_finding(slot, choose(found, policy)) for slot, found in sorted(slots.items()) if found]


def choose(claims: list[Claim], policy: Policy) -> Chosen:
    """The claim of one slot that stands.

    Open ones only where there are no others; then those of named levels, of remaining ones, of the whole study.
    """
    first = claims[0]
    if len(claims) == 1 or all(
        (c.value is first.value or c.value == first.value) and c.scope is first.scope for c in claims
    ):
        return Chosen(first, False)
    standing = [c for c in claims if c.value.status != "open"] or claims
    named = [c for c in standing if c.scope in (Scope.STATED, Scope.CARRIED)]
    standing = named or [c for c in standing if c.scope is Scope.REMAINING] or standing
    by_section: defaultdict[Section, list[Claim]] = defaultdict(list)
    for claim in standing:
        by_section[claim.section].append(claim)
    return _across({section: _within(group, policy) for section, group in by_section.items()}, policy)


def _move_sides(slots: defaultdict[Slot, list[Claim]]) -> None:
    """``on the right, not the left`` in an addendum moves the grade over; elsewhere the denied side says nothing."""
    for (level, task), claims in list(slots.items()):
        denied = [c for c in claims if c.rule == "not-this-side"]
        if not denied:
            continue
        if any(c.section is Section.ADDENDUM for c in denied):
            earlier = [c for c in claims if c.section is not Section.ADDENDUM]
            mirror = _MIRROR[task]
            slots[level, mirror] += [c._replace(task=mirror, section=Section.ADDENDUM) for c in earlier]
            slots[level, task] = []
        else:
            slots[level, task] = [c for c in claims if c.rule != "not-this-side"]


def _within(claims: list[Claim], policy: Policy) -> Chosen:
    """The claim that stands within one section: what says most of a stenosis, none at all last.

    A grade, a bound from below, presence, a bound, a doubt, none. An exception stands against its own sentence.
    """
    exceptions = [c for c in claims if c.exception]
    if exceptions:
        claims = [c for c in claims if c.exception or c.sentence != exceptions[0].sentence]
    graded = [c for c in claims if c.value.status == "graded"]
    positive = [c for c in graded if (c.value.grade or 0) > 0]
    if positive:
        return _among_grades(positive, policy)
    bounded = [c for c in claims if c.value.status == "bounded"]
    from_below = [c for c in bounded if c.value.low > 1]
    if from_below:
        return Chosen(from_below[0], False)
    ungraded = [c for c in claims if c.value.status == "ungraded"]
    if ungraded:
        return Chosen(ungraded[0], bool(graded))
    if bounded and not (graded and all(c.value.low == 0 for c in bounded)):
        return Chosen(min(bounded, key=lambda c: c.value.high - c.value.low), False)
    uncertain = [c for c in claims if c.value.status == "uncertain"]
    if uncertain:
        return Chosen(uncertain[0], bool(graded))
    return Chosen((graded or claims)[0], False)


def _among_grades(claims: list[Claim], policy: Policy) -> Chosen:
    """The highest or the latest of several grades, as the policy has it."""
    conflict = len({c.value.grade for c in claims}) > 1
    if policy.within_section == "latest":
        return Chosen(claims[-1], conflict)
    return Chosen(max(claims, key=lambda c: (c.value.grade or 0, c.value.low)), conflict)


def _across(best: dict[Section, Chosen], policy: Policy) -> Chosen:
    """The claim that stands across sections, of each of which the best is given."""
    if Section.ADDENDUM in best:
        return best[Section.ADDENDUM]
    findings = best.get(Section.FINDINGS) or best.get(Section.BODY)
    impression = best.get(Section.IMPRESSION)
    if findings is None or impression is None:
        chosen = findings or impression
        assert chosen is not None
        return chosen
    return _settle(findings, impression, policy)


def _settle(findings: Chosen, impression: Chosen, policy: Policy) -> Chosen:
    """Findings or impression, as the policy has it; one that gives no grade yields to one that does."""
    said, concluded = findings.claim.value.grade, impression.claim.value.grade
    if said is None and concluded is not None:
        return Chosen(impression.claim, False)
    if concluded is None:
        return findings
    differ = said != concluded
    prefers_impression = policy.section == "impression_first" or (
        policy.section == "higher" and concluded > (said or 0)
    )
    if prefers_impression:
        return Chosen(impression.claim, differ)
    return Chosen(findings.claim, differ or findings.conflict)


def _to_finding(slot: Slot, chosen: Chosen) -> Finding:
    claim, conflict = chosen
    value = claim.value
    is_open = value.status == "open"
    return Finding(
        LEVELS[slot[0]],
        TASKS[_TASK_INDEX[slot[1]]],
        value.grade,
        None if is_open else value.low,
        None if is_open else value.high,
        _STATUS[value.status],
        claim.scope,
        claim.section,
        conflict,
        claim.start,
        claim.end,
        claim.rule,
    )
