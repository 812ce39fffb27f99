"""Secrets do not come out: known ones in any spelling, and what looks like one, however the text is cut."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.examples import many
from warroom.outside.redacting import MARK, SHORTEST, Redactor, redact, secret_values, without_headless_key

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----"
# No brackets: what the mark itself is made of says nothing about a secret.
SECRETS = st.lists(st.text(alphabet="abAB01 -_/+\"'\\é\n", min_size=SHORTEST), min_size=1, max_size=4)
TEXTS = st.text(alphabet="abAB01 -_/+\"'\\é\n:=.")


def pieces(text: str, cuts: list[int]) -> list[str]:
    places = sorted({cut % (len(text) + 1) for cut in cuts})
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


def through(text: str, cuts: list[int], secrets: list[str]) -> str:
    redactor = Redactor(secrets)
    return "".join([*map(redactor.feed, pieces(text, cuts)), redactor.close()])


@given(SECRETS, st.lists(TEXTS, min_size=2, max_size=4), st.lists(st.integers(0, 10_000), max_size=30))
def test_no_known_secret_survives(secrets: list[str], texts: list[str], cuts: list[int]) -> None:
    """Whatever stands around it and however it is cut, no known secret comes through."""
    whole = secrets[0].join(texts) + secrets[-1]
    shown = through(whole, cuts, secrets)
    for secret in secrets:
        for line in secret.splitlines():
            if len(line.strip()) >= SHORTEST:
                assert line.strip() not in shown


@given(
    SECRETS,
    st.lists(st.one_of(TEXTS, st.sampled_from([KEY, "password=abAB01", "Bearer abababababab\n", "x://a:b@c"]))),
    st.lists(st.integers(0, 10_000), max_size=30),
)
def test_cuts_do_not_matter(secrets: list[str], texts: list[str], cuts: list[int]) -> None:
    """Piece by piece the same comes out as at once."""
    whole = "".join(texts)
    assert through(whole, cuts, secrets) == redact(whole, secrets)


@settings(deadline=None, max_examples=many(40))
@given(st.integers(0, 3_000), st.integers(1, 3_000), st.sampled_from(["x", "x ", "ab/"]))
def test_endless_lines(before: int, size: int, filler: str) -> None:
    """A secret in a line that never ends does not come through either, and most of the line does, before its end."""
    secret = "hunter2-hunter2"
    text = (filler * 40_000)[: 8_000 + before] + secret + (filler * 40_000)[:30_000]
    redactor = Redactor([secret])
    shown = [redactor.feed(text[at : at + size]) for at in range(0, len(text), size)]
    assert sum(map(len, shown)) > 20_000
    assert "hunter" not in "".join([*shown, redactor.close()])


@settings(deadline=None, max_examples=many(40))
@given(st.integers(1, 5_000))
def test_endless_secrets(size: int) -> None:
    """What looks like a secret and is longer than any line swallows its own rest, and nothing else."""
    text = "token=" + "s3cret" * 5_000 + " and then\nmore\n"
    redactor = Redactor()
    shown = "".join([*(redactor.feed(text[at : at + size]) for at in range(0, len(text), size)), redactor.close()])
    assert shown == f"token={MARK} and then\nmore\n"


@pytest.mark.parametrize("written", [str, lambda s: quote(s, safe=""), lambda s: json.dumps(s)[1:-1]])
def test_other_spellings(written: type[str]) -> None:
    """A known secret is also found as an address or JSON writes it."""
    secret = 'pa"ss/wö rd\\1'
    assert redact(f"<{written(secret)}>", [secret]) == f"<{MARK}>"


def test_base64() -> None:
    """A known secret is also found in base64, as a header of basic authentication or a Kubernetes secret shows it."""
    coded = base64.b64encode(b"correct horse").decode()
    assert redact(f"data: {coded}", ["correct horse"]) == f"data: {MARK}" + "=" * coded.count("=")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("token xoxb-123456789-abcdef end", f"token {MARK} end"),
        ("xapp-1-A0123456789-abc", MARK),
        ("https://hooks.slack.com/services/T0/B0/xyz", f"https://hooks.slack.com/services/{MARK}"),
        ("AKIAIOSFODNN7EXAMPLE", MARK),
        ("see ghp_" + "a1" * 18, f"see {MARK}"),
        ("github_pat_" + "a1" * 18, MARK),
        ("glpat-" + "a1" * 10, MARK),
        ("AIza" + "a" * 35, MARK),
        ("sk_live_" + "a1" * 12, MARK),
        ("Authorization: Bearer abc", f"Authorization: {MARK}"),
        ("-H 'authorization: Basic dXNlcjpwYXNz'", f"-H 'authorization: {MARK}'"),
        ("Bearer abcdef123456", f"Bearer {MARK}"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_1", MARK),
        ("password=hunter2 next", f"password={MARK} next"),
        ("DB_PASSWORD: hunter2", f"DB_PASSWORD: {MARK}"),
        ('{"password": "hun ter2", "a": 1}', f'{{"password": {MARK}, "a": 1}}'),
        ("api_key='x y'&b=1", f"api_key={MARK}&b=1"),
        ("mysql --password hunter2 -h db", f"mysql --password {MARK} -h db"),
        ("postgres://ana:sesame@db/x", f"postgres://{MARK}@db/x"),
        ("https://ana:p@ss@db/x", f"https://{MARK}@db/x"),
        (f"a\n{KEY}\nb", f"a\n{MARK}\nb"),
        ("-----BEGIN PRIVATE KEY-----\nabc", MARK),
    ],
)
def test_what_looks_like_a_secret(text: str, shown: str) -> None:
    """Tokens, keys, passwords and addresses with a password are recognised by their looks."""
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Rollout finished: 3 of 3 updated.",
        "the bearer of bad news is here",
        "Basic training and basic needs",
        "2026-11-05T10:00:00Z http://db:5432/x user@example.org",
        "pods/web-7d4b9c token",
        "a password is needed",
        "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----",
        "skills and risk-averse-people-live-long",
    ],
)
def test_what_is_no_secret(text: str) -> None:
    """Ordinary output stays as it is."""
    assert redact(text, ["", "abc", "      "]) == text


@given(st.text())
@example("[secret]")
def test_redacting_twice(text: str) -> None:
    """What has been redacted has no more secrets in it."""
    once = redact(text, ["correct horse"])
    assert redact(once, ["correct horse"]) == once


def test_a_key_without_its_beginning() -> None:
    """Of a text that was cut inside a private key, nothing of the key is kept."""
    assert without_headless_key("abc\n-----END PRIVATE KEY-----\nrest") == "\nrest"
    assert without_headless_key(f"{KEY}\nrest") == f"{KEY}\nrest"
    assert without_headless_key("rest") == "rest"


def test_an_endless_key() -> None:
    """A private key that never ends lets nothing through, and does not fill the memory."""
    redactor = Redactor()
    shown = redactor.feed("before\n-----BEGIN PRIVATE KEY-----\n")
    for _ in range(300):
        shown += redactor.feed("c2VjcmV0c2VjcmV0\n" * 50)
    assert shown == "before\n"
    assert redactor.close() == MARK


def test_which_variables_are_secrets() -> None:
    """Every variable that a program is given is a secret, unless its name says that it is none."""
    environment = {"DB_PASS": "a", "PGPASSWORD": "b", "AWS_REGION": "eu-west-1", "KUBECONFIG": "/x", "EMPTY": ""}
    names = ["DB_PASS", "PGPASSWORD", "AWS_REGION", "KUBECONFIG", "EMPTY", "ABSENT"]
    assert secret_values(names, environment) == ("a", "b")


@given(SECRETS)
def test_the_mark_is_all_there_is(secrets: list[str]) -> None:
    """A text that is nothing but a secret becomes nothing but the mark."""
    secret = secrets[0]
    assume(secret == secret.strip() and "\n" not in secret)
    assert redact(secret, [secret]) == MARK
