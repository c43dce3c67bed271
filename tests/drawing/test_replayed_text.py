"""A replayed text and a block of scores show what was recorded, and count what has no room."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gptviz.drawing.base import theme
from gptviz.drawing.chances.scores import Scores
from gptviz.drawing.tokens.flow import blank_after, fitted
from gptviz.drawing.tokens.replay import ReplayStrip
from gptviz.recording.store import Store

STORE = Store(Path(__file__).resolve().parents[2] / "recordings")


def test_a_replay_shows_chance_and_place_and_fits_its_width() -> None:
    law = STORE.read("mini", "autoregression", "law")
    strip = ReplayStrip(law.prompt, law.positions, 13.0, 4.7)
    assert len(strip.cells) == len(law.positions) and not len(strip.left_out)
    logits, sums, ranks = (law.array(name) for name in ("true_logits", "logsumexp", "true_ranks"))
    for i, cell in enumerate(strip.cells):
        share = 100 * np.exp(logits[i] - sums[i])
        shown = cell.chance.text.rstrip("\u202f%")
        assert (
            float(shown) == round(share, len(shown.partition(".")[2])) > 0
        )  # no chance is written as none at all
        assert len(shown.partition(".")[2]) == 2 or share < 0.005
        assert cell.place_.text == f"{ranks[i] + 1:,}"
    assert strip.width <= 13.0 and strip.height <= 4.7


def test_what_has_no_room_in_a_replay_is_counted() -> None:
    law = STORE.read("mini", "autoregression", "law")
    strip = ReplayStrip(law.prompt, law.positions * 6, 13.0, 4.7)
    note = strip.left_out[0].pieces.text
    assert note == f"{6 * len(law.positions) - len(strip.cells)} more" and strip.height <= 4.7
    assert strip.cell(6 * len(law.positions) - 1) is strip.left_out
    strip.reveal(0.0)
    assert strip.cells[0] not in strip.submobjects and strip.given[0] in strip.submobjects


def test_a_text_is_as_large_as_its_stage_allows_and_has_room_for_a_blank() -> None:
    story = STORE.read("mini", "autoregression", "story")
    flows = [fitted(story.prompt, story.chosen, 13.0, high, spare=5.0) for high in (4.8, 3.4, 0.4)]
    assert flows[0].size > flows[1].size > flows[2].size == 36
    for flow in flows[:2]:
        flow.extend(story.chosen)
        blank = blank_after(flow.shift((theme.LEFT_EDGE, 0, 0)))
        assert flow.tokens[0] in flow.submobjects  # nothing has moved out at the top
        assert theme.RIGHT_EDGE >= blank.get_right()[0] > blank.get_left()[0] > flow.slot[0]
    flow.shift((theme.RIGHT_EDGE - flow.slot[0] - 0.1, 0, 0))
    assert (
        blank_after(flow).get_top()[1] < flow.slot[1]
    )  # no room is left: where the next line begins


def test_a_row_of_scores_has_a_cell_for_each_where_it_says() -> None:
    """The brightest cell is that of the highest score, and it alone is left when others go out."""
    rec = STORE.read("mini", "token_by_token", "block")
    scores = rec.rows.array[len(rec.prompt) - 1]
    row = Scores(scores, (-6.0, -1.0, 6.0, 2.0))
    best = int(np.argmax(scores))
    for share in (0.0, 1.0):
        row.darken([best], share)
        light = row.colours.sum(axis=2)
        line, column = np.unravel_index(light.argmax(), light.shape)
        assert (line, column) == divmod(best, row.columns)
        left, bottom, right, top = row.cell(best)
        middle = (row.corner(line, column) + row.corner(line + 1, column + 1)) / 2
        assert left < middle[0] < right and bottom < middle[1] < top
    assert (light > light.min() + 0.01).sum() == 1
    assert row.lines * row.columns >= len(scores) > row.lines * (row.columns - 1)
    assert np.allclose(rec.rows.array[:, :3], rec.numbers("grown_first").array, atol=1e-4)
