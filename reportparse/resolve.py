"""Claims to findings: where several statements meet in one slot, one interval comes out.

Addendum over findings over impression, level-specific over whole-study, graded over ungraded, and within one section
the higher of two grades, marked as a conflict (LABELS.md, "When two statements meet").
"""

from collections import defaultdict

from lexicons.vocabulary import LEVELS, TASKS
from reportparse.claims import Claim, Deferred, TASKS_OF
from reportparse.finding import Finding, Scope, Section, Status
from reportparse.policy import Policy
from reportparse.statements import LFS, LSS, OPEN, RFS, RSS, SCS

_TASK_INDEX = {SCS: 0, LFS: 1, RFS: 2, LSS: 3, RSS: 4}
_MIRROR = {LFS: RFS, RFS: LFS, LSS: RSS, RSS: LSS, SCS: SCS}

_STATUS = {status.value: status for status in Status}

Slot = tuple[int, int]


def to_findings(claims: list[Claim], deferred: list[Deferred], policy: Policy) -> list[Finding]:
    """The findings of a report, by level from head to foot, then by task."""
    if policy.unsided_foramina == "open":
        claims = [c._replace(value=OPEN) if c.unsided and c.task != SCS and c.value.high > 0 else c for c in claims]
    slots: dict[Slot, list[Claim]] = defaultdict(list)
    for claim in claims:
        slots[claim.level, claim.task].append(claim)
    if deferred:
        _fill_remaining(slots, deferred)
    if any(claim.rule == "not-this-side" for claim in claims):
        _move_sides(slots)
    return [_to_finding(slot, choose(found, policy)) for slot, found in sorted(slots.items()) if found]


def choose(claims: list[Claim], policy: Policy) -> tuple[Claim, bool]:
    """The claim that stands, and whether another of equal standing graded the slot differently."""
    first = claims[0]
    if len(claims) == 1:
        return first, False
    value, scope = first.value, first.scope
    if all(c.value is value or c.value == value for c in claims) and all(c.scope is scope for c in claims):
        return first, False
    return _choose(claims, policy)


def _fill_remaining(slots: dict[Slot, list[Claim]], deferred: list[Deferred]) -> None:
    """Levels that a task has no statement for take what is said of the remaining ones."""
    taken = {s for s, claims in slots.items() if any(c.scope is not Scope.STUDY and c.rule != "root" for c in claims)}
    taken_levels = {level for level, _ in taken}
    for d in deferred:
        for task in TASKS_OF[d.tasks]:
            ungraded = _ungraded_levels(slots, d, task) if d.within else []
            for level in ungraded or [level for level in range(len(LEVELS)) if (level, task) not in taken]:
                if d.whole_level and level in taken_levels:
                    continue
                slot = slots[level, task]
                if ungraded:
                    slot[:] = [c for c in slot if c.sentence != d.sentence]
                scope = Scope.STATED if ungraded else Scope.REMAINING
                slot.append(
                    Claim(level, task, d.value, scope, d.section, d.sentence, False, False, d.start, d.end, d.rule)
                )


def _ungraded_levels(slots: dict[Slot, list[Claim]], d: Deferred, task: int) -> list[int]:
    """The levels at which a statement's own sentence says that there is a stenosis and not how severe it is."""
    own = ([c for c in slots.get((level, task), ()) if c.sentence == d.sentence] for level in range(len(LEVELS)))
    return [level for level, claims in enumerate(own) if _only_ungraded(claims)]


def _only_ungraded(claims: list[Claim]) -> bool:
    return bool(claims) and all(c.value.status == "ungraded" for c in claims)


def _move_sides(slots: dict[Slot, list[Claim]]) -> None:
    """``on the right, not the left`` in an addendum moves the grade over."""
    for (level, task), claims in list(slots.items()):
        moved = [c for c in claims if c.rule == "not-this-side"]
        if not moved:
            continue
        if not any(c.section is Section.ADDENDUM for c in moved):
            slots[level, task] = [c for c in claims if c.rule != "not-this-side"]
            continue
        other = slots[level, _MIRROR[task]]
        earlier = [c for c in claims if c.section is not Section.ADDENDUM]
        other += [c._replace(task=_MIRROR[task], section=Section.ADDENDUM) for c in earlier]
        slots[level, task] = []


def _choose(claims: list[Claim], policy: Policy) -> tuple[Claim, bool]:
    standing = [c for c in claims if c.value.status != "open"] or claims
    specific = [c for c in standing if c.scope in (Scope.STATED, Scope.CARRIED)]
    standing = specific or [c for c in standing if c.scope is Scope.REMAINING] or standing
    by_section = defaultdict(list)
    for claim in standing:
        by_section[claim.section].append(claim)
    best = {section: _within(group, policy) for section, group in by_section.items()}
    winner, conflict = _across(best, policy)
    return winner, conflict


def _within(claims: list[Claim], policy: Policy) -> tuple[Claim, bool]:
    """The claim that stands within one section."""
    exceptions = [c for c in claims if c.exception]
    if exceptions:
        claims = [c for c in claims if c.exception or c.sentence != exceptions[0].sentence]
    graded = [c for c in claims if c.value.status == "graded" and (c.value.grade or 0) > 0]
    if graded:
        grades = {c.value.grade for c in graded}
        if policy.within_section == "latest":
            return graded[-1], len(grades) > 1
        return max(graded, key=lambda c: (c.value.grade or 0, c.value.low)), len(grades) > 1
    tight = [c for c in claims if c.value.status == "bounded" and c.value.low > 1]
    if tight:
        return tight[0], False
    for status in ("ungraded", "bounded", "uncertain"):
        found = [c for c in claims if c.value.status == status]
        zero = [c for c in claims if c.value.status == "graded"]
        if found and not (zero and status == "bounded" and all(c.value.low == 0 for c in found)):
            if status == "bounded":
                return min(found, key=lambda c: c.value.high - c.value.low), False
            return found[0], bool(zero)
    zero = [c for c in claims if c.value.status == "graded"]
    return (zero or claims)[0], False


def _across(best: dict[Section, tuple[Claim, bool]], policy: Policy) -> tuple[Claim, bool]:
    """The claim that stands across sections."""
    if Section.ADDENDUM in best:
        return best[Section.ADDENDUM]
    findings = best.get(Section.FINDINGS) or best.get(Section.BODY)
    impression = best.get(Section.IMPRESSION)
    if findings is None or impression is None:
        chosen = findings or impression
        assert chosen is not None
        return chosen
    return _settle(findings, impression, policy)


def _settle(findings: tuple[Claim, bool], impression: tuple[Claim, bool], policy: Policy) -> tuple[Claim, bool]:
    f, i = findings[0].value, impression[0].value
    if f.grade is None and i.grade is not None:
        return impression[0], False
    if i.grade is None:
        return findings
    differ = f.grade != i.grade
    if policy.section == "impression_first":
        return impression[0], differ
    if policy.section == "higher" and (i.grade or 0) > (f.grade or 0):
        return impression[0], differ
    return findings[0], differ or findings[1]


def _to_finding(slot: Slot, chosen: tuple[Claim, bool]) -> Finding:
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
