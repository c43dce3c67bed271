"""What stands around the thing itself: the badge, frames of focus, knobs and dials, checklists, large figures, quoted sources."""
