"""Where a film's numbers come from: which model, which edition, what is missing, what is recorded.

``asked`` is what a user wrote, ``choice`` what it means (an edition, and references to models and
vectors), ``identity`` who a model is without loading it, ``reference`` the model itself, and
``preparing`` records what an edition lacks. Commands parse and print; they ask this room.

Models and recorders are reached through functions called late: nothing here imports torch.
"""
