"""The story of a day, told by clicking and typing; each story has its own server."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from challenge.brief import read_brief
from challenge.records import Role
from challenge.rules.inviting import Guest
from challenge.rules.inviting import invite as invite_guest
from challenge.settings import Settings

from ..factories import small_bundle
from ..functional.conftest import Server, run_server
from .conftest import PATIENCE, log_in, watch
from .day import DELIBERATION, Day, writing

pytestmark = [pytest.mark.browser, pytest.mark.sandbox]
# Milliseconds that a model may take to be scored: a sandbox starts for every step.
SCORING = 60_000
PHONE = {"width": 390, "height": 844}
OpenTab = Callable[..., Page]


@pytest.fixture(scope="session")
def base_url() -> str:
    """Give no address: every story has a server of its own."""
    return ""


@pytest.fixture(scope="module")
def browser_context_args() -> dict[str, str]:
    """Leave the address to `open_tab`."""
    return {"locale": "nl-NL"}


@pytest.fixture
def event(
    chromium: str,
    sandbox_works: None,
    published_settings: Settings,
    tmp_path: Path,
) -> Iterator[Server]:
    """Start a server on which nothing has happened yet."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "releases").symlink_to(published_settings.home / "releases")
    shutil.copy(published_settings.home / "challenge.db", home)
    yield from run_server(published_settings.model_copy(update={"home": home}))


@pytest.fixture
def open_tab(
    new_context: Callable[..., BrowserContext], event: Server, complaints: list[str]
) -> OpenTab:
    """Open a tab on a device of its own."""

    def tab(**options: object) -> Page:
        context = new_context(base_url=event.url, **options)
        context.set_default_timeout(PATIENCE)
        watch(context, event.url, complaints)
        return context.new_page()

    return tab


def click(page: Page, name: str) -> None:
    """Click a link or a button by its name."""
    either = page.get_by_role("link", name=name, exact=True)
    either = either.or_(page.get_by_role("button", name=name, exact=True))
    either.first.click()


def menu(page: Page, name: str) -> None:
    """Click a name in the main menu."""
    page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()


def heading(page: Page, name: str) -> None:
    """See a page's heading."""
    found = page.get_by_role("heading", level=1, name=name, exact=True)
    expect(found).to_be_visible()


def invite(organiser: Page, role: str, *names: str) -> list[str]:
    """Make cards for people; give the link on each."""
    click(organiser, "Vandaag")
    click(organiser, "Wie doet mee")
    organiser.get_by_label("Rol", exact=True).select_option(label=role)
    organiser.get_by_label("Namen").fill("\n".join(names))
    click(organiser, "Kaarten maken")
    heading(organiser, "Kaarten")
    links = []
    for name in names:
        card = organiser.get_by_role("article", name=name)
        links.append(card.get_by_role("link").get_attribute("href"))
    return links


def send_home(organiser: Page, juror: str) -> None:
    """Stop the access of a juror who cannot come."""
    click(organiser, "Wie doet mee")
    row = organiser.get_by_role("row", name=re.compile(f"^{juror}"))
    row.get_by_text("Wijzigen").click()
    row.get_by_label("Reden").fill("Ziek.")
    row.get_by_role("button", name="Toegang stoppen").click()
    expect(row).to_contain_text("Gestopt: Ziek.")


def join(team: Page, link: str) -> str:
    """Accept an invitation; the token is shown, once."""
    team.goto(link)
    click(team, "Aannemen")
    heading(team, "Welkom, Zwaluw")
    token = re.search(r"kansrijk_\w+", team.locator("main").inner_text())[0]
    team.goto(link)
    expect(team.get_by_text("Een uitnodiging werkt één keer.")).to_be_visible()
    expect(team.get_by_text(token)).to_have_count(0)
    return token


def hand_in(team: Page, name: str, content: bytes) -> None:
    """Choose a file and send it."""
    file = {"name": name, "mimeType": "application/zip", "buffer": content}
    team.get_by_label("Bundel", exact=True).set_input_files(file)
    click(team, "Inzenden")


def fix_a_refusal(team: Page, bundle: Path) -> None:
    """Send a bundle without a model, read what to do, send a better one."""
    team.goto("/start")
    click(team, "Of stuur je bundel in met je browser")
    team.get_by_label("Notitie").fill("Eerste poging")
    empty = io.BytesIO(small_bundle()).getvalue().replace(b"MLmodel", b"MLmodem")
    hand_in(team, "leeg.zip", empty)
    expect(team.get_by_text("Er staat geen bestand `MLmodel`").first).to_be_visible()
    expect(team.get_by_text("Zip de inhoud van de map").first).to_be_visible()
    expect(team.get_by_label("Notitie")).to_have_value("Eerste poging")
    hand_in(team, "beter.zip", bundle.read_bytes())


