"""What every drawing stands on: the theme, type and glyphs, formulas, cells, pictures, tints and motion."""
