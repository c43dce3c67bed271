"""What does it read?"""

import numpy as np
from manim import DOWN, LEFT, RIGHT, Arrow, Create, FadeIn, FadeOut, LaggedStart, VGroup, linear

from gptviz import maths
from gptviz.drawing import theme
from gptviz.drawing.bars import Bar
from gptviz.drawing.flow import TokenFlow
from gptviz.drawing.focus import Focus
from gptviz.drawing.merges import MergeTree, outlined
from gptviz.drawing.motion import Appear, Dim, Follow
from gptviz.drawing.pieces import Smile, Sound, tiles_of
from gptviz.drawing.source import QuotedWords, SourceSays
from gptviz.drawing.sums import Sum
from gptviz.drawing.text import Numeral, TokenText, Words, side_by_side
from gptviz.drawing.tokens import TokenStrip, head
from gptviz.film import Film
from gptviz.recording import published
from gptviz.recording.number import Claim, Count
from gptviz.recording.requests import Merges, Vocabulary

SPACED, SMALL, PAIR, ROBOT, FACE, UNBELIEVABLE, TOKENIZATION, STRAWBERRY, LAW = range(1, 10)   # of the request's texts
WIDTH = theme.RIGHT_EDGE - theme.LEFT_EDGE
LISTED = 6            # merges written out beside the tree, at most
LONGEST = 14          # bytes of the piece whose merges are followed, if there is a choice


