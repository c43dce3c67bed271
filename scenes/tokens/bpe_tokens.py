"""What does it read?"""

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, Create, FadeIn, FadeOut, LaggedStart, VGroup, linear

from gptviz import maths
from gptviz.drawing.arrays.sums import Sum
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Appear, Dim, Follow, Light
from gptviz.drawing.base.text import Numeral, TokenText, Words, side_by_side
from gptviz.drawing.chances.bars import Bar
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.furniture.source import QuotedWords, SourceSays
from gptviz.drawing.tokens.merges import (
    MergeTree,
    in_pieces,
    look_up,
    numbered,
    outlined,
    pair_list,
)
from gptviz.drawing.tokens.pieces import Smile, Sound, tiles_of
from gptviz.drawing.tokens.tokens import TokenStrip, head
from gptviz.film import Film, Need
from gptviz.recording import published
from gptviz.recording.families import Merges, Vocabulary
from gptviz.recording.number import Claim, Count

SPACED, SMALL, PAIR, ROBOT, FACE, UNBELIEVABLE, TOKENIZATION, STRAWBERRY, LAW = range(
    1, 10
)  # of the request's texts
WIDTH = theme.RIGHT_EDGE - theme.LEFT_EDGE
LISTED = 6  # merges written out beside the tree, at most
LONGEST = 14  # bytes of the piece whose merges are followed, if there is a choice
LARGE, SMALLER = 46, 38  # type of one tree, and of several side by side
LOOK = (1.1, 3.6)  # their widest gap and highest step, so that they look alike
AXIS = 3.4  # between the two columns of the list of pairs


