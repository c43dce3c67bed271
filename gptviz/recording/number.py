"""Numbers that remember where they come from. A film draws no numeral that is not one of these.

==========  =======================================================================================
Number      a value of a recording: recording, tensor and index
Derived     a named formula of :mod:`gptviz.maths` over tracked values
Quoted      a figure that a publication printed, with its source; drawn marked
Count       how many things there are, or which of them one is; never a literal
Setting     a knob of the film or of its request: a temperature, k, a shift; named and declared
==========  =======================================================================================

All of them are floats. Plain arithmetic on them gives a plain float, which nothing will draw: what
is drawn must be made with :func:`derive`, so that its formula is known. Text follows the same rule:
a :class:`Claim` is a sentence whose truth depends on numbers, with a wording for when it holds and
one for when it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Sized
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from gptviz.errors import NotFinite, UntrackedNumber
from gptviz.recording.address import Address, Given, Index, Knob, Place, Printed, indexed
from gptviz.recording.wording import written

Array = npt.NDArray[Any]


class Tracked(float):
    """A float with an address. Not made directly; see the five kinds."""

    kind: ClassVar[str] = ""

    if (
        TYPE_CHECKING
    ):  # it may be compared with any number, which a type checker doubts of a subclass

        def __eq__(self, other: object) -> bool: ...

        def __hash__(self) -> int: ...

    @property
    def address(self) -> Address:
        """Where the value comes from; as a text for a person to read and for the audit to list."""
        raise NotImplementedError

    def __format__(self, spec: str) -> str:
        return written(float(self), spec)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({float(self)!r}, {self.address})"

    def __reduce__(self) -> Any:
        return _copied, (self,)

    def __copy__(self) -> Tracked:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Tracked:
        return self  # Manim copies mobjects deeply; an address never changes


def _copied(tracked: Tracked) -> float:
    """What a tracked value becomes outside its process: a plain float, for an address does not
    travel."""
    return float(tracked)


class Number(Tracked):
    """A value of a recording."""

    kind = "number"
    place: Place

    def __new__(cls, value: float, place: Place) -> Number:
        number = super().__new__(cls, value)
        number.place = place
        return number

    @property
    def address(self) -> Place:
        return self.place


class Numbers(Sequence[Any]):
    """An array of a recording that keeps its address: indexing gives a :class:`Number` or a smaller
    array.

    ``array`` is the plain numpy array (read only), for formulas and for drawing what is not a
    numeral.
    """

    def __init__(
        self, array: Array, origin: Address, where: tuple[Array, ...] | None = None
    ) -> None:
        self.array = array
        self.address = origin
        self._where = where  # None for the whole array

    @property
    def where(self) -> tuple[Array, ...]:
        """Where each entry lies in the whole array, one array an axis of it."""
        if self._where is None:
            self._where = tuple(np.asarray(axis) for axis in np.indices(self.array.shape))
        return self._where

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.array.shape)

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.asarray(self.array, dtype=dtype)

    def __getitem__(self, key: Any) -> Any:
        part = self.array[key]
        where = tuple(np.asarray(axis)[key] for axis in self.where)
        if np.ndim(part) == 0:
            return self.entry(tuple(int(i) for i in where), float(part))
        return self.part(part, where)

    def at(self, *index: int) -> Number:
        """One entry, by an index for each axis."""
        if self._where is None:
            index = tuple(range(n)[i] for n, i in zip(self.shape, index, strict=True))
            number: Number = self.entry(index, float(self.array[index]))
        else:
            number = self[index]
        return number

    def transposed(self) -> Numbers:
        """The array with its two axes exchanged; its entries keep their addresses."""
        return self.part(self.array.T, tuple(axis.T for axis in self.where))

    def entry(self, index: Index, value: float) -> Any:
        """The entry of the whole array at an index."""
        assert isinstance(self.address, Place)
        return Number(value, self.address.entry(index))

    def part(self, array: Array, where: tuple[Array, ...]) -> Numbers:
        """A part of the whole array: its entries lie at ``where``."""
        return Numbers(array, self.address, where)

    def look_up(self, given: Given) -> Array:
        """The same entries once more, from their origin. Raises LookupError where there is
        nothing."""
        whole = self.address.look_up(given)
        found: Array = self.array if whole is self.array else np.asarray(whole)[self.where]
        return found


class Computed(Numbers):
    """An array that a formula of :mod:`gptviz.maths` gives over tracked arrays: its entries are
    derived numbers.

    It serves wherever an array of a recording does: ``Computed(maths.products, weights, data)``.
    """

    def __init__(self, formula: Callable[..., Any], *inputs: Any) -> None:
        self.formula, self.inputs = formula, inputs
        super().__init__(self._run(), Computation(formula, inputs))

    def _run(self) -> Array:
        return np.asarray(self.formula(*map(_plain, self.inputs)), dtype=np.float64)

    def entry(self, index: Index, value: float) -> Any:
        return derive(self.formula, *self.inputs, pick=index)

    def part(self, array: Array, where: tuple[Array, ...]) -> Numbers:
        some = copy(self)
        some.array, some._where = array, where
        return some

    def look_up(self, given: Given) -> Array:
        found: Array = self._run()[self.where]
        return found


class Derived(Tracked):
    """A formula of :mod:`gptviz.maths` over tracked values; made with :func:`derive`."""

    kind = "derived"
    formula: Callable[..., Any]
    inputs: tuple[Any, ...]
    pick: tuple[int, ...]

    def __new__(
        cls,
        value: float,
        formula: Callable[..., Any],
        inputs: tuple[Any, ...],
        pick: tuple[int, ...] = (),
    ) -> Derived:
        derived = super().__new__(cls, value)
        derived.formula, derived.inputs, derived.pick = formula, inputs, pick
        return derived

    @property
    def address(self) -> Computation:
        return Computation(self.formula, self.inputs, self.pick)


@dataclass(frozen=True, eq=False)
class Computation(Address):
    """A formula over tracked values, or one entry of what it gives."""

    formula: Callable[..., Any]
    inputs: tuple[Any, ...]
    pick: Index = ()

    def look_up(self, given: Given) -> Any:
        result = _run(self.formula, self.inputs)
        return result[self.pick] if self.pick else result

    def __str__(self) -> str:
        return f"{self.formula.__name__}({addresses(self.inputs)}){indexed(self.pick)}"


@dataclass(frozen=True)
class Counted(Address):
    """Things that a film counts."""

    what: str

    def look_up(self, given: Given) -> Any:
        raise LookupError(f"{self} is counted where it is drawn")

    def __str__(self) -> str:
        return f"count of {self.what}"


class Quoted(Tracked):
    """A figure that a publication printed. ``source`` names it; the figure is drawn marked as
    quoted."""

    kind = "quoted"
    source: str

    def __new__(cls, value: float, source: str) -> Quoted:
        if not source.strip():
            raise UntrackedNumber(
                "a quoted figure without a source", "a quotation names where it was printed"
            )
        quoted = super().__new__(cls, value)
        quoted.source = source
        return quoted

    @property
    def address(self) -> Printed:
        return Printed(self.source)


class Count(Tracked):
    """How many things there are, or which of them one is: a count of an object that can be counted,
    never a literal."""

    kind = "count"
    what: str

    def __new__(cls, things: Sized, what: str) -> Count:
        count = super().__new__(cls, len(things))
        count.what = what
        return count

    @classmethod
    def position(cls, index: int, things: Sized, what: str, first: int = 0) -> Count:
        """The position ``index`` of one of ``things`` (counted from ``first``). Raises IndexError
        outside them."""
        if not 0 <= index < len(things):
            raise IndexError(f"{what} {index} of {len(things)}")
        count = super().__new__(cls, index + first)
        count.what = f"{what}, position among {len(things)}"
        return count

    @property
    def address(self) -> Counted:
        return Counted(self.what)


class Setting(Tracked):
    """A knob of the film, or of the request that a recording answers; named and declared there."""

    kind = "setting"
    origin: Knob | Place

    def __new__(cls, value: float, origin: str | Place) -> Setting:
        """``origin``: the name of a film's knob, or where in its request a recording has it."""
        setting = super().__new__(cls, value)
        setting.origin = Knob(origin) if isinstance(origin, str) else origin
        return setting

    @property
    def name(self) -> str:
        """What the knob is called."""
        return self.origin.name if isinstance(self.origin, Knob) else str(self.origin.path[0])

    @property
    def address(self) -> Knob | Place:
        return self.origin


