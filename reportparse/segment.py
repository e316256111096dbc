"""A segment: a stretch of a sentence that holds at most one value, with all that its words say."""

from dataclasses import dataclass, field

from reportparse.chunk import Grade

CANAL, FORAMEN, RECESS = 1, 2, 4
"""Bits of a set of sites."""

SITE_BITS = {"canal": CANAL, "foramen": FORAMEN, "recess": RECESS, "sac": CANAL, "cauda": CANAL, "cord": CANAL}

LIST_JOINERS = (",", "and", "or", "/")
"""Joiners that make a list of what stands before and after them."""


@dataclass(slots=True)
class Segment:
    """A stretch of a sentence and what it says.

    A segment holds words only, never what they mean: ``values`` makes a value of them, ``binding`` finds what is
    missing in the segments around. Positions are indices of chunks, -1 where the word is missing.
    """

    # Where it stands.
    joiner: str  # how it hangs on the one before: ``,``, ``and``, ``with``, ``verb``, ``neg``, ``next``, ...
    first: int  # its first chunk
    last: int  # its last chunk
    depth: int = 0  # brackets open around it

    # What is said.
    grade: Grade | None = None  # a grade or range of grades
    scheme: bool = False  # the grade is a named score's, which any word of severity overrules
    large: bool = False  # ``large``, ``marked``: of a size, not of a stenosis
    significant: bool = False
    normal: str = ""  # ``normal``, ``patent``, ...: the word's value in the lexicon
    zero: bool = False  # ``none``, ``absent``
    sten: str = ""  # the noun: ``stenosis`` or ``narrowing``
    stenosed: bool = False  # the adjective: ``narrowed``
    severe: bool = False  # a word that is severe by itself: ``obliterated``
    verb: str = ""  # ``narrows`` or ``contact``
    not_assessed: bool = False

    # How it is said.
    neg: bool = False
    double_neg: bool = False  # ``not without``
    neg_of_unknown: bool = False  # the negation is of a word the lexicon does not know
    hedge: bool = False
    bound_low: bool = False  # ``at least``
    bound_high: bool = False  # ``up to``
    same: bool = False  # ``similar``, ``likewise``
    also: bool = False
    now: bool = False
    past_grade: bool = False  # a grade of another time, left out
    be: bool = False  # a form of ``be``
    pronoun: bool = False  # ``it``, ``this``

    # Of what.
    sites: int = 0  # bits of CANAL, FORAMEN, RECESS
    soft_site: str = ""  # ``sac``, ``cauda``, ``cord``: a site by what lies in it
    roots: set[str] = field(default_factory=set)  # ``exiting``, ``traversing``, ``any``
    place: int = 0  # sites that only say where a disc or a root lies
    central: bool = False  # a disc's place, not the canal
    part: bool = False  # another part of the body
    finding: str = ""  # another finding: ``bulge``, ``herniation``, ``other``, ...
    finding_took_site: bool = False  # the site before the finding is the finding's

    # On which side.
    sides: str = ""  # ``L``, ``R``, ``B`` (both), ``O`` (the other one), ``S`` (the same)
    side_after: bool = False  # ``on the left``
    asym: bool = False  # both sides, compared: ``left greater than right``
    more: bool = False  # ``worst``, ``more so``
    more_side: str = ""  # ``worse on the left``

    # At which levels.
    levels: list[int] = field(default_factory=list)  # ordinals of the sentence's ``level`` chunks
    level_first: bool = False  # the level comes before all else
    quantifier: str = ""  # ``all``, ``remaining``, ``above``, ``this``, ...
    outside: bool = False  # a level that is not one of the six
    multilevel: bool = False
    otherwise: bool = False

    # Where its words stand.
    value_at: int = -1  # the first word that says how the site is
    site_at: int = -1
    sten_at: int = -1
    neg_at: int = -1

    @property
    def has_value(self) -> bool:
        """Whether the segment itself says how its site is."""
        return bool(
            self.grade or self.normal or self.zero or self.stenosed or self.verb or self.severe or self.not_assessed
        )

    @property
    def names_place(self) -> bool:
        """Whether the segment names a canal, foramen, recess or root."""
        return bool(self.sites or self.roots)

    @property
    def absorbed(self) -> bool:
        """Whether what the segment says belongs to another finding or another part of the body."""
        return bool(self.finding) or (self.part and not self.names_place)

    @property
    def has_content(self) -> bool:
        """Whether the segment holds more than levels and connecting words."""
        return bool(
            self.has_value or self.names_place or self.finding or self.sten or self.part or self.neg or self.sides
            or self.same
        )  # fmt: skip

    @property
    def is_complete(self) -> bool:
        """Whether the segment has both a site and an explicit value, so that another value begins another."""
        return bool(self.names_place and (self.grade or self.normal or self.zero or (self.neg and self.sten)))

    @property
    def is_side_alone(self) -> bool:
        """Whether the segment may hold a side but says nothing and names no place (``on the left``)."""
        return not (self.has_value or self.names_place or self.sten or self.finding or self.neg or self.past_grade)
