"""Values: where they go in a text, and that they stay one thing there, whatever is in them."""

import json
import subprocess
from collections.abc import Sequence

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from yarl import URL

from tests.examples import many
from warroom.core.actions import CallUrl, RunCommand
from warroom.core.probes import Command, Dns, Http, Promql, Tcp
from warroom.core.values import LONGEST, Filling, Value

POD = Value(name="pod")
NASTY = [
    "a b",
    "'",
    '"',
    "\\",
    "a\\",
    "$(touch x)",
    "`id`",
    "${HOME}",
    "$HOME",
    "x; exit 3 #",
    "a'b\"c",
    "'; exit 3; '",
    '"; exit 3; "',
    "*",
    "~",
    "=ls",
    "!!",
    "&& exit 3",
    "| cat",
    "> f",
    "<pod>",
    "größe",
    "{a,b}",
    "-n",
    "",
    "#",
]
SIGNS = st.text(alphabet=st.one_of(st.sampled_from("'\"\\$`; &|<>(){}*?#!~=-ab\n\t"), st.characters(codec="utf-8")))
VALUES = st.one_of(st.sampled_from(NASTY), SIGNS.filter(lambda text: "\0" not in text and "\r" not in text))


def filling(**given: str) -> Filling:
    return Filling(values=tuple(Value(name=name) for name in given), given=given)


def words(command: str) -> list[str]:
    """The arguments that a POSIX shell gives to a program; its own complaints are a failure."""
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=True, cwd="/", env={"HOME": "/"})
    assert done.stderr == b""
    return done.stdout.decode(errors="replace").split("\0")[:-1]


# Pieces of a command: what is written, and what it means when <pod> stands for a value.
PIECES = st.sampled_from(
    [
        ("plain", "plain"),
        ("<pod>", "{}"),
        ("--pod=<pod>", "--pod={}"),
        ('"<pod>"', "{}"),
        ("'<pod>'", "{}"),
        ('"the <pod> here"', "the {} here"),
        ("'the <pod> here'", "the {} here"),
        ('"it\'s <pod>"', "it's {}"),
        ("'say \"<pod>\"'", 'say "{}"'),
        ('"a \\"quoted\\" <pod>"', 'a "quoted" {}'),
        ("it\\'s<pod>", "it's{}"),
        ("\\\\<pod>", "\\{}"),
        ('"<pod><pod>"', "{}{}"),
        ("a'b'<pod>\"c\"", "ab{}c"),
        ("'$ '<pod>", "$ {}"),
        ("'a\\'<pod>", "a\\{}"),
        ("a#b<pod>", "a#b{}"),
    ]
)


@given(VALUES, st.lists(PIECES, min_size=1, max_size=6))
@settings(max_examples=many(300), deadline=None)
def test_a_value_stays_one_word(value: str, pieces: list[tuple[str, str]]) -> None:
    """In a shell command a value arrives as it is, in exactly one argument, in every context of quotes."""
    command = "printf '%s\\0' " + " ".join(written for written, _ in pieces)
    filled = filling(pod=value).command(command)
    assert words(filled) == [meant.replace("{}", value) for _, meant in pieces]


@pytest.mark.parametrize("value", NASTY)
def test_a_value_is_not_read_again(value: str) -> None:
    """A value that looks like a placeholder is not filled in a second time."""
    by = filling(pod="<node>", node=value)
    assert words(by.command("printf '%s\\0' <pod> <node>")) == ["<node>", value]
    assert by.text("<pod> <node>") == f"<node> {value}"


UNSURE = [
    "cat <<EOF\n<pod>\nEOF",
    "echo `echo <pod>`",
    "echo $(echo <pod>)",
    'echo "${x:-<pod>}"',
    "echo $'<pod>'",
    "echo \\<pod>",
    'echo "\\<pod>"',
    "echo $<pod>",
    'echo "$<pod>"',
    "# don't\necho <pod>",
    "true # it's\necho <pod>",
    "ssh host 'systemctl restart <pod>'",
    'kubectl exec x -- sh -c "kill <pod>"',
    "eval echo <pod>",
    "watch 'ls <pod>'",
    'psql -c "drop table <pod>"',
    "ls | xargs -I{} mv {} <pod>",
]


@pytest.mark.parametrize("command", UNSURE)
def test_what_is_unsure_stays_open(command: str) -> None:
    """Where quoting would not do, a value that needs it is left for a person; the placeholder stays."""
    assert filling(pod="a; exit 3").command(command) == command


@pytest.mark.parametrize("command", ["echo \\<pod>", 'echo "\\<pod>"', "echo $<pod>", 'echo "$<pod>"'])
def test_behind_a_dollar_nothing_is_filled(command: str) -> None:
    """Behind a `$` or a backslash even a plain value would become something else."""
    assert filling(pod="web-1").command(command) == command


