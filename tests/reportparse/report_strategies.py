"""Reports composed from phrases, with the labels that the phrases stand for.

A report is drawn in two steps: what it says (``levels`` draws a value per slot), then how it says it, in one of five
styles: a paragraph a level, prose, structure lists, an impression alone, a table.
"""

from dataclasses import dataclass

from hypothesis import strategies as st

from lexicons.vocabulary import LEVELS
from tests.reportparse.short_code import Labels

Slots = dict[str, str]
"""Task -> value, of one level."""

GRADE_WORDS = {
    "1": [("mild", "mildly"), ("minimal", "minimally"), ("slight", "slightly")],
    "1-2": [("mild to moderate", "mildly to moderately"), ("mild-to-moderate", "mildly to moderately")],
    "2": [("moderate", "moderately")],
    "2-3": [("moderate to severe", "moderately to severely"), ("moderate/severe", "moderately to severely")],
    "3": [("severe", "severely"), ("marked", "markedly"), ("advanced", "severely")],
}
"""Value -> pairs of an adjective and its adverb."""

CANAL_CLEAR = ["no canal stenosis", "no significant central canal stenosis", "there is no canal narrowing",
               "the spinal canal is patent", "the canal is widely patent", "without spinal canal stenosis"]  # fmt: skip
CANAL_UNGRADED = ["there is canal stenosis", "the spinal canal is narrowed"]
CANAL_GRADED = ["{g} canal stenosis", "{g} central canal narrowing", "{g} narrowing of the spinal canal",
                "there is {g} spinal canal stenosis", "the canal is {gly} narrowed", "canal stenosis is {g}",
                ]  # fmt: skip
BOTH_CLEAR = ["no {site} stenosis", "no left or right {site} narrowing", "no significant {site} stenosis"]
BOTH_GRADED = ["{g} bilateral {site} narrowing", "{g} {site} stenosis bilaterally", "bilateral {g} {site} stenosis",
               "{g} left and right {site} stenosis", "{g} {site} narrowing on both sides"]  # fmt: skip
ONE_CLEAR = ["no {side} {site} stenosis", "no {site} narrowing on the {side}"]
ONE_UNGRADED = ["there is {side} {site} stenosis", "{site} narrowing on the {side}", "{side}-sided {site} narrowing"]
ONE_GRADED = ["{g} {side} {site} stenosis", "{g} {site} narrowing on the {side}", "{side} {site} stenosis is {g}",
              "there is {g} {side} {site} narrowing", "{side}-sided {site} stenosis, {g}"]  # fmt: skip
TWO_GRADED = ["{g} {side} and {g2} {other} {site} stenosis", "{g} {side}, {g2} {other} {site} narrowing",
              "{site} narrowing is {g} on the {side} and {g2} on the {other}",
              "{g} {site} stenosis on the {side} and {g2} on the {other}"]  # fmt: skip
FORAMEN_CLEAR = ["both neural foramina are patent", "the neural foramina are widely patent"]
FORAMEN_GRADED = ["both neural foramina are {gly} narrowed", "the neural foramina are {gly} narrowed"]
ALL_CLEAR = ["no canal or foraminal stenosis", "no central canal stenosis or foraminal narrowing",
             "neither canal nor foraminal stenosis", "the canal and both foramina are patent",
             "the spinal canal and neural foramina are widely patent"]  # fmt: skip
ALL_UNGRADED = ["there is canal and bilateral foraminal stenosis", "narrowing of the canal and both foramina"]
ALL_GRADED = ["{g} canal and bilateral foraminal stenosis", "{g} narrowing of the canal and both neural foramina",
              "there is {g} central canal and bilateral neural foraminal narrowing",
              "the canal and both neural foramina are {gly} narrowed"]  # fmt: skip
FILLERS = ["disc desiccation", "broad-based disc bulge", "severe facet arthropathy", "moderate loss of disc height",
           "mild ligamentum flavum thickening", "no disc herniation", "Modic type 2 endplate change",
           "grade 1 anterolisthesis", "small annular fissure", "mild to moderate facet hypertrophy"]  # fmt: skip
CAUSES = ["disc bulge and facet arthropathy with ", "severe facet hypertrophy resulting in ", "diffuse bulge causing "]
PREAMBLE = ["Vertebral body heights are maintained.", "The conus ends at L1.", "Marrow signal is normal."]

SITES = [("LFS", "RFS", ["foraminal", "neural foraminal", "neuroforaminal"]),
         ("LSS", "RSS", ["lateral recess", "subarticular"])]  # fmt: skip


@dataclass(frozen=True)
class Report:
    """A report in paragraphs, each of one or more lines, with its labels.

    head: what comes before the first level. level_forms: how its levels are written, for changing them.
    """

    head: tuple[str, ...]
    paragraphs: tuple[str, ...]
    gap: str
    labels: Labels

    @property
    def text(self) -> str:
        return self.gap.join((*self.head, *self.paragraphs))


