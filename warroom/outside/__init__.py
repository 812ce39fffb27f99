"""Ways to the outside world that checks and acts share, each with its limits.

`guard` says which addresses may be connected to, `client` makes one HTTP request, `program` runs one program and leaves
none behind, `cleaning` and `redacting` make what came back fit to be shown. Nothing here knows of rooms or runbooks.
"""