class BpeTokens(Film):
    """What does it read?"""

    words = Need(
        Merges(
            prompt="Paris",
            others=(
                " Paris",
                "paris",
                "Paris will",
                "robot must obey orders",
                "\U0001f642",
                "unbelievable",
                " tokenization",
                " strawberry",
                "A robot must obey the orders given it by human beings except where such orders would "
                "conflict with the First Law.",
            ),
        ),
        main=True,
    )
    vocabulary = Need(Vocabulary())
    chains = (("words", "vocabulary"),)

    def construct(self) -> None:
        self.texts = self.words.texts
        self.law()
        self.joining()
        self.spellings()
        self.back_again()
        self.pieces()
        self.robot()
        self.face()
        self.tell_vocabulary()

    def law(self) -> None:
        """A sentence as its tokens, and these as numbers."""
        law = self.texts[LAW]
        size = next(
            (size for size in (48, 44) if len(head(law.tokens, WIDTH, size, 3)) == len(law.tokens)),
            40,
        )
        shown = head(law.tokens, WIDTH, size, 3)
        strip = TokenStrip(shown, size, ids=True, width=WIDTH).move_to(
            [theme.LEFT_EDGE, 0.3, 0], aligned_edge=LEFT
        )
        rest = law.tokens[len(shown) :]
        more = VGroup(
            *[
                Words(
                    "and {n:,} more tokens",
                    theme.STATEMENT,
                    theme.SECONDARY,
                    n=Count(rest, "tokens left"),
                ).place([theme.LEFT_EDGE, -2.15, 0])
            ]
            if rest
            else []
        )
        words = [
            box.text.letters for box in strip.boxes
        ]  # at first without their chips and their dots
        marks = [run for box in strip.boxes for run in box.text if run not in box.text.letters]
        note = Words("a dot marks a space", theme.LABEL, theme.SECONDARY)
        note.place([theme.RIGHT_EDGE, theme.TOP_EDGE - theme.units(theme.TITLE) * 0.75, 0], "right")
        with self.beat(
            "What does a language model read? Tokens: not letters, and not quite words.",
            shows="words",
        ):
            self.play(*[FadeIn(word) for word in words], FadeIn(more), run_time=theme.MOVE)
        whole = Count(
            [piece for piece in law.pieces if len(piece.states[-1]) == 1],
            "pieces that are one token",
        )
        each = Claim(
            maths.adds_up,
            (Count(law.pieces, "pieces"), [whole]),
            "These {w:,} words become {n:,} tokens. Here each word is one. Not all words are.",
            "These {w:,} words become {n:,} tokens: some of the words are cut into pieces.",
        )
        with self.beat(each, shows="words", w=law.word_count, n=law.token_count):
            self.add(*[box.box for box in strip.boxes], *words)  # a chip grows behind its word
            self.play(
                *[Appear(box.box) for box in strip.boxes],
                *[FadeIn(mark) for mark in marks],
                FadeIn(note),
                run_time=theme.MOVE,
            )
        with self.beat("Each token has a number. Only the numbers go in.", shows="words"):
            self.play(
                LaggedStart(
                    *[
                        FadeIn(box.id.set_fill(theme.TEXT), shift=DOWN * 0.08)
                        for box in strip.boxes
                    ],
                    lag_ratio=0.08,
                ),
                run_time=theme.SLOW,
            )
            self.play(
                Dim(*[part for box in strip.boxes for part in (box.box, box.text.letters)], to=0.7)
            )
        self.clear_stage(note)
        self.note = note

    def joining(self) -> None:
        """One piece on its way from bytes to tokens, by a list of pairs."""
        pieces = self.texts[0].pieces
        piece = max(
            [p for p in pieces if len(p.raw) <= LONGEST] or pieces[:1], key=lambda p: len(p.merges)
        )
        tree = MergeTree(piece.states[0], piece.merges, 6.6, 4.6, LARGE, most=LOOK).set_merges(0)
        tree.shift([-tree.get_center()[0], -1.95 - tree.leaves[0].box.get_bottom()[1], 0])
        word = Words(self.texts[0].text, 110, font=theme.TOKEN_FACE, align="center", width=12.0)
        word.place([0.0, 0.4, 0], "center")
        with self.beat(
            "Where do they come from? Start with single bytes: here, the letters.", shows="words"
        ):
            self.play(FadeIn(word), run_time=theme.QUICK)
            self.play(
                LaggedStart(
                    *[FadeIn(leaf, shift=DOWN * 0.3) for leaf in tree.leaves], lag_ratio=0.2
                ),
                run_time=1.2,
            )
        self.add(tree)
        if piece.merges:
            self.by_the_list(piece, tree, word)
        end = piece.states[-1]
        done = Claim(
            maths.is_several,
            (Count(end, "tokens"),),
            "That is where it ends: {n:words} tokens.",
            "That is where it ends: one token, number {id:d}.",
        )
        beside = VGroup()
        if len(end) == 1:  # its place in the list of tokens, not that in the list of pairs
            x, y = tree.tops[0].box.get_right()[0] + 0.25, tree.tops[0].box.get_center()[1]
            beside.add(
                Words("number {id:d}", theme.TITLE, theme.FOCUS, id=end[0].id).place(
                    [x, y + 0.05, 0]
                )
            )
        with self.beat(done, shows="words", n=Count(end, "tokens"), id=end[0].id):
            self.play(outlined(tree, tree.tops), FadeIn(beside), run_time=theme.MOVE)
        if len(end) == 1 and piece.merges:
            first, rank = self.vocabulary.byte_entries, piece.merges[-1].rank
            shifted = Claim(
                maths.adds_up,
                (end[0].id, [rank, first]),
                "Bytes have the first {b:,} numbers, so its number is its rank plus {b:,}.",
                "Its number is its place in the list of all tokens.",
            )
            with self.beat(shifted, shows=("words", "vocabulary"), b=first):
                if shifted.held:
                    self.play(
                        FadeIn(
                            Words(
                                "= rank {r:,} + {b:,}",
                                theme.STATEMENT,
                                theme.FOCUS,
                                r=rank,
                                b=first,
                            ).place([x, y - 0.45, 0])
                        ),
                        run_time=theme.MOVE,
                    )
        self.clear_stage(
            self.note, *([tree] if piece.raw == self.texts[PAIR].pieces[0].raw else [])
        )
        self.tree, self.piece = tree, piece

    def by_the_list(self, piece, tree, word) -> None:
        """The list of pairs, and the joinings that it asks for, one at a time."""
        table, around = pair_list(piece.merges[:LISTED], self.words.merge_count, AXIS, 2.15)
        with self.beat(
            "A list was learned by counting much text: each time, the commonest pair was joined.",
            shows="words",
        ):
            self.play(VGroup(word, tree).animate.shift([-3.4, 0, 0]), run_time=theme.MOVE)
            self.play(
                FadeIn(around),
                LaggedStart(*[FadeIn(line) for line in table], lag_ratio=0.3),
                run_time=theme.SLOW,
            )
        with self.beat(
            "Of the pairs here, the one that stands highest on the list is joined first.",
            shows="words",
        ):
            self.play(FadeOut(word), Dim(*table[1:]), run_time=theme.QUICK)
            self.play(Follow(tree, lambda t, share: t.set_merges(share), run_time=theme.MOVE))
        with self.beat(
            "Then look again and join again, until no two neighbours are on the list.",
            shows="words",
        ):
            for i in range(1, len(piece.merges)):
                self.play(
                    *([Light(table[i]), Dim(table[i - 1])] if i < LISTED else []),
                    Follow(tree, lambda t, share, i=i: t.set_merges(i + share)),
                    run_time=min(1.3, 5.0 / len(piece.merges)),
                )

    def spellings(self) -> None:
        """The same name with a space, without, and with a small letter."""
        trees, names = [], []
        for text, x, name in zip(
            (self.texts[SPACED], self.texts[PAIR], self.texts[SMALL]),
            (-4.5, 0.0, 4.4),
            ("a space in front", "no space in front", "in lower case"),
            strict=True,
        ):
            piece = text.pieces[0]
            tree = MergeTree(
                piece.states[0], piece.merges, 4.1, 4.6, SMALLER, most=LOOK
            ).mark_tokens()
            trees.append(
                tree.shift(
                    [x - tree.get_center()[0], -1.65 - tree.leaves[0].box.get_bottom()[1], 0]
                )
            )
            names.append(Words(name, theme.LABEL, theme.SECONDARY).place([x, -2.15, 0], "center"))
        known = self.piece.raw == self.texts[PAIR].pieces[0].raw
        if known:  # the tree that was grown becomes the one in the middle
            self.tree, trees[1] = trees[1], self.tree
        with self.beat(
            "Add a space, or write it in lower case, and it joins differently.", shows="words"
        ):
            if known:
                old, new = trees[1].leaves[0].box, self.tree.leaves[0].box
                self.play(
                    trees[1]
                    .animate.scale(new.height / old.height, about_point=old.get_center())
                    .shift(new.get_center() - old.get_center()),
                    run_time=theme.MOVE,
                )
            self.play(
                *[
                    FadeIn(part)
                    for tree, name in zip(trees, names, strict=True)
                    for part in ((name,) if known and tree is trees[1] else (tree, name))
                ],
                run_time=theme.MOVE,
            )
        with self.beat(
            "Nothing in the numbers shows that all of these spell the same name.", shows="words"
        ):
            self.play(
                LaggedStart(*[FadeIn(numbered(tree)) for tree in trees], lag_ratio=0.4),
                run_time=1.2,
            )
        self.clear_stage(self.note)

    def back_again(self) -> None:
        """From text to numbers and back; and another vocabulary."""
        pair = self.texts[PAIR]
        with self.beat(
            "Take \u201c{pair}\u201d: from tokens to numbers is a look-up, and so is the way back.",
            shows="words",
            pair=pair.text,
        ):
            for step in look_up(pair.tokens, pair.text, 1.0):
                self.play(FadeIn(step), run_time=theme.MOVE)
        self.clear_stage(self.note)
        name, small = pair.pieces[0].states[-1], self.texts[SMALL].tokens
        size = 64 if max(len(name), len(small)) < 5 else 36
        says = SourceSays(
            numbers([published.CL100K_PARIS, published.CL100K_LOWER_PARIS], "\u201c{}\u201d", size),
            numbers([[token.id for token in name], [token.id for token in small]], "{}", size),
            source="\u201c \u201d: as OpenAI's tiktoken prints them",
            right=True,
            size=size,
            titles=("GPT-4's list", "this model's list"),
        ).shift([1.1, 0.2, 0])
        rows = VGroup(
            *[VGroup(*[TokenText(token, size) for token in tokens]) for tokens in (name, small)]
        )
        for row, line in zip(rows, says.quote[-1].lines, strict=True):
            wide = sum(text.advance for text in row)
            side_by_side(row, says.quote.get_left()[0] - 0.5 - wide, line[0].baseline()[1], 0.0)
        with self.beat(
            "GPT-4 has another list, and other numbers for the same name.", shows="words"
        ):
            self.play(FadeIn(rows), FadeIn(says.truth), run_time=theme.MOVE)
            self.play(FadeIn(says.quote), FadeIn(says.source), run_time=theme.MOVE)
        self.clear_stage(self.note)

    def pieces(self) -> None:
        """Words with an entry of their own, and words in pieces."""
        rows = VGroup(
            *[
                in_pieces(text.text, text.tokens, text.token_count, 1.55 - i * 1.5)
                for i, text in enumerate(
                    self.texts[which] for which in (STRAWBERRY, TOKENIZATION, UNBELIEVABLE)
                )
            ]
        )
        with self.beat(
            "A word with an entry of its own stays whole. Others are pieced together.",
            shows="words",
        ):
            self.play(LaggedStart(*[FadeIn(row) for row in rows], lag_ratio=0.4), run_time=2.0)
        berry, boxes = self.texts[STRAWBERRY], rows[0][1].boxes
        ids = VGroup(
            *[
                Numeral(box.token.id, "d", theme.STATEMENT, theme.FOCUS, "center").place(
                    box.box.get_bottom() + DOWN * 0.4, "center"
                )
                for box in boxes
            ]
        )
        seen = Claim(
            maths.is_several,
            (berry.token_count,),
            "With its space, {word} goes in as {n:words} numbers, not letter by letter.",
            "With its space, {word} goes in as {id:d}. Its letters are never seen.",
        )
        with self.beat(
            seen, shows="words", word=berry.text, n=berry.token_count, id=berry.tokens[0].id
        ):
            self.play(
                Dim(*rows[1:]),
                FadeIn(ids),
                *[box.box.animate.set_stroke(theme.FOCUS, 3) for box in boxes],
                run_time=theme.MOVE,
            )
        self.clear_stage(self.note)

    def robot(self) -> None:
        """A sentence that was drawn with as many tokens as it has words."""
        text = self.texts[ROBOT]
        alone, spaced = text.pieces[0].states[-1], self.texts[LAW].pieces[1].states[-1]
        size, left, width = 54 if len(text.tokens) < 6 else 46, -2.3, theme.RIGHT_EDGE + 2.3
        drawn = QuotedWords(str(text.text).split(), size).place(left, 2.0)
        strip = TokenStrip(text.tokens, size, width=width).place(left, 0.5)
        with_space = TokenStrip(spaced, size, width=width).place(left, -1.0)
        names = [
            Words(name, theme.STATEMENT, color).place([theme.LEFT_EDGE, line.baseline()[1], 0])
            for name, color, line in (
                ("The Illustrated GPT-2", theme.WRONG, drawn[0][-1]),
                ("as it is read", theme.SECONDARY, strip.boxes[0].text),
                ("after a space", theme.SECONDARY, with_space.boxes[0].text),
            )
        ]
        quoted = VGroup(names[0], drawn).shift(DOWN * 1.5)
        with self.beat(
            "The Illustrated GPT-2 draws these {w:words} words as {w:words} tokens.",
            shows="words",
            w=text.word_count,
        ):
            self.play(FadeIn(quoted), run_time=theme.MOVE)
        cut = Claim(
            maths.is_several,
            (Count(alone, "tokens of the first word"),),
            "Without a space, its first word has no entry. It is cut: {n:words} tokens in all.",
            "Even without a space, its first word has an entry: {n:words} tokens in all.",
        )
        with self.beat(cut, shows="words", n=text.token_count):
            self.play(quoted.animate.shift(UP * 1.5), run_time=theme.QUICK)
            self.play(FadeIn(names[1]), FadeIn(strip), run_time=theme.MOVE)
            self.play(
                Create(Focus(VGroup(*[box.box for box in strip.boxes[: len(alone)]]), 0.05)),
                run_time=theme.QUICK,
            )
        usual = Claim(
            maths.is_several,
            (Count(spaced, "tokens"),),
            "After a space it is {n:words} tokens.",
            "After a space, as in the first sentence, it is one token.",
        )
        with self.beat(usual, shows="words", n=Count(spaced, "tokens")):
            self.play(FadeIn(names[2]), FadeIn(with_space), run_time=theme.MOVE)
        self.clear_stage()

    def face(self) -> None:
        """What is no letter: an emoji, a picture, a sound."""
        text = self.texts[FACE]
        piece = text.pieces[0]
        face = Smile().move_to([-4.3, 0.2, 0])
        tree = MergeTree(piece.states[0], piece.merges, 7.6, 4.2, 50).set_merges(0)
        tree.shift(
            np.array([2.4, -0.85, 0])
            - np.array([tree.get_center()[0], tree.leaves[0].box.get_bottom()[1], 0])
        )
        name = Words("bytes, each written as two hexadecimal digits", theme.LABEL, theme.SECONDARY)
        name.place([2.4, -1.45, 0], "center")
        with self.beat(
            "A smiling face is not a letter. It is stored as {n:words} bytes.",
            shows="words",
            n=text.byte_count,
        ):
            self.play(FadeIn(face), run_time=theme.QUICK)
            self.play(
                LaggedStart(
                    *[FadeIn(leaf, shift=RIGHT * 0.2) for leaf in tree.leaves], lag_ratio=0.25
                ),
                FadeIn(name),
                run_time=1.2,
            )
        self.add(tree)
        broken = Claim(
            maths.is_several,
            (text.token_count,),
            "It becomes {n:words} tokens. None of them can be read by itself.",
            "It becomes a single token.",
        )
        with self.beat(broken, shows="words", n=text.token_count):
            if piece.merges:
                self.play(
                    Follow(
                        tree,
                        lambda t, share: t.set_merges(share * len(piece.merges)),
                        run_time=theme.SLOW,
                        rate_func=linear,
                    )
                )
            self.play(outlined(tree, tree.tops), run_time=theme.QUICK)
        with self.beat(
            "No text is unreadable: where nothing longer fits, each byte is a token itself.",
            shows="words",
        ):
            self.play(
                outlined(
                    tree, [leaf for leaf in tree.leaves if leaf not in tree.tops], after=theme.TEXT
                ),
                run_time=theme.MOVE,
            )
        self.clear_stage(face)
        sound = Sound().move_to([3.4, 0.2, 0])
        sound.submobjects.reverse()  # what is cut stands before the lines that cut it
        with self.beat(
            "In other models, tiles of a picture or slices of a sound are tokens.", shows="words"
        ):
            self.play(face.animate.move_to([-3.4, 0.2, 0]), run_time=theme.MOVE)
            tiles = tiles_of(face, 5)
            self.add(tiles, face)
            self.play(Appear(tiles), FadeIn(sound), run_time=theme.MOVE)
        self.clear_stage()

    def tell_vocabulary(self) -> None:
        """What the whole list holds."""
        book = self.vocabulary
        sums = Sum(
            (
                (book.byte_entries, "single bytes"),
                (book.merge_count, "joined pairs"),
                (book.special_entries, "end of text"),
                (book.counted, "entries"),
            )
        ).shift([0, 0.85, 0])
        all_in = Claim(
            maths.is_several,
            (book.special_entries,),
            "The list: {b:,} bytes, {m:,} joined pairs, and {s:words} special marks.",
            "The list: {b:,} bytes, {m:,} joined pairs, and one end-of-text mark.",
        )
        with self.beat(
            all_in,
            shows="vocabulary",
            b=book.byte_entries,
            m=book.merge_count,
            s=book.special_entries,
        ):
            self.play(
                LaggedStart(*[FadeIn(part) for part in sums.in_order[:5]], lag_ratio=0.3),
                run_time=2.0,
            )
            self.play(*[FadeIn(part) for part in sums.in_order[5:]], run_time=theme.MOVE)
        whole = Bar(12.0, 0.4, theme.REST).shift([-6.0, -0.95, 0])
        spaced = Bar(12.0 * float(book.with_space_share), 0.4, theme.TEXT).shift([-6.0, -0.95, 0])
        label = Words("{p:.0%} of the entries", theme.STATEMENT, p=book.with_space_share).place(
            [-6.0, -1.75, 0]
        )
        most = Claim(
            maths.is_majority,
            (book.with_space, book.vocab),
            "Most entries begin with a space, as words in a text do.",
            "These entries begin with a space, as words in a text do.",
        )
        with self.beat(most, shows="vocabulary"):
            self.play(FadeIn(whole), FadeIn(spaced), FadeIn(label), run_time=theme.MOVE)
        some = [
            token
            for which in (SPACED, UNBELIEVABLE, TOKENIZATION, SMALL, FACE, STRAWBERRY)
            for token in self.texts[which].tokens
        ]
        strip = TokenStrip(head(some, 12.4, 44), 44, width=12.6).move_to([0, -1.1, 0])
        with self.beat(
            "An alphabet of {n:,}: strings of its signs spell every text.",
            hold=1.5,
            shows=("vocabulary", "words"),
            n=book.counted,
        ):
            self.play(
                FadeOut(whole),
                FadeOut(spaced),
                FadeOut(label),
                *[FadeOut(part) for part in sums.in_order[:-1]],
                run_time=theme.QUICK,
            )
            self.play(sums.terms[3].animate.scale(1.5).move_to([0, 1.0, 0]), run_time=theme.MOVE)
            self.play(
                LaggedStart(*[FadeIn(box) for box in strip.boxes], lag_ratio=0.1), run_time=1.2
            )


def numbers(rows, template: str, size: float) -> Words:
    """Lines of tracked numbers, each of them in a template with a pair of braces."""
    named = [{f"n{i}_{j}": number for j, number in enumerate(row)} for i, row in enumerate(rows)]
    text = "\n".join(" ".join(template.format(f"{{{name}:d}}") for name in row) for row in named)
    return Words(text, size, **{name: number for row in named for name, number in row.items()})
