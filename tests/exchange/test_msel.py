"""Master scenario events lists: rows that become injects, and scenarios that become rows."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.content import shipped_library
from tests.examples import many
from tests.exchange.scenarios import scenarios
from warroom.core.injects import AlertInject, Announce, Hint, Move, Sideline, Silent, Speak
from warroom.core.scenario import Inject, Scenario
from warroom.core.when import Condition, Timing
from warroom.definitions.exchange import Brought, Given, NotBrought, msel, msel_out, sheets
from warroom.definitions.exchange.documents import clean, line
from warroom.definitions.lint import lint
from warroom.definitions.writing_scenarios import write

HSEEP = (
    "Event Number,Designated Scenario Time,Event Type,Inject Mode,From,To,Message,Expected Participant Response,"
    "Exercise Objective,Notes\n"
)
PLAN = HSEEP + (
    '1,M+0,Inject,phone,SOC,"Legal; Board","We were attacked.",Somebody calls the regulator,Know the law,Ask who decides\n'
    "2,D+0 H+0 M+20,Expected Action,,,Board,,The board decides,Decide,Look for a name\n"
    "3,,Contingency Inject,,Journalist,,Is it true?,,,\n"
)


def brought(tmp_path: Path, text: str, given: Given | None = None) -> Brought:
    file = tmp_path / "plan.csv"
    file.write_text(text, encoding="utf-8", newline="")
    return msel.bring(file, given or Given())


def again(scenario: Scenario, tmp_path: Path) -> tuple[Scenario, str]:
    """The scenario after it was written as a list and read again, and the list."""
    text = sheets.csv_text(msel_out.rows(scenario)[0])
    return brought(tmp_path, text).scenario, text


# --- there and back


@settings(
    max_examples=many(25), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
)  # fmt: skip
@given(scenario=scenarios(around=False))
def test_there_and_back(scenario: Scenario, tmp_path: Path) -> None:
    """A second export is the same to the byte, and what the columns hold is kept: ids, texts, times, teams, notes."""
    back, first = again(scenario, tmp_path)
    assert again(back, tmp_path)[1] == first
    assert [each.id for each in back.injects] == [each.id for each in scenario.injects]
    assert {each.id for each in back.expectations} == {each.id for each in scenario.expectations}
    for before, after in zip(scenario.injects, back.injects, strict=True):
        assert _held(scenario, before) == _held(back, after)
        assert _same_time(before.timing, after.timing)
    for before in scenario.expectations:
        after = back.expectation(before.id)
        assert after
        assert (clean(before.what), before.after, before.within) == (
            clean(after.what),
            after.after,
            after.within,
        )


def _held(scenario: Scenario, inject: Inject) -> tuple[object, ...]:
    """What ten columns can hold of an inject."""
    kind, teams = (
        inject.what,
        tuple(dict.fromkeys(line(scenario.teams[each].title).replace(";", ",") for each in inject.to)),
    )
    who = line(scenario.actors[kind.actor].name) if isinstance(kind, Speak) else ""
    private = isinstance(kind, Speak) and bool(line(kind.role))
    told = type(kind) if not isinstance(kind, Hint) else Announce
    fault = inject.fault.mode if inject.fault and isinstance(kind, Silent) else ""
    return told, clean(kind.words()), who, () if private else teams, clean(inject.notes), fault


def _same_time(before: Timing, after: Timing) -> bool:
    """The same; or by hand, where no cell can hold the condition. All of one condition is that condition."""
    if before.when is None:
        return after == before
    return after.by_hand or (after.when is not None and after.when.simple() == before.when.simple())


def test_shipped_scenarios_there_and_back(tmp_path: Path) -> None:
    """Each shipped scenario survives the journey, loses what is listed, and lints clean."""
    for scenario in shipped_library().scenarios.values():
        if not scenario.injects:
            continue  # a deck has no times, and so no list of events
        back, first = again(scenario, tmp_path)
        assert again(back, tmp_path)[1] == first
        notes = " ".join(map(str, msel_out.rows(scenario)[1]))
        assert all(each.id in notes for each in scenario.injects if each.incident)
        assert "the briefing" in notes
        (tmp_path / "back.yaml").write_text(write(back))
        assert lint([tmp_path / "back.yaml"]) == ()


def test_machine_told_expectations_survive_where_a_cell_can_say_it(tmp_path: Path) -> None:
    """A step that was done is said in the notes and read again; an incident is in no column, and its condition is listed."""
    scenario = shipped_library().scenarios["october-21"]
    back, _ = again(scenario, tmp_path)
    fenced, acknowledged = back.expectation("fenced"), back.expectation("databases-acknowledged")
    assert fenced
    assert fenced.met_by == Condition(word="step_done", ref="database-lost/fence")
    assert acknowledged
    assert acknowledged.met_by is None
    assert acknowledged.judged
    assert any("databases-acknowledged" in note.where for note in msel_out.rows(scenario)[1])


# --- in


def test_the_mapping_of_the_ten_columns(tmp_path: Path) -> None:
    """Each of HSEEP's columns becomes what the table in the documentation says."""
    scenario = brought(tmp_path, PLAN).scenario
    first, last = scenario.injects
    assert (first.id, first.timing, first.what) == (
        "event-1",
        Timing(at=timedelta(0)),
        Speak(actor="soc", text="We were attacked."),
    )
    assert [scenario.teams[team].title for team in first.to] == ["Legal", "Board"]
    assert first.notes == "Ask who decides\n\nInject mode: phone"
    response, decides = scenario.expectations
    assert (response.after, response.judged, response.objective) == ("event-1", "Somebody calls the regulator", 1)
    assert (decides.id, decides.owner, decides.within, decides.judged) == (
        "event-2",
        "Board",
        timedelta(minutes=20),
        "Look for a name",
    )
    assert scenario.objectives == ("Know the law", "Decide")
    assert last.timing == Timing(when=Condition(word="missed", ref="event-2"))
    assert last.contingency


