"""The model as a whole: its map, its stack of blocks, its sizes and counts, its lens, and how it learns."""