def watch_live(team: Page) -> None:
    """See the stages go by on a page that is never loaded again."""
    stages = team.get_by_role("list", name="Stappen van je inzending")
    expect(stages).to_contain_text(re.compile("wacht|bezig"))
    loads: list[str] = []
    team.on("load", lambda page: loads.append(page.url))
    done = team.get_by_role("heading", name="Je inzending heeft een score")
    expect(done).to_be_visible(timeout=SCORING)
    expect(stages.get_by_role("listitem").last).to_contain_text("klaar")
    assert loads == []


def read_and_explain(team: Page) -> None:
    """Look at the report, and write what its figures mean."""
    click(team, "Bekijk het scorerapport")
    heading(team, "Scorerapport van Zwaluw")
    expect(team.get_by_role("img").first).to_be_visible()
    click(team, "Schrijf op wat dit volgens jullie betekent")
    label = "Wat zeggen jullie cijfers?"
    team.get_by_label(label).fill("Kleine gezinnen herkent ons model minder vaak.")
    click(team, "Bewaren")
    expect(team.get_by_text("Bewaard om")).to_be_visible()


def pick_and_pitch(team: Page) -> None:
    """Pick what counts, and write the pitch with its canvas, from the start page."""
    menu(team, "Start")
    step = team.get_by_role("listitem").filter(has_text="Gekozen wat meetelt")
    step.get_by_role("link").click()
    options = team.get_by_label("Eerste keuze").get_by_role("option")
    mine = options.filter(has_text="Honest").inner_text()
    team.get_by_label("Eerste keuze").select_option(label=mine)
    click(team, "Bewaren")
    expect(team.get_by_text("Dat is jullie eerste keuze.")).to_be_visible()
    menu(team, "Pitch")
    team.get_by_label("Titel").fill("Voorlezen")
    team.get_by_label("Tekst", exact=True).fill("Een boekje bij elk bezoek.")
    for number, title in enumerate(
        (
            "Beeld van de doelgroep",
            "Het probleem",
            "Veel ideeën",
            "Keuze samen met de doelgroep",
            "Test",
        ),
        start=1,
    ):
        team.get_by_label(f"{number}. {title}").fill(f"Stap {number}, met ouders.")
    click(team, "Bewaren")
    expect(team.get_by_text("Bewaard om")).to_be_visible()
    expect(team.get_by_text("Nog leeg:")).to_have_count(0)


