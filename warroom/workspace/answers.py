"""What an app says at a response URL, or in the acknowledgement of a command (docs: handling user interaction).

Without a word about who may see it an answer is for the person alone. It may replace or delete the message that was acted on,
but not turn what one person saw into what everybody sees or the other way round. It needs no token and no membership, so that
an app can answer where it is not.
"""

from typing import Any

from warroom.workspace import messages
from warroom.workspace.blockkit.check import check_message
from warroom.workspace.blockkit.elements import filled_in
from warroom.workspace.messages import SPLIT_AT, Draft, Edit
from warroom.workspace.model import Doc, Message, ResponseUrl
from warroom.workspace.office import Office


def respond(office: Office, target: ResponseUrl, answer: Doc) -> str:
    """Does what the answer says. Returns a code if it was refused, else nothing."""
    original = _original(office, target)
    if answer.get("delete_original"):
        if original is not None:
            messages.delete(office, original)
        return ""
    problem = _problem(answer)
    if problem:
        return problem
    if answer.get("replace_original") and original is not None:
        return _replace(office, target, original, answer)
    draft = _draft(office, target, answer)
    if answer.get("response_type") == "in_channel":
        messages.post(office, draft)
    else:
        messages.post_ephemeral(office, draft, to=target.user)
    return ""


def _original(office: Office, target: ResponseUrl) -> Message | None:
    state = office.state
    return state.ephemeral(target.channel, target.message_ts) or state.message(target.channel, target.message_ts)


def _problem(answer: Doc) -> str:
    if not (answer.get("text") or answer.get("blocks") or answer.get("attachments")):
        return "no_text"
    shown = {name: answer[name] for name in ("text", "blocks", "attachments") if answer.get(name) is not None}
    problems = check_message(shown)
    if not problems:
        return ""
    return "invalid_attachments" if problems[0].pointer.startswith("/attachments") else "invalid_blocks"


def _replace(office: Office, target: ResponseUrl, original: Message, answer: Doc) -> str:
    text = str(answer.get("text") or "")
    if len(text) > SPLIT_AT:
        return "msg_too_long"
    blocks: Any = answer.get("blocks")
    change = Edit(
        text=text,
        blocks=[] if blocks is None else filled_in(blocks),
        attachments=answer.get("attachments") or [],
    )
    messages.edit(office, original, change, by=office.state.apps[target.app_id].bot_user_id)
    return ""


def _draft(office: Office, target: ResponseUrl, answer: Doc) -> Draft:
    blocks = answer.get("blocks")
    return Draft(
        channel=office.state.channels[target.channel],
        app=office.state.apps[target.app_id],
        text=str(answer.get("text") or ""),
        blocks=filled_in(blocks) if blocks else None,
        attachments=answer.get("attachments"),
        thread_ts=str(answer.get("thread_ts") or ""),
    )
