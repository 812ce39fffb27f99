"""Game days played by chance on a virtual clock: the real bot, several of them, with faults and crashes.

    loop.py       the clock, the order in which tasks run, and processes that can be killed or frozen
    chance.py     the seeds; what the operating system's chance becomes
    database.py   the store's own code on a database in memory, inline, with faults
    slack.py      Slack in memory, with faults          client.py   the SDK's own client over it
    people.py     who presses, talks, types and submits
    plan.py       everything that a seed decides beforehand, as values that can be left out one by one
    day.py        one game day: plays a plan and hands over the evidence
    running.py    many days, in a few processes, and their totals
    shrinking.py  the smallest plan that still fails

`python -m tests.simulation --help` runs it. docs/reliability.md says what it shows.
"""