@pytest.mark.parametrize("command", [each for each in UNSURE if "\\<" not in each and "$<" not in each])
def test_plain_values_go_anywhere(command: str) -> None:
    """A value of letters, digits and a few signs means itself in every place."""
    assert filling(pod="web-1.example:8080").command(command) == command.replace("<pod>", "web-1.example:8080")


@given(VALUES)
@settings(max_examples=many(100), deadline=None)
def test_an_open_placeholder_hides_no_quote(value: str) -> None:
    """A placeholder that stays open does not make the next one be taken for quoted, or for not quoted."""
    by = Filling(
        values=(Value(name="a", spelled=("YOUR_A",)), Value(name="b", spelled=("YOUR_B",))),
        given={"a": "plain", "b": value},
    )
    filled = by.command('YOUR_A=7; printf \'%s\\0\' "$YOUR_A YOUR_B" "\\YOUR_A YOUR_B" YOUR_B')
    open_twice = filled.replace("plain=7", "YOUR_A=7")
    assert words(open_twice) == [f"7 {value}", f"\\YOUR_A {value}", value]


@pytest.mark.parametrize(
    ("spelling", "text", "filled"),
    [
        ("$POD", "$POD $PODS $POD_X ($POD) $POD.", "x $PODS $POD_X (x) x."),
        ("YOUR_POD", "YOUR_POD NOT_YOUR_POD YOUR_PODS", "x NOT_YOUR_POD YOUR_PODS"),
        ("<pod>", "a<pod>b", "axb"),
        ("<größe>", "<größe>n", "xn"),
        ("{{ .Pod }}", "{{ .Pod }}{{.Pod}}", "x{{.Pod}}"),
    ],
)
def test_spellings_end_where_they_end(spelling: str, text: str, filled: str) -> None:
    """A spelling is found where it stands by itself, not inside a longer word."""
    value = Value(name="pod", spelled=(spelling,))
    assert Filling((value,), {"pod": "x"}).text(text) == filled
    assert Filling((value,)).open_in([text.replace(spelling, "")]) == ()
    assert Filling((value,)).open_in([text]) == ("pod",)


def test_the_longest_spelling_wins() -> None:
    """`$NS_ID` is not `$NS` with something behind it, in whatever order they are listed."""
    values = (Value(name="ns", spelled=("$NS", "<ns")), Value(name="id", spelled=("$NS_ID", "<ns>")))
    by = Filling(values, {"ns": "1", "id": "2"})
    assert by.text("$NS_ID $NS <ns> <ns") == "2 1 2 1"


def test_open_values() -> None:
    """What is asked for is what the texts hold and nobody has given, in the order of the list."""
    by = Filling((Value(name="b"), Value(name="a"), Value(name="c")), {"c": "1"})
    assert by.open_in(["<a> and <c>", "<b>"]) == ("b", "a")
    assert by.open_in([]) == ()
    assert Filling().open_in(["<a>"]) == ()
    assert Filling().command("echo <a>") == "echo <a>"


# --- addresses, JSON, PromQL, argv


@given(st.text())
@example("\ud800")
def test_a_value_stays_one_part_of_an_address(value: str) -> None:
    """In an address a value is one segment or one parameter, and never another host, path or query."""
    assume(value not in ("", ".", ".."))
    by = filling(pod=value)
    url = URL(by.url("https://api.example.org/pods/<pod>/restart?force=<pod>"))
    readable = value.encode(errors="replace").decode()
    assert url.host == "api.example.org"
    assert len(url.parts) == 4
    assert url.query == {"force": readable}


@given(st.text())
def test_a_value_stays_one_string_of_json(value: str) -> None:
    """Inside a JSON string and in the place of one, a value arrives as it is and adds no key."""
    by = filling(pod=value)
    body = json.loads(by.quoted('{"a": "<pod>", "b": "the \\"<pod>\\" \\\\", "c": [<pod>]}'))
    assert list(body) == ["a", "b", "c"]
    assert body["a"] == value
    assert body["b"] == f'the "{value}" \\'
    assert len(body["c"]) == 1
    assert body["c"][0] == value or json.dumps(body["c"][0]) == value or float(value) == body["c"][0]


def test_numbers_stay_numbers() -> None:
    """Where JSON wants a number, a value that is one is one; a text does not become code."""
    assert json.loads(filling(n="3").quoted('{"replicas": <n>}')) == {"replicas": 3}
    assert json.loads(filling(n="3").quoted('{"replicas": "<n>"}')) == {"replicas": "3"}
    assert json.loads(filling(n='1, "admin": true').quoted('{"replicas": <n>}')) == {"replicas": '1, "admin": true'}
    assert json.loads(filling(n="007").quoted("[<n>]")) == ["007"]


