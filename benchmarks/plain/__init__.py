"""The pieces as a user of Manim writes them, with nothing but Manim."""
