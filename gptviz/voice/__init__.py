"""How films are spoken: engines that turn sentences into sound, a cache of what they said, and the
mix of a film's sound.

Nothing here draws or runs a model, and nothing is sent anywhere: an engine is a program on this
machine, run in a process of its own.
"""

NONE = "none"  # the name of no voice: a film is silent where no other is asked for
