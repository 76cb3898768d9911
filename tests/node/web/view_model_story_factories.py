"""View models of stories, full of something realistic, and with as little as there may be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from markupsafe import Markup

from node.web.view_models import all_pages as vm
from tests.node.web import view_model_desk_factories as desk
from tests.node.web import view_model_factories as make
from tests.node.web import view_model_operator_factories as operate

FORM = vm.Form("/here", "token")
HEAD = make.head("Chairs for the reading group")
BODY = Markup("<p>They stood in our attic for years.</p>\n<p>Now a reading group sits on them every Tuesday.</p>")
CARDS = (
    vm.StoryCard(
        "/stories/chairs",
        "Chairs for the reading group",
        "They stood in our attic for years. Now a reading group sits on them every Tuesday.",
        "Riverside School",
        "Mending Room",
        "give",
        "furniture",
        make.image("Chairs around a table"),
        make.ago(days=2),
        "en",
    ),
    vm.StoryCard(
        "/stories/hall", "A hall for the choir", "We had no room.", "Choir", "a school nearby", "host", "space"
    ),
    vm.StoryCard("/stories/ladder", "The long ladder", "It reached.", "Scouts", "somebody nearby", "lend", "tools"),
)
CHOICES = (vm.Choice("nobody", "Nobody can be recognised in them", True), vm.Choice("agreed", "Everyone has agreed"))
DOUBTS = vm.DeskWords(True, ("This names a price to pay: “£9”.",), ())


def story(**more: Any) -> vm.StoryView:
    values: dict[str, Any] = {
        "sign": "give",
        "root": "furniture",
        "language": "en",
        "images": (make.image("Chairs around a table"), make.image("The attic, empty")),
        "other": vm.Link("Mending Room", "/organisations/mending-room"),
        "with_whom": "Mending Room",
        "quantity": 12,
        "ended": make.ago(days=9).date(),
        "told": make.ago(days=2),
        "changed": make.ago(days=1),
    }
    who, what = vm.Link("Riverside School", "/organisations/riverside-school"), vm.Link("Twelve chairs", "/listings/1")
    return vm.StoryView("Chairs for the reading group", BODY, who, what, **{**values, **more})


def bare() -> vm.StoryView:
    return vm.StoryView(
        "A ladder", Markup("<p>It reached.</p>"), vm.Link("Scouts", "/organisations/1"), vm.Link("", "")
    )


def row(state: str, **more: Any) -> vm.DeskStoryRow:
    return vm.DeskStoryRow("Chairs for the reading group", "/desk/x/stories/1", state, make.ago(days=1), **more)


def list_page() -> vm.DeskStoriesPage:
    to_tell = (
        vm.StoryToTell("Twelve chairs", "/desk/x/stories/new?exchange=1", "Mending Room", make.ago(days=9).date()),
    )
    told = (
        row("published", consent="yes", other="Mending Room", public_path="/stories/1", hide=FORM),
        row("waiting", consent="asked", other="Mending Room"),
        row("hidden", reason="It names a child", show=FORM),
        row("draft"),
    )
    of_us = (row("published", consent="asked", other="Mending Room"), row("published", consent="no"), told[0])
    return vm.DeskStoriesPage(make.head("Stories"), desk.frame("stories"), to_tell, told, of_us)


def form_page(**more: Any) -> vm.DeskStoryFormPage:
    errors = dict.fromkeys(("title", "text", "people", "photo_file"), "Say it otherwise.")
    form = vm.Form("/desk/x/stories/1", "token", {"title": "Chairs", "text": "They stood."}, errors)
    photos = vm.PhotoFields("/desk/x/photos", (vm.PhotoItem("1", "Chairs", make.image("")),), 6)
    versions = (vm.DeskStoryVersion(make.ago(days=1), "Ann", "published", "Chairs"),)
    values: dict[str, Any] = {
        "photos": photos,
        "people": CHOICES,
        "words": DOUBTS,
        "other": "Mending Room",
        "consent": "asked",
        "state": "published",
        "saved": make.ago(hours=1),
        "saved_by": "Ann",
        "withdraw": FORM,
        "discard": FORM,
        "public_path": "/stories/1",
        "list_path": "/desk/x/stories",
        "versions": versions,
    }
    head = make.head("Tell what became of it")
    return vm.DeskStoryFormPage(
        head, desk.frame("stories"), form, "Twelve chairs", "Mending Room", **{**values, **more}
    )


def control() -> vm.ControlStoriesPage:
    row_ = vm.ControlStoryRow(
        "https://a.example/1", "Chairs", "School", "Share", "shown", make.ago(days=1), "/stories/1"
    )
    form = vm.Form("/control/stories", "token", {"id": "https://a.example/1", "do": "hide"})
    rows = (
        replace(row_, hide=form),
        replace(row_, state="hidden", reason="It names a child", show=FORM),
        replace(row_, state="quarantined", reasons=("This reads like an advert.",), release=FORM),
    )
    reported = (replace(row_, state="reported", reports=("It is not what it says: so",), hide=form, keep=FORM),)
    return vm.ControlStoriesPage(make.head("Stories"), operate.frame("stories"), reported, rows, make.PAGER)


def page(**more: Any) -> vm.StoryPage:
    values: dict[str, Any] = {
        "sharing": make.sharing("Chairs", "/stories/1"),
        "report_path": "/stories/1/report",
        "source": vm.Link("Riverside School", "/sources/1"),
        "home_url": "https://share.example.org/stories/1",
        "more": CARDS,
        "all_path": "/stories",
        "embed_html": '<a data-sharefeed href="https://a.example/">x</a>',
    }
    return vm.StoryPage(HEAD, story(), **{**values, **more})


REPORT = vm.StoryReportPage(
    HEAD,
    vm.Link("Chairs", "/stories/1"),
    make.form("reason", "email", wrong=True),
    (vm.Choice("wrong", "It is not so"),),
)
FULL: dict[str, tuple[str, Any]] = {
    "stories": ("portal/stories.html", vm.StoriesPage(make.head("Stories"), CARDS, 3, make.PAGER, make.FEEDS)),
    "story": ("portal/story.html", page()),
    "story-word": (
        "portal/story_word.html",
        vm.StoryWordPage(
            make.head("May your name stand there?"), story(), "asked", FORM, FORM, "It changed.", "/stories/1"
        ),
    ),
    "story-word-yes": ("portal/story_word.html", vm.StoryWordPage(make.head("?"), story(), "yes", no=FORM)),
    "story-report": ("portal/story_report.html", REPORT),
    "story-report-done": (
        "portal/story_report_done.html",
        vm.StoryReportDonePage(HEAD, vm.Link("Chairs", "/stories/1"), "a@b.example"),
    ),
    "home-stories": ("portal/home.html", replace(make.home(), stories=CARDS, stories_path="/stories")),
    "organisation-stories": (
        "portal/organisation.html",
        replace(make.organisation(), stories=CARDS, stories_path="/stories"),
    ),
    "listing-stories": ("portal/listing.html", replace(make.listing(), stories=CARDS, stories_path="/stories")),
    "publisher-stories": (
        "publisher/home.html",
        replace(operate.publisher(), stories=CARDS, stories_path="/stories"),
    ),
    "desk-overview-story": (
        "desk/overview.html",
        replace(desk.overview(), to_tell="Twelve chairs", tell_path="/desk/x/stories/new"),
    ),
    "desk-stories": ("desk/stories.html", list_page()),
    "desk-story-form": ("desk/story_form.html", form_page()),
    "desk-story-form-hidden": (
        "desk/story_form.html",
        form_page(state="hidden", reason="It names a child", consent="asked", asked=False),
    ),
    "desk-story-preview": (
        "desk/story_preview.html",
        vm.DeskStoryPreviewPage(
            make.head("This is how people will see it."),
            desk.frame("stories"),
            FORM,
            "/desk/x/stories/1",
            story(),
            CARDS[0],
            "Mending Room",
            refused=True,
        ),
    ),
    "desk-story-word": (
        "desk/story_word.html",
        vm.DeskStoryWordPage(
            make.head("May your name stand there?"),
            desk.frame("stories"),
            story(),
            "asked",
            "/x",
            FORM,
            FORM,
            "It changed.",
        ),
    ),
    "control-stories": ("control/stories.html", control()),
}
MINIMAL: dict[str, tuple[str, Any]] = {
    "stories": ("portal/stories.html", vm.StoriesPage(make.head("Stories"))),
    "story": ("portal/story.html", vm.StoryPage(HEAD, bare(), all_path="/stories")),
    "story-word": ("portal/story_word.html", vm.StoryWordPage(make.head("This link does not work"))),
    "story-report": ("portal/story_report.html", vm.StoryReportPage(HEAD, vm.Link("Chairs", "/stories/1"), FORM, ())),
    "story-report-done": ("portal/story_report_done.html", vm.StoryReportDonePage(HEAD, vm.Link("", "/stories/1"))),
    "desk-stories": ("desk/stories.html", vm.DeskStoriesPage(make.head("Stories"), desk.frame())),
    "desk-story-form": (
        "desk/story_form.html",
        vm.DeskStoryFormPage(make.head("Tell it"), desk.frame(), FORM, "Chairs", "", list_path="/x"),
    ),
    "desk-story-preview": (
        "desk/story_preview.html",
        vm.DeskStoryPreviewPage(make.head("So"), desk.frame(), FORM, "/x", other="Mending Room"),
    ),
    "desk-story-word": (
        "desk/story_word.html",
        vm.DeskStoryWordPage(make.head("So"), desk.frame(), bare(), "no", "/x"),
    ),
    "control-stories": ("control/stories.html", vm.ControlStoriesPage(make.head("Stories"), operate.frame("stories"))),
}
