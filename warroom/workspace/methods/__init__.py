"""The table of all Web API methods, one file per family, and the list of those that are not here."""

from warroom.workspace.methods import (
    apps,
    auth,
    bookmarks,
    chat,
    conversations,
    direct,
    files,
    history,
    items,
    links,
    members,
    profiles,
    scheduled,
    usergroups,
    users,
    views,
)
from warroom.workspace.methods.method import Method

METHODS: dict[str, Method] = {
    method.name: method
    for family in (
        auth,
        apps,
        chat,
        scheduled,
        links,
        conversations,
        members,
        history,
        direct,
        users,
        profiles,
        usergroups,
        items,
        bookmarks,
        views,
        files,
    )
    for method in family.METHODS
}

NOT_HERE: dict[str, str] = {
    "canvases.create": "The workspace has no canvases.",
    "canvases.edit": "The workspace has no canvases.",
    "canvases.sections.lookup": "The workspace has no canvases.",
    "conversations.canvases.create": "The workspace has no canvases.",
    "slackLists.create": "The workspace has no lists.",
    "slackLists.items.create": "The workspace has no lists.",
    "oauth.v2.access": "Apps are installed from their manifest, without a walk through a browser.",
    "files.sharedPublicURL": "It takes a person's token, and the workspace gives tokens to apps only.",
    "users.identity": "It takes a person's token, and the workspace gives tokens to apps only.",
    "users.profile.set": "It takes a person's token, and the workspace gives tokens to apps only.",
}
"""Methods of Slack that answer unknown_method here, with the reason. Any other that is not in METHODS is not here either."""
