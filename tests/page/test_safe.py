"""That nothing anybody writes becomes markup: many thousands of hostile texts, drawn by the page's own modules in a browser."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from tests.page import blocks, hostile, story
from tests.page.conftest import only_ours
from tests.page.standin import StandIn

pytestmark = pytest.mark.asyncio(loop_scope="session")

AUDIT = Path(__file__).with_name("audit.js").read_text("utf-8")
BATCH = 500
EXAMPLES = 2500
MADE = {
    "mrkdwn": "mrkdwn.mrkdwn(given)",
    "verbatim mrkdwn": "mrkdwn.mrkdwn(given, { verbatim: true })",
    "markdown": "markdown.markdown(given)",
    "plain": "mrkdwn.plain({ type: 'plain_text', text: given })",
    "link": "[dom.outside(given, given)]",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bench(desktop: BrowserContext, server: StandIn) -> AsyncIterator[Page]:
    """The page with its modules at hand, one for all of these tests; what it complains of fails the last of them."""
    server.reset()
    page, complaints = await desktop.new_page(), list[str]()
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    page.on("dialog", lambda dialog: complaints.append(f"a dialog opened: {dialog.message}"))
    page.on("request", lambda request: only_ours(complaints, server, request.url))
    await page.goto(f"{server.base}/?as=U1&channel=C1")
    await page.wait_for_selector("body.ready")
    await page.evaluate(AUDIT)
    await page.evaluate(
        """async () => {
          const names = ["mrkdwn", "markdown", "richtext", "blocks", "dom", "message", "files", "emoji", "richwrite"];
          window.parts = Object.fromEntries(await Promise.all(names.map(async (n) => [n, await import(`/page/${n}.js`)])));
        }"""
    )
    yield page
    await page.close()
    assert complaints == []


async def _each(bench: Page, made: str, given: list[Any], law: str = "audit(root)") -> list[Any]:
    """For each given value: what `law` (of `root`, `given`) says about the nodes that `made` makes of it."""
    body = f"(all) => {{ const {{ mrkdwn, markdown, richtext, blocks, dom, message, files, emoji, richwrite }} = parts; return all.map((given) => {{ const root = holder([{made}].flat()); return {law}; }}); }}"
    said: list[Any] = []
    for start in range(0, len(given), BATCH):
        said += await bench.evaluate(body, given[start : start + BATCH])
    return said


def _first(given: list[Any], said: list[Any]) -> list[tuple[str, Any]]:
    return [(json.dumps(one), wrong) for one, wrong in zip(given, said, strict=True) if wrong][:3]


PLANTED = [
    "<script></script>", "<b onclick='x()'>b</b>", "<a href='javascript:x()'>x</a>", "<a href='data:text/html,x'>x</a>", "<p style='color:red'>x</p>",
    "<img src='https://evil.example/x.png'>", "<iframe></iframe>", "<a href='//evil.example'>x</a>", "<svg><use href='#x'/></svg>",
]  # fmt: skip


async def test_the_audit_finds_what_is_planted(browser: Browser) -> None:
    """On a page without a policy, the audit that the other tests trust sees scripts, handlers, styles, foreign pictures and addresses of other kinds."""
    look = "(all) => all.map((given) => audit(new DOMParser().parseFromString(`<main>${given}</main>`, 'text/html').querySelector('main')))"
    harmless = "<strong>b</strong><a href='https://ok.example/' target='_blank' rel='noopener noreferrer'>x</a>"
    page = await browser.new_page()
    await page.evaluate(AUDIT)
    *said, none = await page.evaluate(look, [*PLANTED, harmless])
    await page.close()
    assert [text for text, wrong in zip(PLANTED, said, strict=True) if not wrong] == []
    assert none == []


@pytest.mark.parametrize("kind", MADE)
async def test_texts_stay_texts(bench: Page, kind: str) -> None:
    """Whatever a text holds, only allowed elements and attributes come of it, and links lead to http, https, mail or this page."""
    rng = random.Random(f"texts/{kind}")
    given = [*hostile.IDIOMS, *(hostile.text(rng) for _ in range(EXAMPLES))]
    said = await _each(bench, MADE[kind], given)
    assert _first(given, said) == []


async def test_plain_text_is_shown_letter_by_letter(bench: Page) -> None:
    """A plain_text without emoji is seen exactly as it was written."""
    rng = random.Random("plain")
    given = [hostile.text(rng) for _ in range(EXAMPLES)]
    said = await _each(
        bench, "mrkdwn.plain({ text: given, emoji: false })", given, "seen(root) !== given && seen(root)"
    )
    assert _first(given, said) == []


@pytest.mark.parametrize(
    ("made", "alphabet"),
    [("mrkdwn.mrkdwn(given)", "ab é語*_~`>|\n .,-"), ("markdown.markdown(given)", "ab é語*_~`>|#\n .,")],
    ids=["mrkdwn", "markdown"],
)
async def test_no_letter_is_lost(bench: Page, made: str, alphabet: str) -> None:
    """However marks are mixed, the letters that were written are all seen, once and in their order."""
    rng = random.Random(alphabet)
    given = [hostile.of_alphabet(rng, alphabet).replace("```", "``") for _ in range(EXAMPLES)]
    letters = "(text) => text.replace(/[^abé語]/g, '')"
    said = await _each(bench, made, given, f"(({letters})(seen(root)) !== ({letters})(given)) && seen(root)")
    assert _first(given, said) == []


async def test_rich_text_stays_text(bench: Page) -> None:
    """Rich text of any shape, with unknown parts and hostile leaves, makes only allowed nodes and never fails."""
    rng = random.Random("rich")
    given = [hostile.rich_text(rng) for _ in range(EXAMPLES // 2)]
    said = await _each(bench, "richtext.richText(given)", given)
    assert _first(given, said) == []


async def test_every_block_with_hostile_texts(bench: Page) -> None:
    """Every block and input of Block Kit, with a hostile text in each of its fields, makes only allowed nodes."""
    rng = random.Random("blocks")
    known = [*blocks.SHOWN, *blocks.INPUTS, *story.STATUS_CARD, *story.PREDICTION]
    given = [hostile.poisoned(rng, block) for _ in range(40) for block in known]
    surface = "{ key: 'k', target: {}, values: new Map(), errors: { [given.block_id]: 'x' } }"
    values = "(await_ => await_)((() => { const s = " + surface + "; s.values = new parts.Values(); return s; })())"
    await bench.evaluate("async () => { parts.Values = (await import('/page/values.js')).Values; }")
    said = await _each(bench, f"blocks.blockNodes([given], {values})", given)
    assert _first(given, said) == []


async def test_messages_with_hostile_fields(bench: Page) -> None:
    """A message with hostile names, reactions, files and attachments makes only allowed nodes."""
    rng = random.Random("messages")
    message = story.bot(
        1000,
        "text",
        username="x",
        author={"name": "n", "real_name": "r", "is_app": True, "avatar": {"emoji": "e", "color": "c", "url": "u"}},
        files=[{"id": "F", "name": "a.txt", "title": "t", "mimetype": "m", "size": 7, "url_private": "u", "permalink": "p"}],
        reactions=[{"name": "fire", "users": ["U1"], "count": 1}],
        attachments=[
            {"color": "c", "pretext": "p", "title": "t", "title_link": "l", "text": "x", "footer": "f", "image_url": "i",
             "author_name": "a", "author_link": "b", "fields": [{"title": "t", "value": "v"}],
             "actions": [{"type": "button", "text": "go", "url": "u"}]}
        ],
    )  # fmt: skip
    given = []
    for _ in range(1000):
        given.append(
            {**hostile.poisoned(rng, message, mistyped=0), "ts": message["ts"], "user": "U2", "type": "message"}
        )
    place = "{ channelId: 'C1', head: true, inThread: false, desk: { deeds: { isMine: () => true, isPinned: () => false } } }"
    said = await _each(bench, f"message.messageRow(given, {place})", given)
    assert _first(given, said) == []


async def test_typed_rich_text_comes_back(bench: Page) -> None:
    """What is typed into a rich_text_input reads the same after a way there and back, and there is no letter that is lost."""
    rng = random.Random("richwrite")
    given = [hostile.of_alphabet(rng, "ab c*_~`\n->1. ") for _ in range(EXAMPLES // 2)]
    letters = "(t) => t.replace(/[^abc]/g, '')"
    law = f"({letters})(seen(root)) !== ({letters})(given) && seen(root)"
    said = await _each(bench, "richtext.richText(richwrite.richFrom(given) ?? { elements: [] })", given, law)
    assert _first(given, said) == []
    again = "JSON.stringify(richwrite.richFrom(richwrite.typedFrom(richwrite.richFrom(given)))) !== JSON.stringify(richwrite.richFrom(given)) && richwrite.typedFrom(richwrite.richFrom(given))"
    simple = [
        " ".join(rng.choice(("*a*", "_b_", "`c`", "~d~", "word", "https://ok.example")) for _ in range(5))
        for _ in range(200)
    ]
    said = await _each(bench, "[]", simple, again)
    assert _first(simple, said) == []


async def test_long_hostile_texts_are_read_quickly(bench: Page) -> None:
    """A text of 12,000 characters made to mislead the reader is drawn within a second: marks that never close cost nothing."""
    seeds = [
        "*",
        "_",
        "~",
        "`",
        "<",
        ">",
        "[",
        "](",
        "**a",
        "*a ",
        "`a",
        "<a|",
        "> ",
        "- ",
        "&lt;",
        ":a",
        "_a_b",
        "```",
        "|a",
        "https://",
    ]
    given = [(seed * 12_000)[:12_000] for seed in seeds]
    for made in ("mrkdwn.mrkdwn(given)", "markdown.markdown(given)"):
        law = (
            "(() => { const before = performance.now(); "
            + made
            + "; return Math.round(performance.now() - before); })()"
        )
        spent = await _each(bench, "[]", given, law)
        assert [(seed, ms) for seed, ms in zip(seeds, spent, strict=True) if ms > 1000] == []


CORNERS = {
    "*bold*": "{strong bold}",
    "a*b*c": "a*b*c",
    "(*b*)": "({strong b})",
    "* b *": "* b *",
    "*b *": "*b *",
    "**b**": "**b**",
    "_i_ and ~s~": "{em i} and {s s}",
    "snake_case_name": "snake_case_name",
    "*_both_*": "{strong {em both}}",
    "`*not bold*`": "{code *not bold*}",
    "`:fire:` :fire:": "{code :fire:} 🔥",
    "```*x* :fire:```": "{pre {code *x* :fire:}}",
    "`a` `b`": "{code a} {code b}",
    "&lt;b&gt; &amp;amp;": "<b> &amp;",
    "&quot; &#60;": "&quot; &#60;",
    "&gt; quoted\nnot": "{blockquote quoted}not",
    "> quoted": "{blockquote quoted}",
    "&gt;&gt;&gt; all\nof it": "{blockquote all\nof it}",
    "<https://a.example|a &amp; b>": "[a & b](https://a.example/)",
    "<https://a.example>": "[https://a.example](https://a.example/)",
    "https://a.example/x_y_z.": "[https://a.example/x_y_z](https://a.example/x_y_z).",
    "<mailto:a@b.example|a@b.example>": "[a@b.example](mailto:a@b.example)",
    "<javascript:alert(1)|x>": "x",
    "<@U2> <@U9|somebody>": "@Ida Holm @somebody",
    "<#C2|old-name>": "[#ops](?channel=C2)",
    "<#C99>": "#private channel",
    "<!here> <!channel>": "@here @channel",
    "<!subteam^S1|@x>": "@oncall",
    "<!date^0^{nothing}|fallback>": "fallback",
    "<!date^1795000000^{date_num}|x>": "2026-11-18",
    ":no_such_name:": ":no_such_name:",
    "12:30:45": "12:30:45",
    ":+1::skin-tone-6:": "👍🏿",
    "a\nb": "a\nb",
    "*a\nb*": "*a\nb*",
    "<": "<",
    "a < b > c": "a < b > c",
}


@pytest.mark.parametrize("text", CORNERS)
async def test_mrkdwn_reads_as_slack_does(bench: Page, text: str) -> None:
    """Corner cases of mrkdwn come out as docs.slack.dev's page on formatting describes, code and entities first."""
    (made,) = await _each(bench, "mrkdwn.mrkdwn(given)", [text], "drawn(root)")
    assert made == CORNERS[text]


async def test_every_emoji_has_its_name(bench: Page) -> None:
    """The table has each name once, with at least Slack's 1,900 names, and tones change only what takes a tone."""
    names = await bench.evaluate("() => parts.emoji.EMOJI_GROUPS.flatMap((g) => g.entries.flatMap((e) => e.names))")
    assert len(names) == len(set(names)) >= 1900
    tones = ["wave", "wave::skin-tone-2", "fire::skin-tone-2", "wave::skin-tone-9", "constructor"]
    drawn = await bench.evaluate("(names) => names.map((name) => parts.emoji.emojiOf(name))", tones)
    assert drawn == ["👋", "👋🏻", "🔥", None, None]