@pytest.mark.parametrize(
    "headings",
    [
        "Control Number,Move,Group,Delivery Time,Simulated Time,Assigned To,Status,Title,Description,From Org,To Org,Details,Expected Actions",
        "ID,Local Time,Delivery Method,Target,Title,Description,Assumptions,Notes,Expected Actions,Measure of Performance",
        "Seq No,Date/Time Delivered,Inject Type,Delivery Method,Originator,Recipient,Inject description",
        "Action to be taken,Timeline,Teams,Subject,Content,Comments,Expectation Description",
        "EVENT_NUMBER,Designated  Scenario Time:,message",
    ],
)
def test_headings_of_others_are_recognised(headings: str, tmp_path: Path) -> None:
    """The standard and the MITRE list, and what planners call their columns, need no options."""
    names = headings.split(",")
    said = {"time": "M+7", "message": "Look out"}
    cells = {each.words: said.get(each.name, "") for each in _mapped(names)}
    scenario = brought(tmp_path, f"{headings}\n{','.join(cells[name.strip()] for name in names)}\n").scenario
    assert scenario.injects[0].what.words() == "Look out"
    assert scenario.injects[0].timing.at == timedelta(minutes=7)


def _mapped(names: list[str]) -> tuple[msel.Heading, ...]:
    from warroom.definitions.exchange import columns

    return columns.mapped(names, {}, "plan.csv", 1)


def test_headings_of_ones_own(tmp_path: Path) -> None:
    """--column says which heading stands for which of ours, and what is below the others is kept in the notes."""
    text = "Wann,Wer,Was,Farbe\nM+3,Presse,Stimmt das?,rot\n"
    given = Given(columns={"time": "Wann", "from": "wer", "message": "Was"})
    (inject,) = (found := brought(tmp_path, text, given)).scenario.injects
    assert inject.what == Speak(actor="presse", text="Stimmt das?")
    assert inject.notes == "Farbe: rot"
    assert any("Farbe" in note.text for note in found.notes)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"from": "Nobody"}, "no heading is `Nobody`"),
        ({"fron": "From"}, "there is no column `fron`; did you mean `from`"),
    ],
)
def test_an_override_that_does_not_fit_is_refused(columns: dict[str, str], sentence: str, tmp_path: Path) -> None:
    """A heading that is not there, or a column that is not ours, is said with what there is."""
    with pytest.raises(NotBrought, match=sentence):
        brought(tmp_path, PLAN, Given(columns=columns))


def test_all_wrong_rows_are_said_at_once(tmp_path: Path) -> None:
    """Each row with a time that cannot be read gets a sentence with its line and what to write."""
    rows = "1,soon,Inject,,,,Hello,,,\n2,M+1 after 99,Inject,,,,Hello,,,\n3,when pigs: fly,Inject,,,,Hello,,,\n"
    with pytest.raises(NotBrought) as caught:
        brought(tmp_path, HSEEP + rows)
    lines = str(caught.value).split("\n")
    assert [text.partition(": ")[0].rpartition(":")[2] for text in lines] == ["2", "3", "4"]
    assert "D+2 H+3 M+45" in lines[0]