class BpeTokens(Film):
    """What does it read?"""

    needs = {
        "words": Merges(prompt="Paris", others=(
            " Paris", "paris", "Paris will", "robot must obey orders", "\U0001f642", "unbelievable", " tokenization",
            " strawberry", "A robot must obey the orders given it by human beings except where such orders would "
                           "conflict with the First Law.")),
        "vocabulary": Vocabulary(),
    }
    main = "words"
    chains = (("words", "vocabulary"),)

    def construct(self) -> None:
        self.texts = self.rec["words"].texts
        self.law()
        self.joining()
        self.spellings()
        self.back_again()
        self.pieces()
        self.robot()
        self.face()
        self.vocabulary()

    def law(self) -> None:
        """A sentence as its tokens, and these as numbers."""
        law = self.texts[LAW]
        size = next((size for size in (48, 44) if len(head(law.tokens, WIDTH, size, 3)) == len(law.tokens)), 40)
        shown = head(law.tokens, WIDTH, size, 3)
        strip = TokenStrip(shown, size, ids=True, width=WIDTH).move_to([theme.LEFT_EDGE, 0.3, 0], aligned_edge=LEFT)
        rest = law.tokens[len(shown):]
        more = VGroup(*[Words("and {n:,} more tokens", theme.STATEMENT, theme.SECONDARY, n=Count(rest, "tokens left"))
                        .place([theme.LEFT_EDGE, -2.15, 0])] if rest else [])
        large = size + 12                    # the text's lines end where those of its tokens will
        heights = sorted({round(box.box.get_y(), 3) for box in strip.boxes}, reverse=True)
        flow = VGroup(*[TokenFlow([box.token for box in strip.boxes if round(box.box.get_y(), 3) == at], WIDTH, large)
                        .shift([theme.LEFT_EDGE, at + theme.units(large), 0]) for at in heights])
        words = [word for line in flow for word in line.tokens]
        with self.beat("What does a language model read? Not letters, and not quite words.", shows="words"):
            self.play(FadeIn(flow), FadeIn(more), run_time=theme.MOVE)
        with self.beat("It reads tokens. It takes these {w:,} words as {n:,} tokens.", shows="words", w=law.word_count,
                       n=law.token_count):
            self.remove(flow)
            self.add(*[box.box for box in strip.boxes])      # before the words, which move across them
            self.play(*[Appear(box.box) for box in strip.boxes],
                      *[word.animate.scale(size / large).move_to(text.letters if len(text.letters) else text)
                        for word, text in zip(words, [box.text for box in strip.boxes], strict=True)],
                      run_time=theme.SLOW)
            self.remove(*words)
            self.add(*[box.text for box in strip.boxes])
        with self.beat("Each one has a number. Only the numbers go in.", shows="words"):
            self.play(LaggedStart(*[FadeIn(box.id.set_fill(theme.TEXT), shift=DOWN * 0.08) for box in strip.boxes],
                                  lag_ratio=0.08), run_time=theme.SLOW)
            self.play(Dim(*[part for box in strip.boxes for part in (box.box, box.text)]))
        self.clear_stage()

    def joining(self) -> None:
        """One piece on its way from bytes to tokens."""
        pieces = self.texts[0].pieces
        piece = max([p for p in pieces if len(p.raw) <= LONGEST] or pieces[:1], key=lambda p: len(p.merges))
        tree = MergeTree(piece.states[0], piece.merges, 7.6, 4.5, 44).set_merges(0)
        tree.shift([-2.75 - tree.get_center()[0], -1.95 - tree.leaves[0].box.get_bottom()[1], 0])
        table = VGroup(*[listed(merge, 1.35 - i * 0.72) for i, merge in enumerate(piece.merges[:LISTED])])
        word = Words(self.texts[0].text, 110, font=theme.TOKEN_FACE, align="center", width=7.4)
        word.place([-2.75, 0.4, 0], "center")
        with self.beat("Where do they come from? Start with single bytes: here, the letters.", shows="words"):
            self.play(FadeIn(word), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(leaf, shift=DOWN * 0.3) for leaf in tree.leaves], lag_ratio=0.2),
                      run_time=1.2)
        head = VGroup(Words("rank", theme.STATEMENT, theme.SECONDARY).place([3.5, 2.15, 0], "right"),
                      Words("pair", theme.STATEMENT, theme.SECONDARY).place([4.0, 2.15, 0]))
        self.add(tree)
        if piece.merges:
            with self.beat("A ranked list says which pairs to join. The top-ranked pair goes first.", shows="words"):
                self.play(FadeOut(word), FadeIn(head), FadeIn(table[0]), run_time=theme.QUICK)
                self.play(Follow(tree, lambda t, share: t.set_merges(share), run_time=theme.MOVE))
        with self.beat("Then look again and join again, until no two neighbours are on the list.", shows="words"):
            for i in range(1, len(piece.merges)):
                self.play(*([FadeIn(table[i])] if i < LISTED else []),
                          Follow(tree, lambda t, share, i=i: t.set_merges(i + share)),
                          run_time=min(theme.MOVE, 4.0 / len(piece.merges)))
        end = piece.states[-1]
        done = Claim(maths.is_several, (Count(end, "tokens"),), "That is where it ends: {n:words} tokens.",
                     "That is where it ends: one token, number {id:d}.")
        number = VGroup()                    # its place in the list of tokens, not that in the list of pairs
        if len(end) == 1:
            top = tree.tops[0].box
            number.add(Words("number {id:d}", theme.TITLE, theme.FOCUS, id=end[0].id)
                       .place([top.get_right()[0] + 0.25, top.get_center()[1] - 0.1, 0]))
        with self.beat(done, shows="words", n=Count(end, "tokens"), id=end[0].id):
            self.play(outlined(tree, tree.tops), FadeIn(number), run_time=theme.MOVE)
        self.clear_stage()

    def spellings(self) -> None:
        """The same name with a space, without, and with a small letter."""
        columns = VGroup()
        for text, x in zip((self.texts[SPACED], self.texts[PAIR], self.texts[SMALL]), (-4.35, 0.0, 4.35), strict=True):
            columns.add(spelled(text.pieces[0], x))
        with self.beat("A space in front, or a small letter, and the joining goes another way.", shows="words"):
            self.play(LaggedStart(*[FadeIn(column[0]) for column in columns], lag_ratio=0.4), run_time=2.0)
        with self.beat("Nothing in these numbers says that they all name the same city.", shows="words"):
            self.play(LaggedStart(*[FadeIn(column[1]) for column in columns], lag_ratio=0.4), run_time=1.2)
        self.clear_stage()

    def back_again(self) -> None:
        """From text to numbers and back; and another vocabulary."""
        pair = self.texts[PAIR]
        size = 72 if len(pair.tokens) < 6 else 36
        strip = TokenStrip(pair.tokens, size).place(-0.8, 2.2)
        middles = [box.box.get_center()[0] for box in strip.boxes]
        ids = VGroup(*[Numeral(token.id, "d", size * 0.75, align="center").place([x, 0.05, 0], "center")
                       for token, x in zip(pair.tokens, middles, strict=True)])
        again = Words(pair.text, 72, font=theme.TOKEN_FACE).place([np.mean(middles), -1.75, 0], "center")
        ends = np.cumsum([0, *map(len, pair.tokens)])
        goals = again.baseline()[0] + (ends[:-1] + ends[1:]) / 2 / ends[-1] * again.advance
        names = [Words(name, theme.TITLE, theme.SECONDARY).place([-4.8, y, 0]) for name, y in
                 (("tokens", strip.boxes[0].text.baseline()[1]), ("numbers", 0.05), ("text again", -1.75))]
        down = [arrow([x, 1.05, 0], [x, 0.55, 0]) for x in middles]
        up = [arrow([x, -0.3, 0], [goal, -0.95, 0]) for x, goal in zip(middles, goals, strict=True)]
        with self.beat("From tokens to numbers is a look-up in a table. So is the way back.", shows="words"):
            self.play(FadeIn(strip), FadeIn(names[0]), run_time=theme.QUICK)
            self.play(*[FadeIn(each) for each in down], FadeIn(ids), FadeIn(names[1]), run_time=theme.MOVE)
            self.play(*[FadeIn(each) for each in up], FadeIn(again), FadeIn(names[2]), run_time=theme.MOVE)
        self.clear_stage()
        name, small = pair.pieces[0].states[-1], self.texts[SMALL].tokens
        size = 64 if max(len(name), len(small)) < 5 else 36
        says = SourceSays(numbers([published.CL100K_PARIS, published.CL100K_LOWER_PARIS], "\u201c{}\u201d", size),
                          numbers([[token.id for token in name], [token.id for token in small]], "{}", size),
                          source=published.CL100K_PARIS[0].source.split(",")[0], right=True, size=size,
                          titles=("GPT-4's vocabulary", "this vocabulary")).shift([1.7, 0.1, 0])
        rows = VGroup(*[side_by_side([TokenText(token, size) for token in tokens], -5.6, line[0].baseline()[1], 0.0)
                        for tokens, line in zip((name, small), says.quote[-1].lines, strict=True)])
        with self.beat("Another model has another list, and other numbers for the same name.", shows="words"):
            self.play(FadeIn(rows), FadeIn(says.truth), run_time=theme.MOVE)
            self.play(FadeIn(says.quote), FadeIn(says.source), run_time=theme.MOVE)
        self.clear_stage()

    def pieces(self) -> None:
        """Common words whole, rarer ones in pieces."""
        rows = VGroup(*[in_pieces(self.texts[which], 1.55 - i * 1.45)
                        for i, which in enumerate((STRAWBERRY, TOKENIZATION, UNBELIEVABLE))])
        with self.beat("Common words get entries of their own. Rarer ones are pieced together.", shows="words"):
            self.play(LaggedStart(*[FadeIn(row) for row in rows], lag_ratio=0.4), run_time=2.0)
        berry = self.texts[STRAWBERRY]
        seen = Claim(maths.is_several, (berry.token_count,),
                     "The word {word} goes in as {n:words} numbers, not letter by letter.",
                     "The word {word} goes in as a single number. Its letters are never seen.")
        with self.beat(seen, shows="words", word=berry.text, n=berry.token_count):
            self.play(Dim(*rows[1:]), Create(Focus(rows[0][1])), run_time=theme.MOVE)
        self.clear_stage()

    def robot(self) -> None:
        """A sentence that was drawn with as many tokens as it has words."""
        text = self.texts[ROBOT]
        alone, spaced = text.pieces[0].states[-1], self.texts[LAW].pieces[1].states[-1]
        size, left = 54 if len(text.tokens) < 6 else 46, -2.3
        width = theme.RIGHT_EDGE - left
        drawn = QuotedWords(str(text.text).split(), size).place(left, 2.2)
        strip = TokenStrip(text.tokens, size, width=width).place(left, 0.6)
        with_space = TokenStrip(spaced, size, width=width).place(left, -1.0)
        names = [Words(name, theme.STATEMENT, color).place([theme.LEFT_EDGE, line.baseline()[1], 0])
                 for name, color, line in (("as the source draws it", theme.WRONG, drawn[0][-1]),
                                           ("as it is read", theme.SECONDARY, strip.boxes[0].text),
                                           ("after a space", theme.SECONDARY, with_space.boxes[0].text))]
        with self.beat("The Illustrated GPT-2 draws these {w:words} words as {w:words} tokens.", shows="words",
                       w=text.word_count):
            self.play(FadeIn(names[0]), FadeIn(drawn), run_time=theme.MOVE)
        cut = Claim(maths.is_several, (Count(alone, "tokens of the first word"),),
                    "But the first word has no entry here. It is cut: {n:words} tokens in all.",
                    "Here the first word has an entry: {n:words} tokens in all.")
        with self.beat(cut, shows="words", n=text.token_count):
            self.play(FadeIn(names[1]), FadeIn(strip), run_time=theme.MOVE)
            self.play(Create(Focus(VGroup(*[box.box for box in strip.boxes[:len(alone)]]), 0.05)), run_time=theme.QUICK)
        usual = Claim(maths.is_several, (Count(spaced, "tokens"),), "After a space it is {n:words} tokens.",
                      "After a space, as it stands in most texts, it is one token.")
        with self.beat(usual, shows="words", n=Count(spaced, "tokens")):
            self.play(FadeIn(names[2]), FadeIn(with_space), run_time=theme.MOVE)
        self.clear_stage()

    def face(self) -> None:
        """What is no letter: an emoji, a picture, a sound."""
        text = self.texts[FACE]
        piece = text.pieces[0]
        face = Smile().move_to([-4.3, 0.2, 0])
        tree = MergeTree(piece.states[0], piece.merges, 7.6, 4.2, 50).set_merges(0)
        tree.shift(np.array([2.4, -1.25, 0]) - np.array([tree.get_center()[0], tree.leaves[0].box.get_bottom()[1], 0]))
        with self.beat("A smiling face is not a letter. It is {n:words} bytes.", shows="words", n=text.byte_count):
            self.play(FadeIn(face), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(leaf, shift=RIGHT * 0.2) for leaf in tree.leaves], lag_ratio=0.25),
                      run_time=1.2)
        self.add(tree)
        broken = Claim(maths.is_several, (text.token_count,),
                       "It ends up as {n:words} tokens, none of them text by itself.",
                       "It ends up as a single token.")
        with self.beat(broken, shows="words", n=text.token_count):
            if piece.merges:
                self.play(Follow(tree, lambda t, share: t.set_merges(share * len(piece.merges)), run_time=theme.SLOW,
                                 rate_func=linear))
            self.play(outlined(tree, tree.tops), run_time=theme.QUICK)
        with self.beat("So no text is unreadable: at worst, it is read byte by byte.", shows="words"):
            self.play(outlined(tree, tree.tops, theme.FOCUS, theme.SECONDARY), run_time=theme.QUICK)
            self.play(outlined(tree, tree.leaves), run_time=theme.MOVE)
        self.clear_stage(face)
        tiles, sound = tiles_of(face), Sound().move_to([3.4, 0.2, 0])
        with self.beat("Tiles of a picture or slices of a sound can be tokens too.", shows="words"):
            self.play(face.animate.move_to([-3.4, 0.2, 0]), run_time=theme.MOVE)
            tiles.move_to(face)
            self.play(FadeIn(tiles), FadeIn(sound), run_time=theme.MOVE)
        self.clear_stage()

    def vocabulary(self) -> None:
        """What the whole list holds."""
        book = self.rec["vocabulary"]
        sums = Sum(((book.byte_entries, "single bytes"), (book.merge_count, "joined pairs"),
                                (book.special_entries, "end of text"), (book.counted, "entries"))).shift([0, 0.85, 0])
        with self.beat("The list: {b:,} bytes, {m:,} joined pairs, and a mark for the end.", shows="vocabulary",
                       b=book.byte_entries, m=book.merge_count):
            self.play(LaggedStart(*[FadeIn(part) for part in sums.in_order[:5]], lag_ratio=0.3), run_time=2.0)
            self.play(*[FadeIn(part) for part in sums.in_order[5:]], run_time=theme.MOVE)
        whole = Bar(12.0, 0.4, theme.REST).shift([-6.0, -0.95, 0])
        spaced = Bar(12.0 * float(book.with_space_share), 0.4, theme.TEXT).shift([-6.0, -0.95, 0])
        label = Words("{p:.0%} begin with a space", theme.STATEMENT, p=book.with_space_share).place([-6.0, -1.75, 0])
        with self.beat("{p:.0%} of the entries begin with a space, as words in a text do.", shows="vocabulary",
                       p=book.with_space_share):
            self.play(FadeIn(whole), FadeIn(spaced), FadeIn(label), run_time=theme.MOVE)
        with self.beat("{n:,} entries: all that it can read, and all that it can write.", shows="vocabulary",
                       n=book.counted, hold=1.5):
            self.play(Create(Focus(sums.terms[3], 0.18)), run_time=theme.QUICK)


