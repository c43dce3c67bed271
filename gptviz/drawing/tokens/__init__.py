"""Texts as tokens: in boxes, wrapped over lines, merged from bytes, replayed with their probabilities."""
