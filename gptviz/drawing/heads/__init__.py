"""Attention heads: one pattern, all patterns, a number a head, and what heads do."""
