"""Markdown for people: the after-action report and the timeline in one file."""

from warroom.exporters.markdown.report import EXPORTER, export_markdown

__all__ = ["EXPORTER", "export_markdown"]
