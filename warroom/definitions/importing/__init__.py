"""The runbooks people already have: Markdown in, warroom runbooks out.

    files        which files, and what each says
    splitting    a file is one page or many; other shapes become Markdown first (asciidoc, html, admonitions, frontmatter)
    blocks       Markdown as blocks that know their lines
    sections     blocks as sections, and what each is for
    stepping     a section's blocks as steps; words tells which of them sound like something to do
    page         a page as a runbook, with what commands, placeholders, links and proposals find in it
    writing      a runbook as YAML            again   what an earlier import wrote, and people changed
    report       what to look at              bringing   all of it, in order

Nothing is run because it was imported, and nothing is left out: what could not be placed is in `leftovers`.
"""

from warroom.definitions.importing.bringing import Options, Outcome, bring, convert
from warroom.definitions.importing.files import NotImported
from warroom.definitions.importing.page import Given
from warroom.definitions.importing.report import Remark, Report

__all__ = ["Given", "NotImported", "Options", "Outcome", "Remark", "Report", "bring", "convert"]
