"""Can you add words?"""

from manim import Create, FadeIn, FadeOut, GrowFromPoint, LaggedStart, ReplacementTransform, VGroup

from gptviz import maths
from gptviz.drawing import theme
from gptviz.drawing.analogy import AnalogyPlane, SignedBars
from gptviz.drawing.figures import FigureLine
from gptviz.drawing.focus import Focus
from gptviz.drawing.motion import dim_all_but
from gptviz.drawing.strips import Strips
from gptviz.drawing.text import Numeral, Words
from gptviz.film import Film
from gptviz.recording.number import Claim, Count, derive
from gptviz.recording.requests import WordAnalogies, WordRelation
from gptviz.recording.statement import compose

NEAREST = 5        # words around a landing place, as many as are listed
LINES, ROW, COLUMN = 1.8, 0.56, -1.9   # of the table of sums


class Analogies(Film):
    """Can you add words?"""

    needs = {
        "sums": WordAnalogies(analogies=(("king", "man", "woman", "queen"), ("Berlin", "Germany", "Japan", "Tokyo"), ("Berlin", "Germany", "Italy", "Rome"), ("Paris", "France", "Italy", "Rome"), ("brother", "boy", "girl", "sister"), ("father", "man", "woman", "mother"), ("dogs", "dog", "cat", "cats"), ("Italy", "Germany", "Hitler", "Mussolini"), ("Germany", "Japan", "sushi", "bratwurst")), top=8),  # noqa: E501
        "royal": WordRelation(start="king", end="queen", pairs=(("boy", "girl"), ("son", "daughter"), ("father", "mother"), ("nephew", "niece"), ("brother", "sister"), ("uncle", "aunt"), ("husband", "wife"))),  # noqa: E501
        "family": WordRelation(start="man", end="woman", pairs=(("king", "queen"), ("boy", "girl"), ("son", "daughter"), ("father", "mother"), ("nephew", "niece"), ("brother", "sister"), ("uncle", "aunt"), ("husband", "wife"))),  # noqa: E501
    }
    chains = (("sums", "family", "royal"),)

    def construct(self) -> None:
        self.sums, self.family = self.rec["sums"], self.rec["family"]
        self.first = next(each for each in self.sums.analogies if each.complete)
        for part in (self.carry_over, self.nearest_words, self.how_far_off, self.whole_family, self.other_sums,
                     self.close):
            part()

    def carry_over(self) -> None:
        """Three words, the arrow between two of them, carried to the third."""
        first = self.first
        names = {part: getattr(first, part) for part in "abcd"}
        plane = AnalogyPlane({part: first.point(part).array for part in (*names, "landing")}, names)
        self.plane = plane.move([-3.1, 0.15, 0])
        a, b, c, _ = (vector.array for vector in first.vectors)
        labels = [compose(text, **names) for text in ("{a}", "\u2212 {b}", "+ {c}", "=")]
        numbers = Strips([a, -b, c, a - b + c], labels, 3.5, 0.5, 0.92, theme.STATEMENT).shift([3.0, 1.5, 0])
        with self.beat("Take {a}. Take away {b}, and add {c}. Can that be a word?", shows="sums", **names):
            self.play(LaggedStart(*[FadeIn(plane.spots[part]) for part in "abc"], lag_ratio=0.5),
                      LaggedStart(*[FadeIn(each) for each in numbers[:3]], lag_ratio=0.5), run_time=1.6)
        with self.beat("From {b} to {c} leads an arrow.", shows="sums", **names):
            self.play(GrowFromPoint(plane.step, plane.on_screen(plane.places["b"])), run_time=1.0)
        with self.beat("Carry it over to {a}, unturned. Where does it land?", shows="sums", **names):
            self.add(plane.carried)
            self.play(plane.carry_over(), FadeIn(numbers[3]), run_time=1.8)
        self.play(FadeOut(numbers), run_time=theme.QUICK)

    def nearest_words(self) -> None:
        """What lies nearest to the landing place, among all words."""
        first = self.first
        table, rows = VGroup(), first.nearest[:NEAREST]
        title = Words("nearest of {n:,} words", theme.LABEL, theme.SECONDARY, n=self.sums.vocabulary)
        side = Words("cosine", theme.LABEL, theme.SECONDARY).place([6.4, 2.0, 0], "right")
        for i, each in enumerate(rows):
            y = 1.3 - i * 0.68
            colour = theme.SECONDARY if each.given else theme.TEXT
            words = compose("{w}, given" if each.given else "{w}", w=each.word)
            table.add(VGroup(Words(words, 36, colour).place([1.6, y, 0]),
                             Numeral(each.cosine, ".3", 36, colour, "right").place([6.4, y, 0], "right")))
        ahead = Claim(maths.is_larger, (rows[0].cosine, first.cosine), "Nearest is {w}; {d} comes in place {p:,}.",
                      "Nearest is {d}: the word that was hoped for.")
        with self.beat(ahead, shows="sums", w=rows[0].word, d=first.d, p=first.place):
            self.play(FadeIn(title.place([1.6, 2.0, 0])), FadeIn(side), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(row) for row in table], lag_ratio=0.3), run_time=1.4)
        others = [row for row, each in zip(table, rows, strict=True) if not each.given]
        best = Claim(maths.is_first, (first.place_others,), "Do not count the words that were given: {d} is first.",
                     "Without the words that were given, {d} is in place {p:,}.")
        with self.beat(best, shows="sums", d=first.d, p=first.place_others):
            self.play(dim_all_but(list(table), others), run_time=theme.QUICK)
            self.play(FadeIn(self.plane.spots["d"]), Create(Focus(others[0])), run_time=theme.MOVE)
        self.clear_stage(self.plane, *self.plane.spots.values(), self.plane.step, self.plane.carried)

    def how_far_off(self) -> None:
        """What the sum misses by, and how alike the two arrows are."""
        first, plane = self.first, self.plane
        lines = ((("the arrow is long", first.arrow_length, ".2f"), ("it misses by", first.residual, ".2f")),
                 (("cosine of the arrows", first.arrows_alike, ".3"),))
        facts = [VGroup(Words(text, theme.STATEMENT, theme.SECONDARY).place([1.4, 1.4 - 1.1 * i, 0]),
                        Numeral(number, spec, 56, theme.TEXT, "right").place([6.4, 1.4 - 1.1 * i, 0], "right"))
                 for i, (text, number, spec) in enumerate(line for part in lines for line in part)]
        farther = Claim(maths.is_larger, (first.residual, first.arrow_length),
                        "But it misses {d} by {r:.2f}: more than the arrow is long.",
                        "It misses {d} by {r:.2f}; the arrow is {n:.2f} long.")
        with self.beat(farther, shows="sums", d=first.d, r=first.residual, n=first.arrow_length):
            self.play(Create(plane.open_gap()), run_time=theme.MOVE)
            self.play(FadeIn(facts[0]), FadeIn(facts[1]), run_time=theme.QUICK)
        held = Words("This plane holds {p:.1%} of how the words differ.", theme.LABEL, theme.SECONDARY, width=5.0,
                     p=first.plane_held).place([1.4, -1.9, 0])
        inside, outside = (derive(maths.distance, first.point("landing")[part], first.point("d")[part])
                           for part in (slice(None, 2), slice(2, None)))
        flat = Claim(maths.is_larger, (outside, inside),
                     "Most of that gap points out of this plane. Nobody moved an arrow by hand.",
                     "Part of that gap points out of this plane. Nobody moved an arrow by hand.")
        with self.beat(flat, shows="sums"):
            self.play(FadeIn(held), run_time=theme.QUICK)
        with self.beat("The true way, from {a} to {d}: its cosine with the arrow is {c:.3}.", shows="sums", a=first.a,
                       d=first.d, c=first.arrows_alike):
            self.play(FadeOut(plane.gap), GrowFromPoint(plane.other, plane.on_screen(plane.places["a"])),
                      run_time=1.0)
            self.play(FadeIn(facts[2]), run_time=theme.QUICK)
        self.clear_stage()

    def whole_family(self) -> None:
        """The same arrow against those of other pairs, best to worst."""
        family, pairs = self.family, self.family.pairs
        bars, heads = self.bars(family)
        with self.beat("The arrow from {a} to {b}, against those of {n:words} other pairs.", shows="family",
                       a=family.start, b=family.end, n=Count(pairs, "pairs")):
            self.play(FadeIn(heads), FadeIn(bars.axis), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(entry) for entry in bars.entries], lag_ratio=0.25), run_time=2.2)
        mine = [i for i, p in enumerate(pairs) if (p.start, p.end) == (self.first.a, self.first.d)]
        frame = Focus(bars.entries[mine[0]] if mine else bars.entries[0])
        if mine:
            better = derive(maths.count_above, [p.cosine for p in pairs], pairs[mine[0]].cosine)
            with self.beat("Ahead of the famous pair: {n:words}.", shows="family", n=better):
                self.play(Create(frame), run_time=theme.MOVE)
        last = pairs[-1]
        fails = Claim(maths.is_negative, (last.cosine,), "{a} and {b} fail: {c:.3}. Nearest there is {w}.",
                      "{a} and {b} do worst: {c:.3}. Nearest there is {w}.")
        with self.beat(fails, shows="family", a=last.start, b=last.end, c=last.cosine, w=last.nearest_others[0].word):
            turned = Focus(bars.entries[-1], color=theme.WRONG)
            self.play(*[FadeOut(frame) for _ in mine], Create(turned), run_time=theme.MOVE)
        self.clear_stage()
        royal = self.rec["royal"]
        bars, heads = self.bars(royal)
        means = [derive(maths.mean, [p.cosine for p in rec.pairs if (p.start, p.end) != (royal.start, royal.end)])
                 for rec in (family, royal)]
        worse = Claim(maths.is_larger, tuple(means),
                      "Start from {a} and {b} instead, and on average they fit less well.",
                      "Start from {a} and {b} instead, and on average they fit no worse.")
        with self.beat(worse, shows="royal", a=royal.start, b=royal.end):
            self.play(FadeIn(heads), FadeIn(bars), run_time=theme.MOVE)
        self.clear_stage()

    def bars(self, rec) -> tuple[SignedBars, VGroup]:
        """Pairs of words against one arrow, with the names of the columns, and the words that are missing."""
        bars = SignedBars([(compose("{a} \u2192 {b}", a=p.start, b=p.end), p.cosine, p.nearest_others[0].word,
                            p.nearest_others[0].word == p.end) for p in rec.pairs])
        heads = VGroup(Words("cosine with {a} \u2192 {b}", theme.LABEL, theme.SECONDARY, a=rec.start, b=rec.end)
                       .place([bars.zero, 2.35, 0]),
                       Words("nearest there", theme.LABEL, theme.SECONDARY).place([6.5, 2.35, 0], "right"))
        if rec.missing:
            names = {f"m{i}": word for i, word in enumerate(rec.missing)}
            lacks = "not in this vocabulary: " + ", ".join(f"{{{name}}}" for name in names)
            heads.add(Words(lacks, theme.LABEL, theme.SECONDARY, **names)
                      .place([-6.5, 1.75 - 0.52 * len(rec.pairs), 0]))
        return bars, heads

    def other_sums(self) -> None:
        """Other sums, a line each: what comes first, and the place of the word that was hoped for."""
        sums = [each for each in self.sums.analogies if each is not self.first]
        known = [each for each in sums if each.complete and each.a != self.first.a]
        unknown = [each for each in sums if not each.complete]
        lines = {each: self.line(each, LINES - ROW * i) for i, each in enumerate([*known, *unknown])}
        columns = (("nearest, given words left out", COLUMN, "left"), ("its place", 5.1, "right"),
                   ("cosine", 6.5, "right"))
        heads = VGroup(*[Words(text, theme.LABEL, theme.SECONDARY).place([x, 2.45, 0], side)
                         for text, x, side in columns])
        with self.beat("Other sums. Yellow is the word hoped for, with its place and the arrows' cosine.",
                       shows="sums"):
            self.play(FadeIn(heads), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(lines[each]) for each in known], lag_ratio=0.3), run_time=2.0)
        frames = []
        for wanted, words in ((True, "{a} \u2212 {b} + {c} lands on {d}, out of {n:,} words."),
                              (False, "{a} \u2212 {b} + {c}: {w} is first, {d} in place {p:,}.")):
            found = next((e for e in known if maths.is_first(float(e.place_others)) == wanted), None)
            if found is not None:
                with self.beat(words, shows="sums", a=found.a, b=found.b, c=found.c, d=found.d, p=found.place_others,
                               w=found.nearest_others[0].word, n=self.sums.vocabulary):
                    new = Focus(lines[found])
                    self.play(ReplacementTransform(frames[-1], new) if frames else Create(new), run_time=theme.MOVE)
                    frames.append(new)
        if unknown:
            with self.beat("Some famous sums cannot be checked: their words are not in this vocabulary.",
                           shows="sums"):
                self.play(*[FadeOut(frame) for frame in frames[-1:]],
                          LaggedStart(*[FadeIn(lines[each]) for each in unknown], lag_ratio=0.3), run_time=1.0)
        self.clear_stage()

    def line(self, each, y: float) -> VGroup:
        """One sum: the words, the two nearest, the cosine of its arrows; or which words are missing."""
        line = VGroup(Words("{a} \u2212 {b} + {c}", 30, a=each.a, b=each.b, c=each.c).place([-6.5, y, 0]))
        if not each.complete:
            names = {f"m{i}": word for i, word in enumerate(each.missing)}
            lacks = "not here: " + ", ".join(f"{{{name}}}" for name in names)
            return line.add(Words(lacks, 30, theme.SECONDARY, **names).place([COLUMN, y, 0]))
        pen = COLUMN
        for near in each.nearest_others[:3]:
            word = Words(near.word, 30, theme.FOCUS if near.word == each.d else theme.TEXT).place([pen, y, 0])
            line.add(word)
            pen += max(1.9, word.advance + 0.3)
        return line.add(Numeral(each.place_others, ",", 30, theme.TEXT, "right").place([5.1, y, 0], "right"),
                        Numeral(each.arrows_alike, ".3", 30, theme.SECONDARY, "right").place([6.5, y, 0], "right"))

    def close(self) -> None:
        first = self.first
        rows = ((compose("place of {d} among {n:,}", d=first.d, n=self.sums.vocabulary), first.place, ","),
                ("without the given words", first.place_others, ","),
                ("cosine of the arrows", first.arrows_alike, ".3"))
        lines = [FigureLine(text, number, spec, 1.3 - 1.3 * i, theme.TEXT, 80, words_size=44)
                 for i, (text, number, spec) in enumerate(rows)]
        with self.beat("Directions carry meaning: roughly, and measurably.", shows="sums", hold=2.0):
            self.play(LaggedStart(*[FadeIn(line) for line in lines], lag_ratio=0.5), run_time=1.6)
            self.play(Create(Focus(lines[-1].number)), run_time=theme.QUICK)
