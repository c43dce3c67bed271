"""The pieces with the drawing library of gptviz."""