def derive(
    formula: Callable[..., Any], *inputs: Any, pick: int | tuple[int, ...] | None = None
) -> Derived:
    """The value of a formula of :mod:`gptviz.maths` over tracked values, as a tracked value.

    ``inputs`` are tracked values, arrays of them (:class:`Numbers`, lists of tracked values) or
    None; ``pick`` chooses an entry where the formula gives an array. Raises UntrackedNumber for a
    formula from elsewhere or an untracked input, NotFinite for NaN or infinity.
    """
    _check(formula, inputs)
    index = () if pick is None else pick if isinstance(pick, tuple) else (pick,)
    result = _run(formula, inputs)
    return _derived(result[index] if index else result, formula, inputs, index)


def derive_each(formula: Callable[..., Any], *inputs: Any) -> list[Derived]:
    """Every entry of a formula that gives a vector; the formula runs once. Inputs and errors as for
    :func:`derive`."""
    _check(formula, inputs)
    return [_derived(value, formula, inputs, (i,)) for i, value in enumerate(_run(formula, inputs))]


def _run(formula: Callable[..., Any], inputs: Sequence[Any]) -> Array:
    with np.errstate(all="ignore"):  # what is not finite is refused, with its address, by who asked
        return np.asarray(formula(*[_plain(value) for value in inputs]))


