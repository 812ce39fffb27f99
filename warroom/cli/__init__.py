"""The command `warroom`. Nothing heavy is imported until a command needs it."""

from warroom.cli.app import main

__all__ = ["main"]
