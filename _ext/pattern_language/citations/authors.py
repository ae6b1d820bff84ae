"""Names of authors: persons and corporate bodies, in one line of text each.

An edition keeps authors as text. A name with a comma inside is an inverted person ('Hopper,
Grace'); any other is a corporate body, whose name must never be split into given and family name.
A comma at the end marks a body whose name holds a comma itself ('Acme, Inc.,'): the convention of
EndNote's manual ('Author and Editor Names'), which other readers of inverted names share.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Author:
    """One author.

    >>> Author.of("Hopper, Grace")
    Author(name='Grace Hopper', family='Hopper', given='Grace')
    >>> Author.of("The Blueprint authors").inverted
    'The Blueprint authors,'
    >>> Author.of("Acme, Inc.,")
    Author(name='Acme, Inc.', family='', given='')
    """

    name: str
    """In reading order."""
    family: str = ""
    """Empty for a corporate author."""
    given: str = ""

    @classmethod
    def of(cls, written: str) -> Author:
        """Read an author as an edition writes it."""
        body = written.removesuffix(",")
        family, comma, given = (part.strip() for part in body.partition(","))
        if body != written or not comma:
            return cls(body.strip())
        return cls(f"{given} {family}".strip(), family, given)

    @property
    def is_corporate(self) -> bool:
        """Whether the name is to be kept whole."""
        return not self.family

    @property
    def inverted(self) -> str:
        """Family name, comma, given names; a corporate name is followed by the comma alone.

        Readers of ``citation_author`` and of RIS split a name without comma at its last space,
        and would cite 'authors, T. E. B.'.
        """
        return f"{self.name}," if self.is_corporate else f"{self.family}, {self.given}".strip()

    @property
    def written(self) -> str:
        """The form in which an edition keeps it."""
        whole = self.is_corporate and "," not in self.name
        return self.name if whole else self.inverted
