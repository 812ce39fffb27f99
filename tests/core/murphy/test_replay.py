"""A draw is made once and is the same wherever it is made; what is kept of it comes back as it was."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.core.murphy.replaying import Replay, Tale, replay
from tests.core.murphy.states import states
from warroom.core.murphy import History, Pacing, Phase, Proposal, TeamSample, explain
from warroom.store import codec

GOLDEN = Path(__file__).parent / "golden"
TOP = Path(__file__).parents[3]


@pytest.mark.parametrize("tale", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_a_game_is_drawn_as_it_was(tale: Path) -> None:
    """The same deck, seed and happenings give the same proposals, byte for byte; WARROOM_REWRITE=1 writes them anew."""
    drawn, expected = replay(tale.read_text(encoding="utf-8")), tale.with_suffix(".txt")
    if os.environ.get("WARROOM_REWRITE"):
        expected.write_text(drawn, encoding="utf-8")
    assert drawn == expected.read_text(encoding="utf-8")


def test_two_replicas_agree() -> None:
    """Two processes whose sets and dictionaries are in other orders read the same file and print the same bytes."""
    tale = GOLDEN / "october.json"
    printed = [
        subprocess.run(
            [sys.executable, "-m", "tests.core.murphy.replaying", str(tale)],
            cwd=TOP,
            env={**os.environ, "PYTHONPATH": str(TOP), "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert printed[0] == printed[1] == tale.with_suffix(".txt").read_bytes()


def test_the_game_has_all_of_it() -> None:
    """The kept game is worth keeping: cards drawn, a closed gate, rejections, a starving cell, spite, and no card at all."""
    tale = codec.decode(Tale, json.loads((GOLDEN / "october.json").read_text(encoding="utf-8")))
    proposals = list(Replay.of(tale).proposals())
    assert {each.gate.phase for each in proposals} >= {Phase.BUILD, Phase.FADE, Phase.RELAX}
    assert any(each.waiting for each in proposals)
    assert any(each.held for each in proposals)
    assert any(each.chosen is None for each in proposals)
    assert any(each.scored and each.scored[0].terms["spite"] for each in proposals)
    assert len({rejection.rule for each in proposals for rejection in each.rejected}) >= 5


def through_text(value: Any) -> Any:
    return codec.decode(type(value), json.loads(json.dumps(codec.encode(value))))


def test_what_is_kept_comes_back() -> None:
    """Proposals, histories, situations and cards survive the store, and say the same afterwards."""
    for state in states(200):
        proposal = state.draw()
        kept: Proposal = through_text(proposal)
        assert kept == proposal
        assert explain(kept) == explain(proposal)
        for value in (state.history, state.situation, state.graph, state.tuning, *state.deck):
            assert through_text(value) == value
    pacing = Pacing(intensities={"ops": 0.5})
    assert through_text(pacing) == pacing
    assert through_text(TeamSample(open=1)) == TeamSample(open=1)
    assert through_text(History()) == History()
