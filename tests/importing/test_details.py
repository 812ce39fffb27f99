"""Single rules: prompts, dangers, placeholders, conditions, links, names."""

import pytest

from warroom.core.runbook import Code, Runbook, Step
from warroom.core.steps.choose import Choose
from warroom.core.steps.do import Do
from warroom.core.steps.runbook import SubRunbook
from warroom.definitions.importing import Given, commands, convert, placeholders, proposals, titles
from warroom.definitions.importing.links import Links, definitions
from warroom.definitions.importing.placeholders import Piece
from warroom.definitions.importing.slugs import Names, slug
from warroom.definitions.importing.words import starts_as_step, starts_with_condition


def made(page: str, name: str = "page.md", given: Given | None = None) -> Runbook:
    ((runbook, _),) = convert(page, name, given)
    return runbook


def steps(page: str) -> tuple[Step, ...]:
    return made(page).steps


def texts(page: str) -> list[str]:
    return [step.what.words() for step in steps(page)]


# --- what is a step


def test_a_list_that_is_interrupted_goes_on() -> None:
    """Code and paragraphs at the left margin belong to the step before, when the list goes on at the next number."""
    page = "1. Look\n```\nls\n```\nRestart nothing yet.\n\n2. Look again\n\nSome words.\n\n3. Look once more\n"
    first, second, third = steps(page)
    assert (first.what.words(), [code.text for code in first.code]) == ("Look\n\nRestart nothing yet.", ["ls"])
    assert (second.what.words(), third.what.words()) == ("Look again\n\nSome words.", "Look once more")


@pytest.mark.parametrize("marks", [("1.", "1.", "1."), ("1.", "2.", "4."), ("3)", "4)", "5)")])
def test_numbers_are_not_trusted(marks: tuple[str, str, str]) -> None:
    """A list is three steps whatever its numbers are."""
    assert texts("\n".join(f"{mark} Item {place}" for place, mark in enumerate(marks))) == [
        "Item 0",
        "Item 1",
        "Item 2",
    ]


@pytest.mark.parametrize(
    ("numbers", "labels"),
    [("1. 1. 1.", ["1", "2", "3"]), ("1. 2. 4.", ["1", "2", "4"])],
)
def test_labels_are_kept_where_steps_refer_to_them(numbers: str, labels: list[str]) -> None:
    """Where a text says "Step 2", the numbers are labels; those that are all the same are counted."""
    page = "\n".join(f"{mark} Do as in Step 2" for mark in numbers.split())
    assert [step.label for step in steps(page)] == labels
    assert [step.label for step in steps(page.replace("Step 2", "before"))] == ["", "", ""]


def test_sub_items_stay_in_their_step() -> None:
    """Nested bullets are part of the text, and code within them is part of the code."""
    (step,) = steps("* Check the node\n  * its disk\n    ```bash\n    df -h\n    ```\n  * its memory\n")
    assert step.what.words() == "Check the node\n\n- its disk\n- its memory"
    assert step.code == (Code(text="df -h", language="bash"),)


def test_sections_of_a_mitigation_are_alternatives() -> None:
    """Each answer leads to the first step of its section; behind its last the walk goes on after all of them."""
    page = "## Mitigation\n\n### Restart it\n\n1. Stop\n2. Start\n\n### Replace it\n\n1. Order one\n\n## Recovery\n\n1. Tell people\n"
    choose, stop, start, order, tell = made(page).steps
    assert isinstance(choose.what, Choose)
    assert [(each.label, each.goto) for each in choose.what.options] == [
        ("Restart it", stop.id),
        ("Replace it", order.id),
        ("None of these", tell.id),
    ]
    assert (start.next, order.next, tell.next) == (tell.id, "", "")


def test_alternatives_at_the_end() -> None:
    """The last step of an alternative ends the walk when nothing comes after the group."""
    _, one, two = steps("## Fix\n\n### Restart it\n\nTurn it off.\n\n### Replace it\n\nOrder one.\n")
    assert (one.next, two.next) == ("end", "")


@pytest.mark.parametrize(
    "titles_", [("Step 1: Stop", "Step 2: Start"), ("1. Stop", "2. Start"), ("Contain", "Recover")]
)
def test_sections_in_order_are_phases(titles_: tuple[str, str]) -> None:
    """Sections that are numbered, or are phases of a response, follow one another."""
    page = "## Mitigation\n\n" + "".join(f"### {title}\n\n1. Look\n\n" for title in titles_)
    assert [step.phase for step in steps(page)] == [f"Mitigation › {title}" for title in titles_]


