"""Mistakes that are planted on purpose, to see that they would be found: what makes "no violation" believable.

`bugs.py` lists them as edits of the product's text; `__main__.py` plants one at a time in a copy of it and lets the
simulation look for it: `python -m tests.planted [name ...]`.
"""
