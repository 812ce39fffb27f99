"""What must be true after a run with crashes and faults, whoever made it: the simulation or real processes.

`evidence` is what was left behind, as plain values: the database's tables, Slack's channels, what was sent and what was
acknowledged. `invariants` judges it and knows nothing else, so it can be asked again of evidence that was kept.
"""
