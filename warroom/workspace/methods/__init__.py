"""The table of all Web API methods, one file per family."""

from warroom.workspace.methods import auth, bookmarks, chat, conversations, files, items, users, views
from warroom.workspace.methods.method import Method

METHODS: dict[str, Method] = {
    method.name: method
    for family in (auth, chat, conversations, users, items, bookmarks, views, files)
    for method in family.METHODS
}
