"""What can be done with apps: install one from its manifest, take its tokens away, give them back."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from warroom.workspace.manifest import read_manifest
from warroom.workspace.model import App, Doc, User
from warroom.workspace.office import Office, new_secret
from warroom.workspace.state import State, new_id


def install(office: Office, manifest: Mapping[str, Any]) -> App:
    """Installs the app, or installs it again: one of the same name keeps its ids and tokens, which are good again.

    Raises:
        ManifestError: The manifest cannot be installed.
    """
    state = office.state
    features = read_manifest(manifest)
    known = next((a for a in state.apps.values() if a.name == features.name), None)
    app = (
        replace(known, manifest=dict(manifest), revoked=False, muted=False)
        if known
        else _new_app(state, features.name, dict(manifest))
    )
    state.keep(app)
    state.keep(_bot_user(app, features.bot_name))
    office.streams.publish_all({"type": "people"})
    return app


def revoke(office: Office, app: App) -> App:
    """Takes the app's tokens away, as an administrator may at any time: calls answer token_revoked, connections end.

    The app is told, as far as it can still be reached; without tokens it is no longer installed.
    """
    tokens = {"oauth": [], "bot": [app.bot_user_id]}
    office.tell(app, "tokens_revoked", "", {"type": "tokens_revoked", "tokens": tokens})
    office.tell(app, "app_uninstalled", "", {"type": "app_uninstalled"})
    revoked = replace(app, revoked=True)
    office.state.keep(revoked)
    office.deliveries.disconnect("link_disabled", app.id)
    return revoked


def restore(office: Office, app: App) -> App:
    """Makes the same tokens good again, and sends events again."""
    restored = replace(app, revoked=False, muted=False)
    office.state.keep(restored)
    return restored


def _new_app(state: State, name: str, manifest: Doc) -> App:
    return App(
        id=new_id("A"),
        name=name,
        bot_user_id=new_id("U"),
        bot_id=new_id("B"),
        bot_token=f"xoxb-{new_secret()}",
        app_token=f"xapp-1-{new_secret()}",
        signing_secret=new_secret(),
        verification_token=new_secret()[:24],
        manifest=manifest,
        installed=int(state.now()),
    )


def _bot_user(app: App, name: str) -> User:
    handle = re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-") or "bot"
    return User(
        id=app.bot_user_id, name=handle, real_name=name, role="App", emoji="🤖", app_id=app.id, bot_id=app.bot_id
    )