def test_without_headings_it_says_what_to_do(tmp_path: Path) -> None:
    """A table whose headings nobody knows is refused, with the option that helps."""
    with pytest.raises(NotBrought, match="--column message="):
        brought(tmp_path, "a,b\n1,2\n")


def test_times_of_day(tmp_path: Path) -> None:
    """They count from --start, or from the first one; a list may go on after midnight."""
    rows = "1,23:30,Inject,,,,One,,,\n2,00:15,Inject,,,,Two,,,\n"
    found = brought(tmp_path, HSEEP + rows)
    assert [each.timing.at for each in found.scenario.injects] == [timedelta(0), timedelta(minutes=45)]
    assert any("--start" in note.text for note in found.notes)
    found = brought(tmp_path, HSEEP + rows, Given(start="23:00"))
    assert [each.timing.at for each in found.scenario.injects] == [timedelta(minutes=30), timedelta(minutes=75)]
    with pytest.raises(NotBrought, match="--start dawn"):
        brought(tmp_path, HSEEP + rows, Given(start="dawn"))


def test_before_the_start_is_at_the_start_and_said(tmp_path: Path) -> None:
    """M-5 is played at T+0m, and the list of what was lost says so."""
    found = brought(tmp_path, HSEEP + "1,M-5,Inject,,,,Be ready,,,\n")
    assert found.scenario.injects[0].timing == Timing(at=timedelta(0))
    assert any("before the start, at M-5" in note.text for note in found.notes)


def test_our_own_modes(tmp_path: Path) -> None:
    """Alerts, moves, sidelined roles and silent faults are said in the column for the mode."""
    rows = (
        "1,M+1,Inject,alert,HighErrors,,2 % fail,,,\n2,M+2,Inject,alert over,HighErrors,,,,,\n"
        "3,M+3,Inject,move to 2012-10-22 06:00,,,The next day,,,\n4,M+4,Inject,sideline commander for 15m,,,A flight,,,\n"
        "5,M+5,Inject,fault,,,break web/east: down with pretend for 30m,,,\n6,M+6,Inject,fault,,,The web breaks,,,\n"
    )
    found = brought(tmp_path, HSEEP + rows)
    kinds = [type(each.what) for each in found.scenario.injects]
    assert kinds == [AlertInject, AlertInject, Move, Sideline, Silent]
    assert any(note.where == "row 7" and "give it away" in note.text for note in found.notes)


def test_nothing_is_dropped_silently(tmp_path: Path) -> None:
    """Every cell of a row is in the scenario, or in a note about that row."""
    rows = "1,M+1,Administrative,,,,Lunch,,Eat,\n2,M+2,Inject,,,,,,,Only a note\n,M+3,Expected Action,,,,,,,\n"
    found = brought(tmp_path, f"Exercise Storm,,,,,,,,,\n{HSEEP}{rows}")
    said = {(note.where, note.kind) for note in found.notes}
    assert {("row 1", "left"), ("row 3", "left"), ("row 4", "left"), ("row 5", "left")} <= said


def test_a_response_and_an_expected_action_of_the_same_name(tmp_path: Path) -> None:
    """An expected action keeps its name; the response of an inject then gets another."""
    rows = "1,M+1,Inject,,,,Hello,They answer,,\nevent-1-response,M+9,Expected Action,,,,,They write,,\n"
    first, second = brought(tmp_path, HSEEP + rows).scenario.expectations
    assert (second.id, first.id == second.id, first.what) == ("event-1-response", False, "They answer")


