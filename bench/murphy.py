"""Does Murphy still do what is said of it? Against rotation and plain chance, in worlds it was not tuned on.

python -m bench.murphy             60 worlds, 40 drills each, then every term left out in turn: some minutes
python -m bench.murphy --quick     20 worlds, 20 drills each, the claims alone: seconds

Prints a table of means and 95 % confidence intervals, then each claim. Exits with 1 when a claim does not hold.
The worlds from number 100 on are held out: tune on others.
"""

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bench.measures import MEASURES, Estimate, difference
from bench.programme import Choose, run
from bench.strategies import chance, murphy, rotation
from bench.worlds import World, make
from warroom.core.murphy import Tuning, Weights

HELD_OUT = 100
Values = Mapping[str, Sequence[float]]  # by measure, one value for each world
Results = Mapping[str, Values]  # by who chooses
Means = Mapping[str, Mapping[str, float]]

CHOOSERS: Mapping[str, Choose] = {"murphy": murphy(), "rotation": rotation, "chance": chance}


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Something that is said of Murphy in docs/murphy.md. What is `long` shows only after the first round of all cells."""

    sentence: str
    holds: Callable[[Means], bool]
    long: bool = False


def _better(mean: Means, than: str, *names: str) -> bool:
    return all(MEASURES[name].better * (mean["murphy"][name] - mean[than][name]) > 0 for name in names)


CLAIMS = (
    Claim(
        sentence="covers 90 % of the cells in at most 1.05 times as many bad things as rotation",
        holds=lambda mean: mean["murphy"]["to_cover"] <= 1.05 * mean["rotation"]["to_cover"],
    ),
    Claim(
        sentence="finds at most 3 in 100 bad runbooks fewer than rotation",
        holds=lambda mean: mean["murphy"]["found"] >= mean["rotation"]["found"] - 0.03,
    ),
    Claim(
        sentence="completes at least 3 times as many compound outages as rotation",
        holds=lambda mean: mean["murphy"]["compound"] >= 3 * mean["rotation"]["compound"],
    ),
    Claim(
        sentence="leaves cells at most 1.5 times as old as rotation does",
        holds=lambda mean: mean["murphy"]["oldest"] <= 1.5 * mean["rotation"]["oldest"],
    ),
    Claim(
        sentence="is better than chance at covering, finding, finding early, fitting, compounding and age",
        holds=lambda mean: _better(mean, "chance", "to_cover", "found", "found_early", "in_band", "compound", "oldest"),
    ),
    Claim(
        sentence="is better than rotation at finding early, fitting, compounding and new pairs",
        holds=lambda mean: _better(mean, "rotation", "found_early", "in_band", "compound", "pairs"),
    ),
    Claim(
        sentence="tries more of what was mended again than rotation and chance do",
        holds=lambda mean: _better(mean, "rotation", "retested") and _better(mean, "chance", "retested"),
        long=True,
    ),
)

OWN_MEASURE = {  # of each term and of the guard, what gets worse without it
    "cover": "to_cover",
    "weak": "retested",
    "risk": "found_early",
    "spite": "compound",
    "fit": "in_band",
    "guard": "oldest",
}


def measure(worlds: Iterable[World], choosers: Mapping[str, Choose], drills: int) -> Results:
    """Every measure of every programme."""
    results: dict[str, dict[str, list[float]]] = {who: {name: [] for name in MEASURES} for who in choosers}
    for world in worlds:
        for who, choose in choosers.items():
            programme = run(world, choose, drills)
            for name, each in MEASURES.items():
                results[who][name].append(each.of(programme))
    return results


def means(results: Results) -> Means:
    return {
        who: {name: Estimate.of(values).mean for name, values in measured.items()} for who, measured in results.items()
    }


def broken(results: Results, claims: Iterable[Claim]) -> tuple[str, ...]:
    """The claims that do not hold."""
    found = means(results)
    return tuple(claim.sentence for claim in claims if not claim.holds(found))


def table(results: Results) -> str:
    lines = [
        f"{'':48} {'murphy':>9} {'rotation':>9} {'chance':>9}   {'murphy − rotation':>18}  {'murphy − chance':>18}"
    ]
    for name, each in MEASURES.items():
        values = {who: results[who][name] for who in results}
        mean = " ".join(f"{_number(Estimate.of(values[who]).mean):>9}" for who in ("murphy", "rotation", "chance"))
        to = [difference(values["murphy"], values[who]) for who in ("rotation", "chance")]
        sign = "more" if each.better > 0 else "less"
        lines.append(f"{each.title:48} {mean}   {_interval(to[0]):>18}  {_interval(to[1]):>18}  ({sign} is better)")
    return "\n".join(lines)


def without(term: str) -> Tuning:
    """Everything as it is, but this term counts nothing, or no cell ever starves."""
    if term == "guard":
        return Tuning(guard_days=math.inf)
    return Tuning(weights=replace(Weights(), **{term: 0.0}))


def ablation(results: Results) -> str:
    """The measure of each term, and of the guard, with it and without it."""
    lines = [f"{'without':10} {'its measure':48} {'with':>9} {'without':>9}   {'worse by':>18}"]
    for term, name in OWN_MEASURE.items():
        all_, less = results["all terms"][name], results[term][name]
        worse = difference(all_, less) if MEASURES[name].better > 0 else difference(less, all_)
        verdict = "" if worse.mean > worse.margin else "  no worse: the term does nothing here"
        with_, without_ = Estimate.of(all_).mean, Estimate.of(less).mean
        lines.append(
            f"{term:10} {MEASURES[name].title:48} {_number(with_):>9} {_number(without_):>9}   {_interval(worse):>18}{verdict}"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.murphy", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20 worlds, 20 drills each, the claims alone")
    parser.add_argument("--from", dest="first", type=int, default=HELD_OUT, help="the first world's number")
    asked = parser.parse_args(arguments)
    worlds, drills = (20, 20) if asked.quick else (60, 40)
    numbers = range(asked.first, asked.first + worlds)
    began = time.process_time()
    results = measure(map(make, numbers), CHOOSERS, drills)
    print(f"Worlds {numbers[0]} to {numbers[-1]}, {drills} drills each.\n\n{table(results)}\n")
    claims = [claim for claim in CLAIMS if not (asked.quick and claim.long)]
    failed = broken(results, claims)
    for claim in claims:
        print(f"{'FAILS' if claim.sentence in failed else 'holds'}  Murphy {claim.sentence}")
    if not asked.quick:
        choosers = {"all terms": murphy(), **{term: murphy(without(term)) for term in OWN_MEASURE}}
        print(
            f"\nEach term left out, in the first 40 of these worlds.\n\n{ablation(measure(map(make, numbers[:40]), choosers, drills))}"
        )
    print(f"\n{time.process_time() - began:.0f} s of CPU")
    return 1 if failed else 0


def _number(value: float) -> str:
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"


def _interval(estimate: Estimate) -> str:
    places = 1 if abs(estimate.mean) >= 10 or estimate.margin >= 10 else 3
    return f"{estimate.mean:+.{places}f} ± {estimate.margin:.{places}f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
