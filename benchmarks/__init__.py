"""How fast films are made: three pieces, each as a user of plain Manim writes it and with this
library, side by side.

``python -m benchmarks`` (``make bench``) prints the table; nothing here is a test, for times depend
on the machine.
"""
