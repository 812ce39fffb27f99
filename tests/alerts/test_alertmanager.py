"""What Alertmanager sends, and what it becomes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.alerts import SOURCES, Group, NotThisSource, delivery_keys
from warroom.alerts.alertmanager import read

PAYLOADS = Path(__file__).parent / "payloads"
SHARED = Path(__file__).parents[3] / "shared" / "corpus"


def payload(name: str) -> Group:
    return read(json.loads((PAYLOADS / f"{name}.json").read_bytes()))


def minimal(**alert: Any) -> dict[str, Any]:
    return {"alerts": [{"labels": {"alertname": "Down"}, "startsAt": "2026-10-21T10:00:00Z", **alert}]}


# --- payloads of our own


def test_a_firing_alert() -> None:
    """An alert that fires becomes a group with its title, severity, services and where to look."""
    group = payload("firing")
    assert (group.source, group.title) == ("alertmanager", "DatabaseDown: The primary in the East does not answer")
    assert group.group == '{}:{alertname="DatabaseDown", region="east"}'
    assert (group.severity, group.said_severity, group.missing) == ("SEV1", "critical", 0)
    assert group.services == ("databases", "postgres")
    (alert,) = group.alerts
    assert (alert.name, alert.firing, alert.severity) == ("DatabaseDown", True, "critical")
    assert alert.summary == "The primary in the East does not answer"
    assert alert.labels["instance"] == "db-east-1:5432"
    assert alert.link.startswith("http://prometheus.narwhal.example:9090/graph?")
    assert alert.starts_at == datetime(2026, 10, 21, 13, 37, 0, 120_000, UTC)
    assert alert.ends_at is None


def test_a_retry_says_nothing_new() -> None:
    """A retry, byte for byte the same, has the same delivery keys."""
    assert (PAYLOADS / "firing.json").read_bytes() == (PAYLOADS / "firing_retry.json").read_bytes()
    assert delivery_keys(payload("firing")) == delivery_keys(payload("firing_retry"))


def test_a_mixed_delivery() -> None:
    """One delivery may say of some alerts that they fire and of others that they are over."""
    group = payload("mixed")
    assert group.firing
    assert [alert.firing for alert in group.alerts] == [True, False, True]
    assert (group.severity, group.said_severity) == ("SEV1", "page")
    assert group.title == "CacheNodeLost"
    assert group.alerts[1].ends_at == datetime(2026, 10, 21, 14, 9, 40, tzinfo=UTC)


def test_over_is_the_same_alert_and_a_new_delivery() -> None:
    """An alert keeps its key when it is over, and that it is over is news."""
    mixed, resolved = payload("mixed"), payload("resolved")
    assert mixed.group == resolved.group
    assert [alert.key for alert in resolved.alerts] == [mixed.alerts[0].key, mixed.alerts[2].key]
    assert not set(delivery_keys(mixed)) & set(delivery_keys(resolved))
    assert not resolved.firing


def test_a_truncated_delivery() -> None:
    """How many alerts the sender left out is kept."""
    group = payload("truncated")
    assert (len(group.alerts), group.missing, group.severity) == (2, 38, "SEV3")


def test_hostile_texts() -> None:
    """Markup stays mere text; what is invisible or turns the line round is gone; only web links remain."""
    group = payload("hostile")
    (alert,) = group.alerts
    assert alert.name == "<!channel> Down"
    assert group.title.startswith("<!channel> Down: <!here> *fire* <https://evil.example|Remediate> second line")
    assert "\n" not in group.title
    assert alert.summary.splitlines()[0] == "<!here> *fire* <https://evil.example|Remediate>"
    assert alert.labels["team"] == "ab"
    assert "\u202e" not in alert.severity
    assert (group.severity, alert.link) == ("SEV2", "")
    assert alert.starts_at == datetime(2026, 10, 21, 14, tzinfo=UTC)


# --- what differs between senders


@pytest.mark.parametrize(
    ("said", "micros"),
    [
        ("2026-10-21T10:00:00Z", 0),
        ("2026-10-21T10:00:00.1Z", 100_000),
        ("2026-10-21T10:00:00.12345Z", 123_000),
        ("2026-10-21T10:00:00.123456789Z", 123_000),
        ("2026-10-21T11:00:00.120+01:00", 120_000),
        ("2026-10-21T06:30:00-03:30", 0),
    ],
)
def test_times(said: str, micros: int) -> None:
    """A time with any number of digits and any offset is one instant in UTC, to the millisecond."""
    (alert,) = read(minimal(startsAt=said)).alerts
    assert alert.starts_at == datetime(2026, 10, 21, 10, 0, 0, micros, UTC)


@pytest.mark.parametrize(
    "said",
    [
        "0001-01-01T00:00:00Z",
        "",
        None,
        5,
        "yesterday",
        "2026-13-40T00:00:00Z",
        "9999-12-31T23:59:59-23:59",
        "٢٠٢٦-10-21T10:00:00Z",
    ],
)
def test_no_time(said: object) -> None:
    """Year 1 and what is not a time mean none."""
    assert read(minimal(startsAt=said)).alerts[0].starts_at is None


def test_one_occurrence_however_written() -> None:
    """The same instant in another zone or with more zeros is the same occurrence; another start is another."""
    keys = [
        read(minimal(startsAt=start)).alerts[0].key
        for start in ("2026-10-21T10:00:00Z", "2026-10-21T12:00:00.000000+02:00", "2026-10-21T10:00:01Z")
    ]
    assert keys[0] == keys[1] != keys[2]
    assert all(len(key) == 16 and int(key, 16) >= 0 for key in keys)


def test_no_start_no_delivery_key() -> None:
    """Without a start a repeat cannot be told from a second occurrence, so there is no key to drop it by."""
    assert delivery_keys(read(minimal(startsAt=None))) == ()
    assert len(delivery_keys(read(minimal()))) == 1


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        ("critical", "SEV1"),
        ("page", "SEV1"),
        ("Error", "SEV2"),
        ("major", "SEV2"),
        ("warning", "SEV3"),
        ("info", "SEV4"),
        ("kritisch", "SEV2"),
        ("", "SEV2"),
    ],
)
def test_severity(said: str, ours: str) -> None:
    """A severity we know is mapped, another counts as SEV2, and the sender's word is kept."""
    group = read(minimal(labels={"alertname": "Down", "severity": said}))
    assert (group.severity, group.said_severity, group.alerts[0].severity) == (ours, said, said)


