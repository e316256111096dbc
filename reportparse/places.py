"""Where a value stands: sites for segments that name none, roots as foramina and recesses, sites that only place a disc."""

from reportparse.clause import Clause, head_to_right, is_free, is_hungry, STRONG, topic_to_left
from reportparse.segment import FORAMEN, LIST_JOINERS, RECESS
from reportparse.statements import NEGATED, OPEN, PRESENT


def place_roots(c: Clause) -> None:
    """Exiting roots stand for the foramen, traversing ones for the recess, unnamed ones for where they are said to be."""
    for i, s in enumerate(c.segments):
        if not s.roots:
            continue
        if s.place:
            c.sites[i] |= s.place
        if "exiting" in s.roots:
            c.sites[i] |= FORAMEN
        if "traversing" in s.roots:
            c.sites[i] |= RECESS
        if s.roots == {"any"} and not s.place and not s.sites:
            c.sites[i] = FORAMEN | RECESS
            if c.values[i] is not None:
                c.values[i] = OPEN._replace(rule="root")


def open_roots(c: Clause) -> None:
    """A nerve root with no place named leaves its foramen and recess open."""
    for i, s in enumerate(c.segments):
        if s.roots == {"any"} and not s.place and not s.sites and c.values[i] is not None:
            c.values[i] = OPEN._replace(rule="root")


def absorb(c: Clause) -> None:
    """Sites that only say where a disc or a facet lies (``left subarticular and foraminal protrusion``)."""
    for i, s in enumerate(c.segments):
        if s.absorbed:
            c.dead[i] = True
            if s.finding_took_site:
                absorb_left(c, i)
            if i and s.joiner in LIST_JOINERS and c.negated[i - 1] and s.value_at < 0:
                c.negated[i] = True
        elif s.scheme and s.joiner in ("(", ",") and not s.names_place:
            c.dead[i] = any(c.values[k] is not None and not c.segments[k].scheme for k in range(max(0, i - 2), i))


def absorb_left(c: Clause, i: int) -> None:
    j = i
    while j > 0 and c.segments[j].joiner in LIST_JOINERS:
        j -= 1
        s = c.segments[j]
        if s.sten or s.stenosed or s.verb or s.normal or s.finding or not s.sites:
            return
        c.dead[j] = True
        c.sites[j] = 0


def find_site(c: Clause, i: int) -> None:
    s = c.segments[i]
    if s.more and not s.names_place and not c.dead[i] and (s.levels or s.more_side) and not s.finding:
        refine_topic(c, i)
        return
    if not is_free(c, i) or (s.same and not s.has_value):
        return
    if c.values[i] is None and not s.sides:
        return
    if s.sten == "stenosis" and c.values[i] is not None and not s.pronoun and not s.sides:
        place_bare_stenosis(c, i)
        return
    topic = topic_to_left(c, i)
    if s.verb and i + 1 < len(c.segments) and c.segments[i + 1].joiner in LIST_JOINERS and c.segments[i + 1].verb:
        c.sites[i], c.sides[i] = c.sites[i + 1], s.sides or c.sides[i + 1]
        return
    if s.verb and s.pronoun and topic >= 0 and not c.dead[topic]:
        take_from(c, i, topic)
        return
    if s.verb:
        c.bare[i] = "it" if s.pronoun and c.values[i] is not None else ""
        return
    bare = next((j for j in range(i - 1, -1, -1) if c.bare[j]), -1)
    if topic < 0 and bare >= 0 and c.values[i] is not None and not s.sten:
        c.bare[i] = c.bare[bare]
        apart = s.otherwise or s.quantifier or s.joiner in STRONG
        c.sides[i] = c.sides[i] or ("" if apart else c.sides[bare])
        return
    between = [k for k in range(topic + 1, i) if not (c.dead[k] and c.segments[k].sides)]
    hungry_left = topic >= 0 and is_hungry(c, topic) and not between and not c.dead[topic]
    if not hungry_left and (not s.sten or _leads_twin(c, i)) and not s.side_after and s.joiner != "rel" and not s.be:
        head = head_to_right(c, i)
        if head >= 0:
            take_from(c, i, head, head_right=True)
            return
    whole_level = s.normal == "normal" and s.level_first and bool(s.levels) and not s.sides
    if topic >= 0 and c.dead[topic] and whole_level:
        c.bare[i] = "normal"
        return
    if topic >= 0:
        where = c.segments[topic]
        if c.dead[topic] and (s.sten or s.joiner == "rel") and where.finding and where.place:
            c.sites[i] = where.place
            c.sides[i] = s.sides or where.sides
        elif c.dead[topic]:
            c.dead[i] = True
        else:
            take_from(c, i, topic)
    elif c.values[i] is not None:
        c.bare[i] = (
            s.sten or ("it" if s.pronoun else "") or ("normal" if s.normal == "normal" and not s.sides else "value")
        )


def place_bare_stenosis(c: Clause, i: int) -> None:
    """``stenosis`` with no place: the topic's where it hangs on one, else the canal's (told by the context)."""
    s = c.segments[i]
    topic = topic_to_left(c, i)
    c.bare[i] = "stenosis"
    hangs = s.joiner in (*LIST_JOINERS, "rel", "-", ":", "(", "with")
    labelled = s.joiner in (":", "-")
    if topic >= 0 and hangs and not c.dead[topic] and (labelled or not s.neg):
        take_from(c, i, topic)


def _leads_twin(c: Clause, i: int) -> bool:
    """``mild narrowing of right and moderate narrowing of left foramina``: the head is in the twin that follows."""
    s = c.segments[i]
    twin = c.segments[i + 1] if i + 1 < len(c.segments) else None
    return twin is not None and {s.sides, twin.sides} == {"L", "R"} and twin.joiner == "and" and bool(twin.sten)


def refine_topic(c: Clause, i: int) -> None:
    """``worst on the left at L5-S1``: the topic again, narrowed to a side or a level."""
    s = c.segments[i]
    topic = topic_to_left(c, i)
    if topic < 0:
        return
    if c.dead[topic]:
        c.dead[i] = True
        return
    c.sites[i] = c.sites[topic]
    c.sides[i] = s.more_side or s.sides or c.sides[topic]
    c.owner[i] = topic
    if c.values[i] is None and s.levels:
        c.values[i] = PRESENT


def take_from(c: Clause, i: int, owner: int, head_right: bool = False) -> None:
    c.sites[i] = c.sites[owner]
    c.owner[i] = owner
    s = c.segments[i]
    if c.segments[owner].roots == {"any"} and c.values[i] is not None:
        c.values[i] = OPEN
    if s.neg and c.values[i] is None:
        across = not head_right and not s.be and {c.sides[i], c.segments[owner].sides} == {"L", "R"}
        c.values[i] = NEGATED._replace(rule="not-this-side") if across else NEGATED
    if c.negated[owner] and c.values[owner] is None and c.values[i] is PRESENT and s.be:
        c.values[i] = NEGATED
    if not c.sides[i] and not head_right and not s.otherwise:
        c.sides[i] = c.sides[owner] if not s.more_side else s.more_side
