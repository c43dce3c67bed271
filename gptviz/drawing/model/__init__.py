"""The model as a whole: its stack of blocks, its sizes and counts, its lens, and how it learns."""