def test_meaning_is_never_a_step() -> None:
    """Nothing in a section that explains is a step, even when it is a numbered list of commands."""
    runbook = made("## Impact\n\n1. Restart everything\n\n## Steps\n\n1. Look\n")
    assert [step.what.words() for step in runbook.steps] == ["Look"]
    assert [(part.title, part.text) for part in runbook.context] == [("Impact", "1. Restart everything")]


@pytest.mark.parametrize(
    "text",
    [
        "Check the pods", "Please restart it", "**Restart** it", "Then, look at the graph", "You should call them", "Do not stop it",
        "To be sure, look again", "If it hangs, kill it", "Otherwise go on", "Wenn er hängt, neu starten", "Prüfen Sie den Pod",
        "Pod neu starten", "Vérifiez la base", "Redémarrer le service", "Revisar la base", "Verifique o disco", "Controllare il disco",
        "ログを確認する", "サービスを再起動してください", "检查日志", "请重启服务", "로그를 확인하세요", "Проверить диск", "[Restart it](a.md)",
        "Step 4: the database", "In the console, open the page",
    ],
)  # fmt: skip
def test_what_sounds_like_a_step(text: str) -> None:
    """Commands and conditions are told from remarks, in several languages."""
    assert starts_as_step(text)


@pytest.mark.parametrize(
    "text",
    [
        "The pods are down", "Access to the cluster", "A node is lost", "Such as a disk", "Configuration of the proxy", "It restarts",
        "Check is failing", "Disk", "Das Netz ist langsam", "Le disque est plein", "ディスク", "数据库", "Number of times it was seen",
    ],
)  # fmt: skip
def test_what_does_not(text: str) -> None:
    """Facts are no steps."""
    assert not starts_as_step(text)


@pytest.mark.parametrize(
    "text",
    ["If X, do Y.", "**If** X", "Falls X, dann Y", "Si X, faire Y", "もしXなら、Y", "如果X，则Y", "Otherwise stop"],
)
def test_a_condition_is_a_question(text: str) -> None:
    """A step that begins with a condition is answered with what came of it, and always goes on."""
    assert starts_with_condition(text)
    (step,) = steps(f"1. {text}")
    assert isinstance(step.what, Choose)
    assert [(each.label, each.goto) for each in step.what.options] == [
        ("Done", ""),
        ("Not the case", ""),
        ("Cannot tell", ""),
    ]


# --- code


@pytest.mark.parametrize(
    ("text", "language", "commands_", "output"),
    [
        ("$ ls\nfile", "console", "ls", "file"),
        ("$ ls \\\n>   -l\nfile", "", "ls \\\n  -l", "file"),
        ("# systemctl stop x\n# systemctl start x", "", "systemctl stop x\nsystemctl start x", ""),
        ("# only a remark\nls", "bash", "# only a remark\nls", ""),
        ("PS C:\\> dir\na.txt", "powershell", "dir", "a.txt"),
        ("me@host:~$ uptime\nup", "", "uptime", "up"),
        ("sh-4.4$ ceph -s", "bash", "ceph -s", ""),
        ("a: $ b", "yaml", "a: $ b", ""),
        ("rate(x[5m]) > 3", "promql", "rate(x[5m]) > 3", ""),
        ("$ cat <<EOF\nhello\nEOF\ndone", "", "cat <<EOF\nhello\nEOF", "done"),
        ("$ oc patch -p '{\n  \"a\": 1}'\npatched", "", "oc patch -p '{\n  \"a\": 1}'", "patched"),
        ("no prompt\nhere", "", "no prompt\nhere", ""),
    ],
)
def test_prompts_and_output(text: str, language: str, commands_: str, output: str) -> None:
    """Prompts are taken off, and what came back is kept apart; where there is no prompt all of it stays."""
    assert commands.block(text, language) == Code(text=commands_, language=language, output=output)


