"""What gptviz fetches by a short name, and where it keeps it: nothing here knows models, vectors or
voices, or runs what it fetched."""
