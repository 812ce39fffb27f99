"""Messages, homes and modals as plain text, for people to read and for files kept beside the tests."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from warroom.slack.cards import Message

Block = Mapping[str, Any]


def drawn(message: Message) -> str:
    """Everything that is shown of a message, block by block."""
    face = [f"as: {message.username} {message.icon}".rstrip()] if message.username else []
    return "\n".join([*face, f"text: {message.text}", *blocks(message.blocks)]) + "\n"


def drawn_view(view: Block) -> str:
    head = (
        f"[{view['title']['text']}] {view['callback_id']} {view['private_metadata']}" if "title" in view else "[home]"
    )
    foot = [f"[{view[name]['text']}]" for name in ("submit", "close") if name in view]
    return "\n".join([head, *blocks(view["blocks"]), *foot]) + "\n"


def blocks(shown: Iterable[Block]) -> Iterator[str]:
    for block in shown:
        yield f"-- {block['type']}"
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    if "text" in block:
        yield block["text"]["text"]
    yield from (f"| {each['text']}".replace("\n", "\n| ") for each in block.get("fields", ()))
    if "label" in block:
        yield f"{block['block_id']}: {block['label']['text']}{' (optional)' if block['optional'] else ''}"
        yield from ([f"  ({block['hint']['text']})"] if "hint" in block else [])
    for element in (*block.get("elements", ()), *(block[name] for name in ("accessory", "element") if name in block)):
        yield from _element(element)


def _element(element: Block) -> Iterator[str]:
    if element["type"] in ("mrkdwn", "plain_text"):
        yield element["text"]
    elif element["type"] == "button":
        style = f" {element['style']}" if "style" in element else ""
        confirm = f" confirm: {element['confirm']['text']['text']}" if "confirm" in element else ""
        yield f"[{element['text']['text']}]{style} {element['action_id']} {element['value']}{confirm}"
    else:
        yield f"<{element['type']}> {element['action_id']}"
        yield from (f"  o {each['text']['text']} = {each['value']}" for each in element.get("options", ()))