def test_the_worst_of_those_that_fire() -> None:
    """A group is as bad as the worst of its alerts that still fire."""
    alerts = [
        {"labels": {"alertname": "A", "severity": "critical"}, "status": "resolved"},
        {"labels": {"alertname": "B", "severity": "info"}, "status": "firing"},
        {"labels": {"alertname": "C", "severity": "warning"}, "status": "firing"},
    ]
    group = read({"alerts": alerts})
    assert (group.severity, group.said_severity, group.title) == ("SEV3", "warning", "B and C")


def test_the_group_without_a_usable_key() -> None:
    """Without a text `groupKey`, receiver and group labels name the group, whatever alerts it holds."""
    first = {**minimal(), "groupKey": 5615590933959184469, "receiver": "a", "groupLabels": {"region": "east"}}
    later = {**first, "groupKey": 1, "alerts": [{"labels": {"alertname": "Other"}}]}
    elsewhere = {**first, "groupLabels": {"region": "west"}}
    assert read(first).group == read(later).group != read(elsewhere).group


def test_a_long_group_key_is_shortened() -> None:
    """A group's name fits into a database key, and different names stay different."""
    one, other = (read({**minimal(), "groupKey": "x" * 5_000 + end}).group for end in "ab")
    assert one != other
    assert len(one) <= 300


def test_one_of_each_occurrence() -> None:
    """An occurrence listed twice counts once, and that it is over counts more than that it fires."""
    alert = {"labels": {"alertname": "Down"}, "startsAt": "2026-10-21T10:00:00Z"}
    over = {**alert, "status": "resolved"}
    assert [each.firing for each in read({"alerts": [alert, alert, over]}).alerts] == [False]
    assert [each.firing for each in read({"alerts": [over, alert]}).alerts] == [False]