@pytest.mark.parametrize(
    "command",
    [
        "kubectl -n a delete pod b", "oc adm drain node", "kubectl cordon n", "kubectl scale deploy/a --replicas=0", "rm -rf /x", "sudo rm a",
        "DROP TABLE a;", "truncate -s 0 log", "TRUNCATE a", "DELETE FROM a", "terraform destroy", "dd if=a of=/dev/sdb", "mkfs.ext4 /dev/sdb",
        "git push --force", "git push -f origin", "git reset --hard", "kill -9 12", "pkill java", "aws ec2 terminate-instances --instance-ids i",
        "helm uninstall a", "docker system prune", "systemctl stop x", "reboot", "FLUSHALL", "curl -X DELETE http://a", "az vm delete -n a",
        "zfs destroy a", "ceph osd purge 1", "Remove-Item a", "redis-cli FLUSHDB", "xargs kill",
    ],
)  # fmt: skip
def test_what_destroys_is_marked(command: str) -> None:
    """A command that destroys is named in a sentence, in a block or inline."""
    assert commands.danger([command]).startswith("`")
    assert steps(f"1. Run `{command} now`")[0].danger or " " not in command


@pytest.mark.parametrize(
    "command",
    [
        "kubectl get pods",
        "ls -l",
        "git push",
        "# rm -rf /",
        "systemctl status x",
        "terraform plan",
        "df -h",
        "aws ec2 describe-instances",
    ],
)
def test_what_only_looks_is_not(command: str) -> None:
    """Looking is not dangerous."""
    assert commands.danger([command]) == ""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("export A=$(b)", ("A",)), ("A=1\nB='x y'", ("A", "B")), ("read -r -p 'x' NAME", ("NAME",)), ("A=1 command", ()), ("pods=($(oc get pod))", ("pods",)),
        ("$pod = Get-Pod", ("pod",)), ("for x in 1 2; do echo $x; done", ()), ("[ $a == b ]", ()), ("a --b=c", ()),
    ],
)  # fmt: skip
def test_what_is_left_for_later(text: str, names: tuple[str, ...]) -> None:
    """Variables that stay set are told from those of one command and of loops."""
    assert commands.defined(text, "bash") == names


# --- placeholders


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("Ask <pod> in `<namespace>`.", None, ["pod", "namespace"]),
        ("See <https://a.b> or <a@b.org>, <b>bold</b>, <br>, <label for='x'>x</label>", None, []),
        ("a <label> alone", None, ["label"]),
        ("kubectl get $NAMESPACE ${POD} $HOME $1 $? $$ $PATH", "bash", ["namespace", "pod"]),
        ("A=1; echo $A", "bash", []),
        ("aws s3 ls YOUR_BUCKET [your-prefix] your-region", "bash", ["bucket", "prefix", "region"]),
        ("curl {host}/{path_id} ${X:-1} %{http_code} {}", "sh", ["host", "path-id"]),
        ("{{ $labels.instance }} {{ .Values.x }} {{ range y }} {{ name }}", None, ["instance", "name"]),
        ("cat <<EOF\n$XY\nEOF\nsort < in > out; diff <(a) <(b)", "bash", ["xy"]),
        ("awk '{print $NF, $name}' | grep <word>", "bash", ["word"]),
        ("sum(rate(x{job=\"$job\"}[$__interval])) > $threshold", "promql", ["job", "threshold"]),
        ("<a href=x>y</a><div>", "html", []),
        ("{\"a\": {b}}", "json", []),
        ("[your-text](link.md) and [x][your-ref]", None, []),
        ("<yes|no>", "", ["yes-or-no"]),
        ("oc debug node/<node> && if [ $a -lt <max value> ]", "bash", ["node", "max-value"]),
        ("x < 5 and y > 3", None, []),
    ],
)  # fmt: skip
def test_what_is_left_open(text: str, language: str | None, names: list[str]) -> None:
    """Placeholders of every spelling are found, and what only looks like one is not."""
    defined = commands.defined(text, language or "")
    assert [value.name for value in placeholders.values([Piece(text, language)], {*defined, "a"})] == names


def test_spellings_are_gathered() -> None:
    """One name is asked for once, however it is spelled; a label of the alert gives it where it says so."""
    (value,) = made("1. Look at <Pod Name>\n2. `kubectl describe $POD_NAME {{ $labels.pod_name }}`\n").values
    assert (value.name, value.question, value.label) == ("pod-name", "Which Pod Name?", "pod_name")
    assert value.spelled == ("<Pod Name>", "$POD_NAME", "{{ $labels.pod_name }}")