@pytest.mark.parametrize(
    ("query", "filled"),
    [
        ('up{job="<pod>"}', 'up{job="a\'b\\"c\\\\`d"}'),
        ("up{job='<pod>'}", "up{job='a\\'b\"c\\\\`d'}"),
        ("up{job=`<pod>`}", "up{job=`<pod>`}"),
        ('up{job=\'x"\', pod="<pod>"}', 'up{job=\'x"\', pod="a\'b\\"c\\\\`d"}'),
    ],
)
def test_promql_has_three_quotes(query: str, filled: str) -> None:
    """In PromQL a value stays inside its string, be it of one kind of quote or another. (Asked of Prometheus elsewhere.)"""
    assert filling(pod="a'b\"c\\`d").promql(query) == filled


def test_promql_outside_of_strings() -> None:
    """A window or a name stands as it is."""
    assert filling(window="5m").promql("rate(x[<window>])") == "rate(x[5m])"


@given(VALUES)
def test_an_argument_stays_one(value: str) -> None:
    """An act's or a check's arguments are as many as the runbook wrote, and what is shown is what a shell would run."""
    by = filling(pod=value)
    argv = ("printf", "%s\\0", "<pod>", "--pod=<pod>")
    want = ("printf", "%s\\0", value, f"--pod={value}")
    action = RunCommand(argv=argv).filled(by)
    assert action.argv == want
    assert Command(argv=argv, contains="<pod>").filled(by) == Command(argv=want, contains=value)
    assert words(action.shown) == list(want[2:])


def test_requests_are_filled_by_what_they_hold() -> None:
    """Each part of a request takes a value in its own way: address, header, JSON, form."""
    by = filling(pod='a&b="c"/d')
    sent = CallUrl(method="POST", url="https://x.example/<pod>", headers={"X-Pod": "<pod>"}, body=' {"p": "<pod>"}')
    filled = sent.filled(by)
    assert filled.url == "https://x.example/a%26b%3D%22c%22%2Fd"
    assert filled.headers == {"X-Pod": 'a&b="c"/d'}
    assert json.loads(filled.body) == {"p": 'a&b="c"/d'}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    posted = CallUrl(method="POST", url="https://x.example/", headers=form, body="p=<pod>&q=1").filled(by)
    assert URL(f"https://x.example/?{posted.body}").query == {"p": 'a&b="c"/d', "q": "1"}


def test_probes_are_filled() -> None:
    """Every kind of look takes values in what it looks at."""
    by = filling(pod="a b")
    assert Http(target="https://x.example/<pod>", equals="<pod>").filled(by).target == "https://x.example/a%20b"
    assert Http(target="<pod>/health").filled(by).target == "a b/health"
    assert Tcp(target="<pod>:1").filled(by).target == "a b:1"
    assert Dns(name="<pod>.example", answers=("<pod>",), server="<pod>").filled(by).answers == ("a b",)
    assert Promql(target="p:1", query='up{pod="<pod>"}').filled(by).query == 'up{pod="a b"}'


# --- what can be a value


@pytest.mark.parametrize(
    ("value", "given_", "sentence"),
    [
        (POD, "", "`pod` is empty."),
        (POD, "  ", "`pod` is empty."),
        (POD, "x" * (LONGEST + 1), f"`pod` must be one line of at most {LONGEST} characters."),
        (POD, "a\nb", "`pod` holds a sign that does not print, such as a tab or a new line; write it by hand."),
        (POD, "a\rb", "`pod` holds a sign that does not print, such as a tab or a new line; write it by hand."),
        (POD, "\x1b[201~x", "`pod` holds a sign that does not print, such as a tab or a new line; write it by hand."),
        (POD, "\ud800", "`pod` holds a sign that does not print, such as a tab or a new line; write it by hand."),
        (POD, "--all", "`pod` begins with a `-`, which a program would take for an option."),
        (Value(name="z", options=("east", "west")), "north", "`z` must be one of east, west."),
        (Value(name="z", pattern="[a-z]+"), "A1", "`z` does not look right: 'A1' does not match [a-z]+."),
    ],
)
def test_what_cannot_be_a_value(value: Value, given_: str, sentence: str) -> None:
    """What cannot be a value is refused in a sentence that names the value."""
    assert value.wrong(given_) == sentence


@pytest.mark.parametrize(
    ("value", "given_"),
    [
        (POD, "web-1"),
        (POD, "größe ü 日本"),
        (POD, "-5"),
        (Value(name="f", options=("--all", "--one")), "--all"),
        (Value(name="f", pattern="-[a-z]"), "-x"),
    ],
)
def test_what_can_be_a_value(value: Value, given_: str) -> None:
    """Names in any language, numbers, and whatever the runbook's author expects."""
    assert value.wrong(given_) == ""


def test_words_is_a_shell() -> None:
    """The helper of these tests would see a value that falls apart."""
    unquoted: Sequence[str] = words("printf '%s\\0' a b 'c d'")
    assert unquoted == ["a", "b", "c d"]