def test_labels_that_are_not_text() -> None:
    """Numbers and truth values in labels become text."""
    group = read(minimal(labels={"alertname": "Down", "shard": 7, "primary": True, "zone": None}))
    assert dict(group.labels) == {"alertname": "Down", "shard": "7", "primary": "true", "zone": ""}


def test_common_labels_are_found_when_not_sent() -> None:
    """Without `commonLabels`, they are what all alerts share."""
    alerts = [{"labels": {"alertname": "Down", "job": "web", "n": str(n)}} for n in range(2)]
    assert dict(read({"alerts": alerts}).labels) == {"alertname": "Down", "job": "web"}


def test_long_texts_are_cut() -> None:
    """A text of any length becomes one that can be shown, and shows that it was cut."""
    group = read(minimal(annotations={"summary": "ä" * 400_000}))
    assert (len(group.title), len(group.alerts[0].summary)) == (150, 2_000)
    assert group.alerts[0].summary.endswith("…")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("https://prometheus.example:9090/graph?x=1#y", True),
        ("javascript://prometheus.example/%0aalert(1)", False),
        ("ftp://prometheus.example/", False),
        ("https://", False),
        ("http://[::1", False),
        ("?orgId=1", False),
        ("https://example.org/a b", False),
        ("https://example.org/\u202e", False),
        ("https://example.org/" + "x" * 2_000, False),
        (7, False),
    ],
)
def test_links(said: object, kept: bool) -> None:
    """Only a whole web address is a link; without one the sender's own page is, if it has one."""
    assert read(minimal(generatorURL=said)).alerts[0].link == (said if kept else "")
    own = {**minimal(generatorURL=said), "externalURL": "https://alertmanager.example/"}
    assert read(own).alerts[0].link == (said if kept else "https://alertmanager.example/")


def test_half_a_character() -> None:
    """A lone surrogate, which JSON can spell and nothing can encode, becomes a mark."""
    group = read(
        json.loads(r'{"alerts": [{"labels": {"alertname": "a\ud800b", "\udfff": "\ud800"}}], "groupKey": "\ud800"}')
    )
    assert group.title == "a\ufffdb"
    json.dumps(group.group, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (None, "not a JSON object"),
        ([], "not a JSON object"),
        ({}, "no list `alerts`"),
        ({"alerts": {}}, "no list `alerts`"),
        ({"alerts": []}, "empty"),
        ({"alerts": [1]}, "Alert 1 is not a JSON object"),
        ({"alerts": [{}]}, "has no labels"),
        ({"alerts": [{"labels": []}]}, "`labels` is not a JSON object"),
        ({"alerts": [{"labels": {"a": {"b": 1}}}]}, "is not a text"),
        ({"alerts": [{"labels": {"a": "b"}, "status": "pending"}]}, "neither `firing` nor `resolved`"),
        ({"alerts": [{"labels": {"a": "b"}, "status": 1}]}, "neither `firing` nor `resolved`"),
        ({**minimal(), "commonLabels": "x"}, "commonLabels is not a JSON object"),
        ({"ruleId": 1, "state": "alerting", "title": "Grafana of old"}, "no list `alerts`"),
    ],
)
def test_wrong_shapes(body: object, sentence: str) -> None:
    """What Alertmanager does not send is refused with a sentence that says where it is wrong."""
    with pytest.raises(NotThisSource, match=sentence):
        read(body)