def test_the_runbooks_own_variables_are_not_asked_for() -> None:
    """What one step sets, later steps use; it says so."""
    runbook = made("1. Find it\n   ```bash\n   export NS=$(kubectl get ns)\n   ```\n2. Use `kubectl -n $NS get pod`\n")
    assert runbook.values == ()
    assert [step.defines for step in runbook.steps] == [("NS",), ()]


# --- proposals


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Wait 10 minutes for it.", [("timer", "10m")]), ("Wait for about five minutes", [("timer", "5m")]), ("wait 30-60 seconds", [("timer", "60s")]),
        ("Allow up to 1 hour", [("timer", "1h")]), ("10 Minuten warten", [("timer", "10m")]), ("Attendez 5 minutes", [("timer", "5m")]),
        ("Espere 2 minutos", [("timer", "2m")]), ("5分待つ", [("timer", "5m")]), ("等待 3 分钟", [("timer", "3m")]), ("over the last 10 minutes", []),
        ("Escalate to the vendor", [("escalation", "")]), ("Page the on-call engineer", [("escalation", "")]), ("This page is old", []),
        ("Open a support case", [("escalation", "")]), ("the API call the client makes", []), ("Eskalieren Sie", [("escalation", "")]),
        ("Contactez l'équipe", [("escalation", "")]), ("担当者に連絡する", [("escalation", "")]), ("Wait a bit", []),
        ("Wait 5 minutes. Then call the vendor.", [("timer", "5m"), ("escalation", "")]),
    ],
)  # fmt: skip
def test_what_is_proposed(text: str, found: list[tuple[str, str]]) -> None:
    """Times to wait and people to call are seen, in several languages; what only sounds alike is not."""
    assert [(each.kind, each.length) for each in proposals.found_in(text)] == found


def test_a_proposal_changes_nothing() -> None:
    """What is proposed is a comment: the step stays what a person does."""
    ((runbook, text),) = convert("1. Wait 10 minutes\n")
    assert [type(step.what) for step in runbook.steps] == [Do]
    assert "  # - id: wait-10m-" in text


# --- links


def links(base: str = "") -> Links:
    return Links(
        "db/lost.md",
        {"db/lost.md": "lost", "db/fence.md": "fence", "net/README.md": "net"},
        base,
        definitions("[f]: fence.md"),
    )


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("[fence it](fence.md)", "fence"), ("Follow [this](./fence.md#now).", "fence"), ("[the network](../net)", "net"), ("[Fence][f]", "fence"),
        ("[elsewhere](https://a.example/fence.md)", ""), ("[itself](lost.md)", ""), ("[gone](gone.md)", ""), ("![picture](fence.md)", ""),
        ("Look at the graphs and the logs of both, then see [this](fence.md)", ""),
    ],
)  # fmt: skip
def test_a_step_that_is_a_link(text: str, leads: str) -> None:
    """A step that says little more than where to go on walks the runbook that stands there."""
    assert links().only(text) == leads


def test_links_still_lead_somewhere() -> None:
    """With the folder's address relative links are completed; without it they are kept, and noted."""
    here = links("https://wiki.example.org/ops")
    assert here.rewritten("see [a](fence.md#x), ![b](img/c.png), [r][f] and `[c](d.md)`") == (
        "see [a](https://wiki.example.org/ops/db/fence.md#x), ![b](https://wiki.example.org/ops/db/img/c.png), "
        "[r](https://wiki.example.org/ops/db/fence.md) and `[c](d.md)`"
    )
    assert not here.unresolved
    without = links()
    assert without.rewritten("[a](gone.md) [b](https://x.example)") == "[a](gone.md) [b](https://x.example)"
    assert [each.target for each in without.unresolved] == ["gone.md"]


