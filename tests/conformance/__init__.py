"""Everything that crossed the wire of any workspace during the tests, checked against what Slack published.

The workspaces record (`warroom/workspace/recording.py`), `tests/conftest.py` asks for it and calls `check_folder` at the end.
The oracles are in `tests/workspace/reference`: nobody here wrote them. What departs from them and is right all the same stands
in `allowed.py` with its reason.
"""
