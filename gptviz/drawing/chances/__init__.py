"""Scores and probabilities: bars, strips of length one, draws, curves of a distribution, the loop that writes."""
