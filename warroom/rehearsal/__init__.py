"""Rehearsals: a scenario looked at as a plan, drawn, and played from beginning to end without anybody.

    outline.py    the plan in the order of time, and what hangs on what
    mermaid.py picture.py     the plan, drawn
    simulation.py the game itself: people, a world and a dungeon master that are rules, and a clock that jumps
    players.py directing.py world.py     those rules        offered.py   what the cards offer, and how it is pressed
    telling.py    a simulated game in words

Pure: nothing here asks a clock, a network or a file. Chance comes from a seed.
"""

from warroom.rehearsal import telling
from warroom.rehearsal.simulation import Beat, Rehearsal, simulate

__all__ = ["Beat", "Rehearsal", "simulate", "telling"]
