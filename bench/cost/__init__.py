"""What the bot costs, beside floors that are measured in the same run: `python -m bench.cost`, or `make bench-cost`.

Every figure is a file with `measure(place) -> figures`; `FIGURES` lists them by hand. A figure is a ratio wherever a floor
can be had: the same work done by slack-bolt alone, or by slack-bolt and one commit, over the same transport and database.
What is compared is measured in turns, round after round, so that a machine that is busy for a while is busy for both.
"""
