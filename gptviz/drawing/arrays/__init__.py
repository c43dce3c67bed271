"""Real arrays: windows onto them, matrices, heat maps, strips of vectors, products and sums."""