@st.composite
def sides(draw: st.DrawFn, left: str, right: str) -> Slots:
    """Values for a left and a right task: none, one or both of them."""
    how = draw(st.sampled_from(["none", "none", "both", "both", "one", "two"]))
    value, second = draw(st.sampled_from(["0", *GRADE_WORDS])), draw(st.sampled_from(["P", *GRADE_WORDS]))
    if how == "one":
        return {draw(st.sampled_from([left, right])): second}
    if how == "two":
        return {left: second if second != "P" else "1", right: draw(st.sampled_from([*GRADE_WORDS]))}
    return {left: value, right: value} if how == "both" else {}


@st.composite
def slots(draw: st.DrawFn) -> Slots:
    """What is said of one level; never nothing."""
    canal = draw(st.sampled_from(["", "0", "P", *GRADE_WORDS]))
    said: Slots = {"SCS": canal} if canal else {}
    said |= draw(sides("LFS", "RFS"))
    if draw(st.integers(0, 3)) == 0:
        said |= draw(sides("LSS", "RSS"))
    return said or {"SCS": "0"}


levels = st.dictionaries(st.sampled_from([str(lv) for lv in LEVELS]), slots(), min_size=1, max_size=6).map(
    lambda said: {str(lv): said[lv] for lv in LEVELS if lv in said}
)
"""What a report says: values by level, head to foot."""


def _fill(draw: st.DrawFn, templates: list[str], values: tuple[str, ...], **words: str) -> str:
    """One of the templates with its grades and words put in."""
    for key, value in zip(("g", "g2"), values, strict=False):
        words[key], words[f"{key}ly"] = draw(st.sampled_from(GRADE_WORDS[value]))
    return draw(st.sampled_from(templates)).format(**words)


def _say_canal(draw: st.DrawFn, value: str) -> str:
    if value in ("0", "P"):
        return draw(st.sampled_from(CANAL_CLEAR if value == "0" else CANAL_UNGRADED))
    return _fill(draw, CANAL_GRADED, (value,))


def _say_sides(draw: st.DrawFn, left: str | None, right: str | None, site: str, foramen: bool) -> str:
    names = ("left", "right") if left is not None else ("right", "left")
    if left is None or right is None:
        value = left or right or "0"
        words = {"side": names[0], "site": site}
        if value in ("0", "P"):
            return _fill(draw, ONE_CLEAR if value == "0" else ONE_UNGRADED, (), **words)
        return _fill(draw, ONE_GRADED, (value,), **words)
    if left == right == "0":
        return _fill(draw, BOTH_CLEAR + (FORAMEN_CLEAR if foramen else []), (), site=site)
    if left == right:
        return _fill(draw, BOTH_GRADED + (FORAMEN_GRADED if foramen else []), (left,), site=site)
    if draw(st.booleans()):
        return _fill(draw, TWO_GRADED, (left, right), side="left", other="right", site=site)
    return _fill(draw, TWO_GRADED, (right, left), side="right", other="left", site=site)


def _say_both(draw: st.DrawFn, said: Slots) -> str:
    """One clause for a canal and foramina of one value."""
    value = said["SCS"]
    if value in ("0", "P"):
        return draw(st.sampled_from(ALL_CLEAR if value == "0" else ALL_UNGRADED))
    return _fill(draw, ALL_GRADED, (value,))


def _join(draw: st.DrawFn, clauses: list[str], nouns_only: bool) -> list[str]:
    """The first two clauses as one sentence, where they may be."""
    if len(clauses) < 2 or draw(st.booleans()):
        return clauses
    first, second, *rest = clauses
    if not _has_value(second) or "without" in first:
        return clauses
    joiners = [] if nouns_only else ["; "]
    if _is_noun(first) and _is_noun(second):
        joiners += [" with ", " and ", ", ", ", with "] if (first[:3] == "no ") == (second[:3] == "no ") else []
        joiners += [] if first[:3] == "no " else [" with "]
    elif not _is_noun(first) and not _is_noun(second) and not nouns_only:
        joiners += [" and ", ", and "]
    if not joiners:
        return clauses
    return [first + draw(st.sampled_from(joiners)) + second, *rest]


def _is_noun(clause: str) -> bool:
    """Whether a clause names a stenosis without a verb."""
    return not any(word in f" {clause}" for word in (" is ", " are ", " there ", " without ", ", "))


def _has_value(clause: str) -> bool:
    """Whether a clause says more than that there is a stenosis, so that a grade before it does not carry over."""
    return clause.startswith("no ") or any(
        adjective in clause for pairs in GRADE_WORDS.values() for adjective, _ in pairs
    )


def say_level(draw: st.DrawFn, said: Slots, nouns_only: bool = False) -> list[str]:
    """The clauses that say the values of one level, without full stops; nouns_only: joined where none has a verb."""
    if "SCS" in said and said["SCS"] == said.get("LFS") == said.get("RFS") and draw(st.booleans()):
        rest = {task: value for task, value in said.items() if task in ("LSS", "RSS")}
        return [_say_both(draw, said), *(say_level(draw, rest) if rest else ())]
    clauses = [_say_canal(draw, said["SCS"])] if "SCS" in said else []
    for left, right, names in SITES:
        if left in said or right in said:
            site = draw(st.sampled_from(names))
            clauses.append(_say_sides(draw, said.get(left), said.get(right), site, left == "LFS"))
    return _join(draw, clauses, nouns_only)


