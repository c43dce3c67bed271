"""Vectors in a plane or in space: arrows, angles, shadows, analogies, swarms, and lists of words near them."""