def numbers(rows, template: str, size: float) -> Words:
    """Lines of tracked numbers, each of them in a template with a pair of braces."""
    named = [{f"n{i}_{j}": number for j, number in enumerate(row)} for i, row in enumerate(rows)]
    text = "\n".join(" ".join(template.format(f"{{{name}:d}}") for name in row) for row in named)
    return Words(text, size, **{name: number for row in named for name, number in row.items()})


def listed(merge, y: float) -> VGroup:
    """A merge as a line of the list of pairs: its rank, its two parts."""
    parts = [TokenText(merge.left, theme.TITLE, limit=8), Words("+", theme.TITLE, theme.SECONDARY),
             TokenText(merge.right, theme.TITLE, limit=8)]
    return VGroup(Numeral(merge.rank, ",", theme.TITLE, align="right").place([3.5, y, 0], "right"),
                  side_by_side(parts, 4.0, y, 0.14))


def spelled(piece, x: float) -> VGroup:
    """A piece's tree on a common ground, and below it the numbers of its tokens."""
    tree = MergeTree(piece.states[0], piece.merges, 4.1, 3.7, 36)
    tree.shift([x - tree.get_center()[0], -1.1 - tree.leaves[0].box.get_bottom()[1], 0]).mark_tokens()
    size = 44 if len(tree.tops) < 4 else theme.LABEL
    ids = VGroup(*[Numeral(top.token.id, "d", size, theme.FOCUS, "center")
                   .place([top.box.get_center()[0], -1.95, 0], "center") for top in tree.tops])
    return VGroup(tree, ids)


def arrow(start, end) -> Arrow:
    """A thin arrow."""
    return Arrow(start, end, buff=0, stroke_width=3, tip_length=0.14, color=theme.SECONDARY)


def in_pieces(text, y: float) -> VGroup:
    """A text, its tokens, and how many these are."""
    strip = TokenStrip(text.tokens, 50 if len(text.tokens) < 6 else 36, width=6.2)
    strip.place(-1.9, y + strip.height / 2)
    middle = y - theme.units(44) * 0.34
    words = Claim(maths.is_several, (text.token_count,), "{n:words} tokens", "{n:words} token")
    return VGroup(Words(text.text, 50).place([theme.LEFT_EDGE, middle, 0]), strip,
                  Words(words, theme.STATEMENT, theme.SECONDARY, align="right", n=text.token_count)
                  .place([theme.RIGHT_EDGE, middle, 0], "right"))