def to_sentence(clause: str) -> str:
    return clause[0].upper() + clause[1:] + "."


def _write(level: str, form: str) -> str:
    """A level in one of four forms: ``L4-5``, ``L4/5`` (form ``-``, ``/``) or ``L4-L5``, ``L4/L5`` (form twice)."""
    upper, lower = level.split("-")
    short = lower[1] if len(form) == 1 and level not in ("T12-L1", "L5-S1") else lower
    return f"{upper}{form[0]}{short}"


forms = st.sampled_from(["-", "-", "--", "/", "//"])


def _paragraph(draw: st.DrawFn, level: str, said: Slots) -> str:
    """``L4-5: Disc bulge. Moderate canal stenosis. ...``"""
    fillers = draw(st.lists(st.sampled_from(FILLERS), max_size=2))
    return f"{level}: " + " ".join(map(to_sentence, fillers + say_level(draw, said)))


def _prose(draw: st.DrawFn, level: str, said: Slots) -> str:
    """``At L4-5 there is a disc bulge with moderate canal stenosis. ...``"""
    first, *rest = say_level(draw, said)
    if first.startswith(("there", "the ", "no ", "without", "both", "canal stenosis is", "left", "right")):
        opening = [f"At {level} there is a disc bulge", first]
    else:
        opening = [f"At {level} there is {draw(st.sampled_from(CAUSES))}{first}"]
    return " ".join(map(to_sentence, opening + rest))


def _listed(draw: st.DrawFn, level: str, said: Slots) -> str:
    """A level's heading with a line for each structure."""
    names = {"SCS": "Canal", "LFS": "Left foramen", "RFS": "Right foramen",
             "LSS": "Left lateral recess", "RSS": "Right lateral recess"}  # fmt: skip
    words = {"0": ["none", "patent", "no stenosis"], "P": ["stenosis present", "narrowed"]}
    lines = [f"{level}:"]
    for task, value in said.items():
        grades = [adjective for adjective, _ in GRADE_WORDS.get(value, [])]
        word = draw(st.sampled_from(words.get(value) or [*grades, f"{grades[0]} stenosis"]))
        lines.append(f"  - {names[task]}: {word}")
    return "\n".join(lines)


def _item(draw: st.DrawFn, level: str, said: Slots) -> str:
    """``Severe canal stenosis at L4-5.``, a sentence a clause."""
    clauses = say_level(draw, said, nouns_only=True)
    return " ".join(to_sentence(f"{c} at {level}" if " is " not in c and " are " not in c else f"at {level} {c}")
                    for c in clauses)  # fmt: skip


STYLES = {"paragraph": _paragraph, "prose": _prose, "listed": _listed, "item": _item}


@st.composite
def reports(draw: st.DrawFn, styles: tuple[str, ...] = (*STYLES, "table")) -> Report:
    """A report and its labels."""
    said = draw(levels)
    style, form = draw(st.sampled_from(styles)), draw(forms)
    if style == "table":
        return Report(("FINDINGS:",), (_table(draw, said, form),), "\n", said)
    paragraphs = [STYLES[style](draw, _write(level, form), values) for level, values in said.items()]
    gap = "\n\n" if style in ("prose", "listed") else draw(st.sampled_from(["\n", "\n\n"]))
    if style == "item":
        numbered = [f"{n}. {p}" for n, p in enumerate(paragraphs, 1)]
        return Report(("IMPRESSION:",), tuple(numbered), "\n", said)
    head = ["MRI LUMBAR SPINE", " ".join(draw(st.lists(st.sampled_from(PREAMBLE), max_size=2, unique=True)))]
    if draw(st.booleans()):
        head.insert(1, "FINDINGS:")
    if draw(st.booleans()):
        paragraphs += ["IMPRESSION:", *_repeat(draw, said, form)]
    return Report(tuple(h for h in head if h), tuple(paragraphs), gap, said)


def _repeat(draw: st.DrawFn, said: Labels, form: str) -> list[str]:
    """An impression that says some of it again."""
    again = draw(st.lists(st.sampled_from(sorted(said)), min_size=1, max_size=2, unique=True))
    return [f"{n}. {_item(draw, _write(level, form), said[level])}" for n, level in enumerate(again, 1)]


def _table(draw: st.DrawFn, said: Labels, form: str) -> str:
    """Levels under each other, structures beside each other."""
    words = {"0": "none", "P": "narrowed"} | {value: pairs[0][0] for value, pairs in GRADE_WORDS.items()}
    names = {"SCS": "Canal", "LFS": "Left foramen", "RFS": "Right foramen",
             "LSS": "Left recess", "RSS": "Right recess"}  # fmt: skip
    rows = [["Level", *names.values()], ["---"] * 6]
    rows += [[_write(lv, form), *(words[s[t]] if t in s else "--" for t in names)] for lv, s in said.items()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
