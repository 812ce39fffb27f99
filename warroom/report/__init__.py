"""What comes out of a timeline: the story in words, and the after-action report. Pure; knows only the core."""
