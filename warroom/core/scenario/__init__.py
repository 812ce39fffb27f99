"""Scenarios as they are written: what a game day is made of. How they are played is in `plan`, `playing` and `coupling`."""

from warroom.core.scenario.deck import AUTOPILOT, PROPOSE, SEALED, Mishap, MurphyRules
from warroom.core.scenario.expectation import RATINGS, Expectation, Rating
from warroom.core.scenario.guards import ABORT, PAUSE, ROLL_BACK, SteadyState, StopCondition
from warroom.core.scenario.inject import SEVERITIES, Breakage, FaultSpec, Inject
from warroom.core.scenario.scenario import Actor, Ending, Environment, Scenario, Team
from warroom.core.scenario.times import planned

__all__ = [
    "ABORT",
    "AUTOPILOT",
    "PAUSE",
    "PROPOSE",
    "RATINGS",
    "ROLL_BACK",
    "SEALED",
    "SEVERITIES",
    "Actor",
    "Breakage",
    "Ending",
    "Environment",
    "Expectation",
    "FaultSpec",
    "Inject",
    "Mishap",
    "MurphyRules",
    "Rating",
    "Scenario",
    "SteadyState",
    "StopCondition",
    "Team",
    "planned",
]
