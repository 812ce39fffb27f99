"""Real processes of the bot, killed again and again on both databases while Slack and the database misbehave.

    python -m tests.crash                          all lanes, seven minutes of trouble (`make crashtest`)
    python -m tests.crash --seconds 30 --lane sqlite
    python -m tests.crash.check HISTORY DATABASE   judge the evidence of a run again

A *lane* is one database and everything around it: `lane` makes the town (a workspace, a fork server, the bots' slots),
`lives` has bots live and die, `producers` are the people and the monitoring that never give up, `slackfaults` and
`dbfaults` are the trouble. `history` keeps what was sent and what was done; `check` judges it with `tests.reliability`.

A lane is not deterministic. Its seed says what was drawn; its evidence is the history and the database.
"""