def _derived(
    value: Any, formula: Callable[..., Any], inputs: tuple[Any, ...], pick: tuple[int, ...]
) -> Derived:
    if not np.isfinite(value):
        raise NotFinite(
            f"{formula.__name__} gave {value}",
            f"from {addresses(inputs)}",
        )
    return Derived(float(value), formula, inputs, pick)


def _check(formula: Callable[..., Any], inputs: Sequence[Any]) -> None:
    if not is_formula(formula):
        raise UntrackedNumber(
            f"{getattr(formula, '__name__', formula)} is not a formula of gptviz.maths",
            "a derived number names a formula that is documented and tested there",
        )
    for value in inputs:
        if not is_tracked(value):
            raise UntrackedNumber(
                f"{value!r} has no address",
                f"it was given to {formula.__name__}",
                "give a Number, a Derived, a Quoted, a Count or a Setting",
            )


def is_formula(function: Callable[..., Any]) -> bool:
    """Whether a function is one of :mod:`gptviz.maths`."""
    module = getattr(function, "__module__", "")
    return module == "gptviz.maths" or module.startswith("gptviz.maths.")


def is_tracked(value: Any) -> bool:
    """Whether a value, or every entry of a list of values, has an address."""
    if isinstance(value, (Tracked, Numbers)) or value is None:
        return True
    return isinstance(value, (list, tuple)) and all(is_tracked(entry) for entry in value)


def _plain(value: Any) -> Any:
    if isinstance(value, Numbers):
        return np.asarray(value.array, dtype=np.float64)
    if isinstance(value, (list, tuple)):
        return np.array([_plain(entry) for entry in value], dtype=np.float64)
    return None if value is None else float(value)


def addresses(values: Sequence[Any]) -> str:
    """Where the inputs of a formula or a claim come from, for a person to read."""
    return ", ".join(_origin(value) for value in values)


def _origin(value: Any) -> str:
    if isinstance(value, Numbers):
        return f"{value.address}{list(value.shape)}"
    if isinstance(value, Tracked):
        return str(value.address)
    return f"[{addresses(value)}]" if isinstance(value, (list, tuple)) else "none"


class Token(str):
    """A token's text with its id and bytes. Digits in it belong to the token, so they need no other
    address.

    ``id`` is a Number; ``raw`` the bytes that the token stands for; ``whole`` says whether these
    are text on their own.
    """

    id: Number
    raw: bytes
    address: Address

    def __new__(cls, text: str, id: Number, raw: bytes, address: Address) -> Token:
        token = super().__new__(cls, text)
        token.id, token.raw, token.address = id, raw, address
        return token

    @property
    def whole(self) -> bool:
        """False for a token whose bytes are a part of a character only, such as one byte of an
        emoji."""
        try:
            self.raw.decode("utf-8")
        except UnicodeDecodeError:
            return False
        return True

    def __deepcopy__(self, memo: dict[int, Any]) -> Token:
        return self

    def __reduce__(self) -> Any:
        return str, (str(self),)


class Word(str):
    """A word or a prompt of a recording or its request: text that is data, not narration."""

    address: Address

    def __new__(cls, text: str, address: Address) -> Word:
        word = super().__new__(cls, text)
        word.address = address
        return word

    def __deepcopy__(self, memo: dict[int, Any]) -> Word:
        return self

    def __reduce__(self) -> Any:
        return str, (str(self),)


@dataclass(frozen=True)
class Claim:
    """A sentence whose truth depends on the numbers: a predicate of :mod:`gptviz.maths` over
    tracked values.

    ``true`` is said when it holds and ``false`` when it does not. Without a wording for ``false``
    the audit fails where the claim is shown and does not hold. Wordings are templates like those of
    narration.
    """

    predicate: Callable[..., Any]
    inputs: tuple[Any, ...]
    true: str
    false: str | None = None

    def __post_init__(self) -> None:
        _check(self.predicate, self.inputs)

    @property
    def held(self) -> bool:
        """Whether the predicate holds of the recorded numbers."""
        return bool(self.predicate(*[_plain(value) for value in self.inputs]))

    @property
    def wording(self) -> str:
        """The wording to be shown."""
        return self.true if self.held or self.false is None else self.false

    @property
    def honest(self) -> bool:
        """Whether the wording that is shown says what is so."""
        return self.held or self.false is not None

    @property
    def address(self) -> Computation:
        return Computation(self.predicate, self.inputs)