# --- anything at all

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=()))
words = st.sampled_from(
    ["alerts", "labels", "annotations", "status", "groupKey", "startsAt", "fingerprint", "commonLabels", "groupLabels"]
)
values = st.recursive(
    scalars | st.sampled_from(["firing", "resolved", "0001-01-01T00:00:00Z", "2026-10-21T10:00:00.5Z"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words | st.text(), inner, max_size=6),
    max_leaves=20,
)
alerts = st.fixed_dictionaries(
    {"labels": st.dictionaries(st.text(), scalars, max_size=4)},
    optional={"status": st.sampled_from(["firing", "resolved"]) | values, "startsAt": values, "annotations": values},
)
bodies = values | st.fixed_dictionaries(
    {"alerts": st.lists(alerts | values, min_size=1, max_size=4)},
    optional={"groupKey": values, "groupLabels": values, "commonLabels": values, "truncatedAlerts": values},
)


@given(bodies)
def test_any_json(body: object) -> None:
    """Any JSON is a group or is refused, and every text of a group can be kept."""
    try:
        group = read(body)
    except NotThisSource:
        return
    assert group.alerts
    assert len({alert.key for alert in group.alerts}) == len(group.alerts)
    assert group.severity in ("SEV1", "SEV2", "SEV3", "SEV4")
    assert group.title
    assert group == read(body)
    texts = [group.title, group.group, *group.labels, *group.labels.values(), *(a.summary for a in group.alerts)]
    "".join(texts).encode()


# --- payloads that others recorded, where this checkout has them beside it

if SHARED.is_dir():
    FACTS = [json.loads(row) for row in (SHARED / "webhook_facts.jsonl").read_text().splitlines()]
    KNOWN: dict[str, dict[str, Any]] = {
        row["file"]: row for row in FACTS if row["source"] in ("alertmanager", "grafana")
    }
    RECORDED = sorted((SHARED / "webhooks" / "alertmanager").glob("*.json"))
    GRAFANA = sorted((SHARED / "webhooks" / "grafana").glob("*.json"))
else:
    FACTS, KNOWN, RECORDED, GRAFANA = [], {}, [], []

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded payloads are not beside this checkout")


def facts(path: Path) -> dict[str, Any]:
    return KNOWN[path.relative_to(SHARED).as_posix()]


def agrees(group: Group, said: dict[str, Any], body: dict[str, Any]) -> None:
    assert len(group.alerts) == said["n_alerts"]
    assert [alert.name for alert in group.alerts] == said["alertnames"]
    assert group.missing == said["truncated"]
    assert group.firing == (said["native_state"] == "firing")
    assert sum(not alert.firing for alert in group.alerts) == said["n_resolved"]
    # Where alerts have no status of their own, the top one counts.
    firing = said["n_firing"] or (said["n_alerts"] if said["native_state"] == "firing" else 0)
    assert sum(alert.firing for alert in group.alerts) == firing
    if isinstance(said.get("group_key"), str):
        assert group.group == body["groupKey"]


@needs_shared
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_recorded_deliveries(path: Path) -> None:
    """Every recorded Alertmanager delivery becomes what is known to be in it."""
    body = json.loads(path.read_bytes())
    group = read(body)
    agrees(group, facts(path), body)
    starts = [each.get("startsAt", "") for each in body["alerts"]]
    assert [alert.starts_at is None for alert in group.alerts] == [not each for each in starts]
    assert all(alert.ends_at is None for alert in group.alerts if alert.firing)


@needs_shared
@pytest.mark.parametrize("path", GRAFANA, ids=lambda path: path.stem)
def test_recorded_grafana_deliveries(path: Path) -> None:
    """A Grafana delivery of the same shape is read; one of its old shape is refused, in a sentence."""
    body = json.loads(path.read_bytes())
    if "alerts" not in body:
        with pytest.raises(NotThisSource, match="no list `alerts`"):
            read(body)
        return
    agrees(read(body), facts(path), body)


@needs_shared
def test_the_captured_story() -> None:
    """Recorded one after the other, deliveries of one group share its name, and only the change is news."""
    folder = SHARED / "webhooks" / "alertmanager"
    mixed, after = (
        read(json.loads((folder / f"captured_am025__{name}.json").read_bytes()))
        for name in ("009_mixed_firing_resolved", "012_after_one_resolved")
    )
    assert mixed.group == after.group
    assert set(delivery_keys(after)) < set(delivery_keys(mixed))


def test_sources_are_listed() -> None:
    """A source is listed under the name that its groups bear."""
    for name, source in SOURCES.items():
        assert source(minimal()).source == name


def test_starts_are_whole_milliseconds() -> None:
    """A start is kept to the millisecond, as all times are."""
    start = payload("firing").alerts[0].starts_at
    assert start is not None
    assert start.microsecond % 1000 == 0
    assert start.utcoffset() == timedelta(0)