def go_on(organiser: Page, phase: str) -> None:
    """Go to the next phase, once nothing is in the way."""
    menu(organiser, "Vandaag")
    click(organiser, "Fasen")
    ready = organiser.get_by_text("Er staat niets in de weg.")
    for _ in range(SCORING // 1000):
        if ready.is_visible():
            break
        organiser.wait_for_timeout(1000)
        organiser.reload()
    click(organiser, f"Ga naar: {phase}")
    click(organiser, f"Ja, ga naar {phase}")
    now = organiser.get_by_role("list", name="Fasen van de dag").locator(
        "[aria-current=step]"
    )
    expect(now).to_contain_text(phase)


def declare(juror: Page) -> None:
    """Say that this juror has nothing to do with the team."""
    heading(juror, "Heb je een belang?")
    team = juror.get_by_role("group", name="Zwaluw")
    team.get_by_label("Ik heb hier niets mee te maken").check()
    click(juror, "Bewaren")
    expect(juror.get_by_role("link", name="Zwaluw", exact=True)).to_be_visible()


def score_offline(juror: Page) -> None:
    """Fill in a ballot while the network is away for a while, and submit it."""
    menu(juror, "Pitches")
    click(juror, "Ga naar Zwaluw")
    expect(juror.get_by_text("Een boekje bij elk bezoek.")).to_be_visible()
    points = juror.get_by_role("group", name="Bruikbaarheid")
    points.get_by_role("radio", name=re.compile("^4")).check()
    expect(juror.get_by_text("Opgeslagen")).to_be_visible()
    juror.context.set_offline(True)
    juror.get_by_label("Toelichting voor het team").fill("Helder, ook zonder wifi.")
    waits = juror.get_by_text("1 wijziging nog niet verstuurd")
    expect(waits).to_be_visible()
    juror.context.set_offline(False)
    expect(waits).to_have_count(0)
    click(juror, "Indienen")
    expect(juror.get_by_text("Ingediend")).to_be_visible()
    expect(juror.get_by_text("Helder, ook zonder wifi.")).to_be_visible()


def deliberate_and_decide(organiser: Page) -> None:
    """Close the panel, look at the points, record the verdict."""
    menu(organiser, "Jury")
    click(organiser, "Kijk na en sluit de jury")
    click(organiser, "Sluit de jury")
    menu(organiser, "Vandaag")
    click(organiser, "Overleg van de jury")
    row = organiser.get_by_role("row", name=re.compile("Zwaluw"))
    expect(row.first).to_contain_text("4,0")
    click(organiser, "Uitslag vastleggen")
    reasons = organiser.get_by_label("Waarom deze volgorde")
    reasons.fill("Hier kan iemand morgen mee beginnen.")
    click(organiser, "Naar de controle")
    organiser.get_by_label("Naam van het team dat wint").fill("Grutto")
    click(organiser, "Leg de uitslag vast")
    wrong = organiser.get_by_text("Dit is niet de naam van het team op plaats 1.")
    expect(wrong.first).to_be_visible()
    organiser.get_by_label("Naam van het team dat wint").fill("Zwaluw")
    click(organiser, "Leg de uitslag vast")
    expect(organiser.get_by_text("deze telt")).to_be_visible()


def download(page: Page, name: str) -> str:
    """Click a link and read the file that comes."""
    with page.expect_download() as waiting:
        click(page, name)
    return waiting.value.path().read_text("utf-8")


def test_a_day_from_the_first_invitation_to_the_verdict(
    open_tab: OpenTab, event: Server, bundle: Path
) -> None:
    organiser = open_tab()
    log_in(organiser, event.tokens["Organisatie"])
    [card, _] = invite(organiser, "Team", "Zwaluw", "Grutto")
    [juror_card] = invite(organiser, "Jurylid", "Ans")
    send_home(organiser, "Jurylid")
    team = open_tab()
    join(team, card)
    fix_a_refusal(team, bundle)
    watch_live(team)
    read_and_explain(team)
    pick_and_pitch(team)

    go_on(organiser, "Bevroren")
    team.goto("/submissions")
    expect(team.get_by_text("In deze fase kun je niets inzenden.")).to_be_visible()
    juror = open_tab(viewport=PHONE, has_touch=True)
    juror.goto(juror_card)
    click(juror, "Aannemen")
    click(juror, "Naar de jury")
    declare(juror)
    go_on(organiser, "Jury")
    score_offline(juror)
    deliberate_and_decide(organiser)
    go_on(organiser, "Uitslag")

    menu(organiser, "Vandaag")
    click(organiser, "Cijfers van de jury")
    sheet = download(organiser, "Alle punten (CSV)").splitlines()
    points = list(csv.DictReader(line for line in sheet if "#" not in line))
    assert [(row["team"], row["points"]) for row in points] == [
        ("Zwaluw", "4"),
        ("Zwaluw", ""),
    ]
    assert points[1]["note"] == "Helder, ook zonder wifi."
    assert "Ans" not in {row["juror"] for row in points}
    link = organiser.get_by_role("link", name="Uitslag (JSON)")
    decided = organiser.request.get(link.get_attribute("href")).json()
    assert "Hier kan iemand morgen mee beginnen." in str(decided)
    visitor = open_tab()
    visitor.goto("/verdict")
    heading(visitor, "De uitslag van de jury")
    main = visitor.get_by_role("main")
    expect(main).to_contain_text("Hier kan iemand morgen mee beginnen.")
    expect(main).not_to_contain_text("Ans")


@pytest.mark.full
def test_the_core_of_a_day_in_english_without_javascript(
    open_tab: OpenTab, event: Server, bundle: Path
) -> None:
    day = Day(event, {})
    team, juror, organiser = (open_tab(java_script_enabled=False) for _ in range(3))
    team.goto(f"/invitation/{invitation_code(event, 'Zwaluw')}?lang=en")
    click(team, "Accept")
    heading(team, "Welcome, Zwaluw")
    team.goto("/submissions?lang=en")
    team.get_by_label("Bundle", exact=True).set_input_files(bundle)
    click(team, "Hand in")
    done = team.get_by_role("heading", name="Your submission has a score")
    for _ in range(SCORING // 1000):
        if done.is_visible():
            break
        team.wait_for_timeout(1000)
        team.reload()
    team.goto("/pitch")
    team.get_by_label("Title").fill("Reading aloud")
    click(team, "Save")

    day.go_to("jury")
    log_in(juror, event.tokens["Jurylid"])
    juror.goto("/jury/conflicts?lang=en")
    juror.get_by_label("I have nothing to do with it").check()
    click(juror, "Save")
    click(juror, "Go to Zwaluw")
    juror.get_by_role("radio", name=re.compile("^5")).check()
    juror.get_by_label("Feedback to the team").fill("Clear.")
    click(juror, "Submit")
    expect(juror.get_by_text("Clear.", exact=True)).to_be_visible()

    day.go_to(DELIBERATION)
    log_in(organiser, event.tokens["Organisatie"])
    organiser.goto("/jury/verdict?lang=en")
    organiser.get_by_label("Why this order").fill("It can start tomorrow.")
    click(organiser, "Check it")
    organiser.get_by_label("Name of the team that wins").fill("Zwaluw")
    click(organiser, "Record the verdict now")
    day.go_to("closed")
    team.goto("/verdict")
    heading(team, "The verdict of the jury")
    expect(team.get_by_role("main")).to_contain_text("It can start tomorrow.")


def invitation_code(event: Server, team: str) -> str:
    """Invite a team beside the server; give the code on its card."""
    settings = event.settings
    brief = read_brief(settings.content / settings.challenge)
    guest = Guest(Role.TEAM, team)
    with writing(settings) as unit:
        now = datetime.now(UTC)
        return invite_guest(unit, guest, brief=brief, by="a test", now=now)[1]