def test_runbooks_do_not_walk_each_other_for_ever(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Of two pages that lead to each other one walks the other, and the way back stays a link."""
    from warroom.definitions.importing import Options, bring
    from warroom.definitions.loader import read_runbook

    folder = tmp_path_factory.mktemp("pages")
    (folder / "a.md").write_text("1. Look\n2. [b](b.md)\n", encoding="utf-8")
    (folder / "b.md").write_text("1. Look\n2. [a](a.md)\n", encoding="utf-8")
    bring([folder], Options(out=folder / "out"))
    a, b = (read_runbook((folder / "out" / f"{name}.yaml").read_text(encoding="utf-8"), name) for name in "ab")
    assert isinstance(a.steps[1].what, SubRunbook)
    assert isinstance(b.steps[1].what, Do)


# --- names and titles


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Crème brûlée, straße Ørsted", "creme-brulee-strasse-orsted"),
        ("End", "step-end"),
        ("A  --  b!", "a-b"),
        ("Don't panic", "dont-panic"),
    ],
)
def test_names_of_texts(text: str, name: str) -> None:
    """A name is made of a text's letters, without what ASCII does not have."""
    assert slug(text, "step") == name


def test_names_in_other_scripts() -> None:
    """A text without ASCII gets a name from what it says, the same every time, another for another text."""
    one, two = slug("接続数を確認する", "step"), slug("ログを確認する", "step")
    assert one != two
    assert one == slug("接続数を確認する", "step")
    assert one.startswith("step-")


def test_names_never_meet() -> None:
    """Things of one name get names of their own, the first keeps it, and nothing depends on where they stand."""
    names = Names()
    assert names.give("check", "x") == "check"
    second = names.give("check", "y")
    assert second.startswith("check-")
    other = Names()
    other.give("check", "z")
    assert other.give("check", "y") == second
    assert len({Names.give(names, "check", "y") for _ in range(5)}) == 5


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Check the **pods**. Then the nodes.", "Check the pods"), ("Run `ls -l` in [the folder](a.md)", "Run ls -l in the folder"),
        ("E.g. look at it, i.e. twice. Done.", "E.g. look at it, i.e. twice"), ("*Stop* it: now", "Stop it"), ("確認する。次へ", "確認する"),
        ("**Heading**\nand words below", "Heading"), ("", "Otherwise"), ("a" * 100, "a" * 74 + "…"), ("Look at <pod>", "Look at <pod>"),
        ("Step 2: Look at it", "Step 2: Look at it"),
    ],
)  # fmt: skip
def test_titles(text: str, title: str) -> None:
    """A title is the first sentence without Markdown, and never longer than a button bears."""
    assert titles.title_of(text, "Otherwise") == title
    assert len(title) <= titles.LONGEST


# --- what the page says of itself


def test_front_matter() -> None:
    """Known keys are used, the rest is kept word for word."""
    page = "---\ntitle: Slow\nteam: Search\nservices: [search, web]\nfailure_mode: slow\nalertname: SearchSlow\ntags: [a]\nweight: 2\n---\n1. Look\n"
    runbook = made(page)
    assert (runbook.title, runbook.owner, runbook.services, runbook.failure_modes) == (
        "Slow",
        "Search",
        ("search", "web"),
        ("slow",),
    )
    assert runbook.matches == {"alertname": ("SearchSlow",)}
    assert [(part.title, part.text) for part in runbook.context] == [("Front matter", "tags: [a]\nweight: 2")]


@pytest.mark.parametrize(
    "front", ["---\na: [\n---\n", "---\n: x\nb: *c\n---\n", "+++\na = \n+++\n", "---\na: &x [*x]\n---\n"]
)
def test_front_matter_that_cannot_be_read(front: str) -> None:
    """Front matter that is none is kept as it stands, and nothing fails."""
    runbook = made(front + "\n1. Look\n")
    assert any("a" in part.text or "b" in part.text for part in runbook.context) or runbook.summary
    assert runbook.steps[-1].what.words() == "Look"


@pytest.mark.parametrize(
    ("page", "owner"),
    [
        ("**Owner:** @org/team-a\n\n1. Look", "@org/team-a"),
        ("| Team | Kind |\n|---|---|\n\n1. Look", ""),
        ("Owner: TBD\n\n1. Look", ""),
        ("* Team: Search\n\n# A\n\n1. Look", "Search"),
    ],
)
def test_owner(page: str, owner: str) -> None:
    """An owner is taken from the page where it says so clearly; what is given on the command line counts more."""
    assert made(page).owner == owner
    assert made(page, given=Given(owner="us")).owner == "us"


@pytest.mark.parametrize(
    ("name", "page", "alerts"),
    [
        ("KubePodDown.md", "1. Look", ("KubePodDown",)),
        ("x.md", "# KubePodDown\n\n1. Look", ("KubePodDown",)),
        ("gatherLogs.md", "# Gather logs\n\n1. Look", ()),
        ("x.md", "# Kubernetes\n\n1. Look", ()),
    ],
)
def test_alert_names(name: str, page: str, alerts: tuple[str, ...]) -> None:
    """A page that is called like an alert answers to it."""
    assert made(page, name).matches.get("alertname", ()) == alerts
