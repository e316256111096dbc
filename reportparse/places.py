"""Where a value stands: sites for segments that name none, from the topic to the left or a shared head to the right."""

from reportparse.clause import Clause, head_to_right, is_free, is_hungry, ROOTED, STRONG, topic_to_left
from reportparse.segment import LIST_JOINERS
from reportparse.sharing import opposite, says_only_not
from reportparse.statements import NEGATED, OPEN, PRESENT

_HANGS_ON_TOPIC = (*LIST_JOINERS, "rel", "-", ":", "(", "with")


def find_site(c: Clause, i: int) -> None:
    """Give segment i the site it lacks by the first rule that fits, else note the kind of word that stands alone."""
    s = c.segments[i]
    if s.more and (s.levels or s.more_side) and not s.names_place and not s.finding and not c.dead[i]:
        _refine_topic(c, i)
        return
    speaks = c.values[i] is not None or bool(s.sides)
    if not is_free(c, i) or not speaks or (s.same and not s.has_value):
        return
    topic = topic_to_left(c, i)
    if s.sten == "stenosis" and c.values[i] is not None and not s.pronoun and not s.sides:
        _place_bare_stenosis(c, i, topic)
    elif s.verb:
        _place_verb(c, i, topic)
    elif not _follow_bare(c, i, topic) and not _take_head(c, i, topic):
        _take_topic(c, i, topic)


def _refine_topic(c: Clause, i: int) -> None:
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


def _place_bare_stenosis(c: Clause, i: int, topic: int) -> None:
    """``stenosis`` with no place: the topic's where it hangs on one, else the canal's (told by the context)."""
    s = c.segments[i]
    c.bare[i] = "stenosis"
    labelled = s.joiner in (":", "-")
    if topic >= 0 and not c.dead[topic] and s.joiner in _HANGS_ON_TOPIC and (labelled or not s.neg):
        _take_from(c, i, topic)


def _place_verb(c: Clause, i: int, topic: int) -> None:
    """A verb's place is the next verb's (``narrows and contacts the root``) or, by a pronoun, the topic's."""
    s, following = c.segments[i], c.next(i)
    if following is not None and following.verb and following.joiner in LIST_JOINERS:
        c.sites[i], c.sides[i] = c.sites[i + 1], s.sides or c.sides[i + 1]
    elif s.pronoun and topic >= 0 and not c.dead[topic]:
        _take_from(c, i, topic)
    else:
        c.bare[i] = "it" if s.pronoun and c.values[i] is not None else ""


def _follow_bare(c: Clause, i: int, topic: int) -> bool:
    """``stenosis ..., severe on the left``: a value with no topic goes with a word that stands alone before it."""
    s = c.segments[i]
    bare = next((j for j in range(i - 1, -1, -1) if c.bare[j]), -1)
    if topic >= 0 or bare < 0 or c.values[i] is None or s.sten:
        return False
    c.bare[i] = c.bare[bare]
    apart = s.otherwise or s.quantifier or s.joiner in STRONG
    c.sides[i] = c.sides[i] or ("" if apart else c.sides[bare])
    return True


def _take_head(c: Clause, i: int, topic: int) -> bool:
    """``moderate left and mild right foraminal narrowing``: the place of a shared head to the right.

    Not where the topic to the left still waits for a value, nor where the segment is a predicate or a relative clause.
    """
    s = c.segments[i]
    goes_back = s.side_after or s.joiner == "rel" or _is_predicate(c, i)
    if goes_back or (s.sten and not _leads_twin(c, i)) or _topic_waits(c, i, topic):
        return False
    head = head_to_right(c, i)
    if head >= 0:
        _take_from(c, i, head, head_right=True)
    return head >= 0


def _is_predicate(c: Clause, i: int) -> bool:
    """``is moderate``: said of what stands before it; a level that ``shows`` something is no topic."""
    s = c.segments[i]
    return s.be and not (s.level_first and s.levels)


def _topic_waits(c: Clause, i: int, topic: int) -> bool:
    """Whether the topic has no value yet and nothing stands between but sides that lead; the canal has no side."""
    if topic < 0 or not is_hungry(c, topic) or (c.segments[i].sides and not c.sites[topic] & ROOTED):
        return False
    return all(c.dead[j] and c.segments[j].sides for j in range(topic + 1, i))


def _leads_twin(c: Clause, i: int) -> bool:
    """``mild narrowing of right and moderate narrowing of left foramina``: the head is in the twin that follows."""
    s, twin = c.segments[i], c.next(i)
    return twin is not None and {s.sides, twin.sides} == {"L", "R"} and twin.joiner == "and" and bool(twin.sten)


def _take_topic(c: Clause, i: int, topic: int) -> None:
    """``foraminal narrowing, severe on the left``: the place of the topic to the left.

    After another finding the segment says nothing of a canal, foramen or recess, unless it is a stenosis and the
    finding lies in one (``foraminal protrusion with stenosis``) or calls a whole level normal.
    """
    s = c.segments[i]
    if topic < 0:
        if c.values[i] is not None:
            c.bare[i] = _bare_word(c, i)
        return
    owner = c.segments[topic]
    if not c.dead[topic]:
        _take_from(c, i, topic)
    elif s.normal == "normal" and s.level_first and s.levels and not s.sides:
        c.bare[i] = "normal"
    elif (s.sten or s.joiner == "rel") and owner.finding and owner.place:
        c.sites[i] = owner.place
        c.sides[i] = s.sides or owner.sides
    else:
        c.dead[i] = True


def _bare_word(c: Clause, i: int) -> str:
    """The kind of word that stands alone, as ``Statement.bare`` has it."""
    s = c.segments[i]
    if s.sten or s.pronoun:
        return s.sten or "it"
    return "normal" if s.normal == "normal" and not s.sides else "value"


def _take_from(c: Clause, i: int, owner: int, head_right: bool = False) -> None:
    """Give segment i the place of its owner, and its side where that stands to the left."""
    s = c.segments[i]
    c.sites[i] = c.sites[owner]
    c.owner[i] = owner
    if c.segments[owner].roots == {"any"} and c.values[i] is not None:
        c.values[i] = OPEN
    if s.neg and c.segments[owner].verb == "contact" and c.segments[owner].roots:
        c.values[i] = OPEN
    if s.joiner == "except" and c.values[i] is None and c.values[owner] is NEGATED:
        c.values[i] = PRESENT
    if says_only_not(s) and (value := opposite(c.values[owner])) is not None:
        c.values[i] = value
    if s.neg and c.values[i] is None:
        across = not head_right and not s.be and {c.sides[i], c.segments[owner].sides} == {"L", "R"}
        c.values[i] = NEGATED._replace(rule="not-this-side") if across else NEGATED
    if c.negated[owner] and c.values[owner] is None and c.values[i] is PRESENT and s.be:
        c.values[i] = NEGATED
    if not c.sides[i] and not head_right and not s.otherwise:
        c.sides[i] = s.more_side or c.sides[owner]