def test_further_sheets_are_said(tmp_path: Path) -> None:
    """Only the first sheet of a workbook is read; the names of the others are listed."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Time", "Message", "To"])
    book.active.append(["M+5", "Hello", "Ops, with a comma"])
    book.create_sheet("Contacts")
    book.save(tmp_path / "plan.xlsx")
    found = msel.bring(tmp_path / "plan.xlsx", Given())
    assert found.scenario.injects[0].timing.at == timedelta(minutes=5)
    assert any("Contacts" in note.text for note in found.notes)


def test_what_waits_for_a_fault_names_one(tmp_path: Path) -> None:
    """A condition on what is broken survives where the columns hold the fault, and names no event that breaks nothing."""
    rows = "1,M+1,Inject,fault,,,break web/east: down with pretend for 30m,,,\n2,{},Inject,,,,It is slow,,,\n"
    first, text = again(brought(tmp_path, HSEEP + rows.format("when fault active: 1")).scenario, tmp_path)
    assert first.injects[1].timing == Timing(when=Condition(word="fault_active", ref="event-1"))
    assert "when fault active: 1" in text
    with pytest.raises(NotBrought, match=r"csv:3: `when fault active: 2`"):
        brought(tmp_path, HSEEP + rows.format("when fault active: 2"))


def test_a_title_above_the_headings_does_not_say_what_separates_cells(tmp_path: Path) -> None:
    """The headings do: a list with semicolons is read below a title without any, or with commas."""
    rows = f"{HSEEP}1,M+1,Inject,,,,Hello,,,\n".replace(",", ";")
    for title in ("Exercise Storm", "Storm, an exercise, of ours"):
        found = brought(tmp_path, f"{title}\n\n{rows}")
        assert found.scenario.injects[0].what.words() == "Hello"
        assert any(note.where == "row 1" for note in found.notes)


def offsets(tmp_path: Path, text: str) -> list[timedelta | None]:
    return [each.timing.at for each in brought(tmp_path, text).scenario.injects]


def test_a_weekend_lies_between_friday_and_monday(tmp_path: Path) -> None:
    """Weekdays go on into the next week."""
    text = "Time,Message\nFriday 17:00,a\nSaturday 09:00,b\nMonday 17:00,c\nFriday 17:00,d\n"
    assert offsets(tmp_path, text) == [timedelta(hours=each) for each in (0, 16, 72, 168)]


def test_a_date_in_a_column_of_its_own(tmp_path: Path) -> None:
    """A time of day is on the date beside it; a weekday, or a day of T3SF's story, stays in the notes."""
    text = "Date,Time,Message\n2026-05-04,09:00,a\n2026-05-05,10:00,b\n,11:00,c\n"
    assert offsets(tmp_path, text) == [timedelta(hours=each) for each in (0, 25, 26)]
    assert offsets(tmp_path, text.replace("Time", "Real Time")) == [timedelta(hours=each) for each in (0, 1, 2)]
    assert offsets(tmp_path, "Time,Message\n2026-05-04,a\n2026-05-05 00:30,b\n")[1] == timedelta(hours=24, minutes=30)


def test_what_waits_longer_than_a_year_is_said_with_its_row(tmp_path: Path) -> None:
    """Wherever a length stands, the row that holds too long a one is named, and so is one that is no length."""
    rows = (
        "1,M+1,Inject,,,,Hello,,,\n2,D+400 after 1,Inject,,,,Hello,,,\n3,D+400 after 1,Expected Action,,,,,They act,,\n"
        "4,M+1,Inject,sideline boss for 9000h,,,A flight,,,\n5,M+1,Inject,sideline boss for a while,,,A flight,,,\n"
        f"6,{'D+999999 ' * 1200},Inject,,,,Hello,,,\n"
    )
    with pytest.raises(NotBrought) as caught:
        brought(tmp_path, HSEEP + rows)
    lines = str(caught.value).split("\n")
    assert [text.partition(": ")[0].rpartition(":")[2] for text in lines] == ["3", "4", "5", "6", "7"]
    with pytest.raises(NotBrought, match=r"plan\.csv:2: `9000h` is more than a year"):
        brought(tmp_path, "Time,Message,Expected response,Within\nM+1,Hello,They act,9000h\n")


def test_a_contingency_of_nothing_is_played_by_hand(tmp_path: Path) -> None:
    """Without an expected action above it nobody knows when it comes; it never comes to everybody by the clock."""
    found = brought(tmp_path, HSEEP + "1,M+7,Contingency Inject,,,,Is it true?,,,\n")
    assert found.scenario.injects[0].timing.by_hand
    assert any(note.where == "row 2" and "M+7" in note.text for note in found.notes)


def test_text_below_no_heading_is_kept(tmp_path: Path) -> None:
    """A cell below an empty heading is in the notes of its row, a line that divides the list is listed with its words."""
    found = brought(tmp_path, "No,Time,Message,\n1,M+1,Hello,extra\nPhase two,,,\n")
    assert found.scenario.injects[0].notes == "Without a heading: extra"
    assert any(note.where == "row 3" and "Phase two" in note.text for note in found.notes)


def test_a_formula_without_a_value_is_listed(tmp_path: Path) -> None:
    """A workbook that no spreadsheet has worked out holds formulas and no values: each such cell is named."""
    import openpyxl

    book = openpyxl.Workbook()
    book.create_sheet("Cover", 0)
    for row in (["Time", "Message", "Notes"], ["M+5", "Hello", '=CONCATENATE("x","y")'], ["=A2", "Later", None]):
        book["Sheet"].append(row)
    book.save(tmp_path / "plan.xlsx")
    found = msel.bring(tmp_path / "plan.xlsx", Given())
    assert [note.where for note in found.notes if "formula" in note.text] == ["cell C2", "cell A3"]
    assert any("Cover" in note.text for note in found.notes)
