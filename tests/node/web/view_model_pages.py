"""Which template shows which page, in three flavours: full, minimal and hostile; and the operator's pages.

*Full* fills every field with something realistic, *minimal* leaves out all that may be left out, and *hostile* is the
full one with every text replaced by what a stranger might publish: markup, very long words, text that runs the other
way, addresses that must not be linked to. It is made by walking the dataclasses, so a new field is hostile at once.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from node.web.view_models import all_pages as vm
from tests.node.web import view_model_alert_factories as tell
from tests.node.web import view_model_appearance_factories as look
from tests.node.web import view_model_calendar_factories as calendar
from tests.node.web import view_model_dashboard_factories as dashboard
from tests.node.web import view_model_desk_factories as desk
from tests.node.web import view_model_desk_listing_factories as writing
from tests.node.web import view_model_effect_factories as effect
from tests.node.web import view_model_embed_factories as embed
from tests.node.web import view_model_exchange_factories as asking
from tests.node.web import view_model_factories as make
from tests.node.web import view_model_import_factories as importing
from tests.node.web import view_model_operator_factories as operate
from tests.node.web import view_model_portal_factories as portal
from tests.node.web import view_model_recognition_factories as recognising
from tests.node.web import view_model_story_factories as telling

LONG_WORD = "Donaudampfschifffahrtsgesellschaft" * 6
HOSTILE_TEXT = f'"><script>alert(1)</script><img src=x onerror=alert(2)> {LONG_WORD} مكتب خشبي'
HOSTILE_URL = "javascript:alert(1)"
HOSTILE_PATH = "//evil.example/\\..\"' onmouseover=alert(1)"
KEPT = frozenset({"code", "timezone", "theme", "csrf_token", "media_type", "tiles_url", "jsonld", "anchor"})
"""Fields that the site's own code fills; an unknown value is a bug there, not something a stranger can send."""


HEAD = vm.Head("A page")
FORM = vm.Form("/here", "token")
FULL: MappingProxyType[str, tuple[str, Any]] = MappingProxyType(
    {
        "home": ("portal/home.html", replace(make.home(), effect=effect.strip())),
        "home-lost": ("portal/home.html", make.lost_home()),
        "search": ("portal/search.html", make.search()),
        "search-empty": ("portal/search.html", make.no_results()),
        "listing": ("portal/listing.html", replace(make.listing(), effect=effect.line())),
        "listing-photos": ("portal/listing.html", make.photographed()),
        "listing-expired": ("portal/listing.html", make.expired()),
        "listing-outdated": ("portal/listing.html", make.outdated()),
        "sheet": (
            "portal/sheet.html",
            vm.SheetPage(
                HEAD, make.photographed(), "https://shares.example/listings/1", "/listings/1/qr.svg", "Thu 3 December"
            ),
        ),
        "poster": ("portal/poster.html", make.poster()),
        "gone": (
            "portal/gone.html",
            vm.GonePage(
                HEAD, "Plan chest", "given", make.ago(days=2), make.OFFERS[:4], vm.Link("School", "/organisations/x")
            ),
        ),
        "report": ("portal/report.html", make.report()),
        "report-done": (
            "portal/report_done.html",
            vm.ReportDonePage(HEAD, vm.Link("Gazebo", "/listings/1"), "a@b.example"),
        ),
        "events": ("portal/events.html", portal.events()),
        "listing-event": ("portal/listing.html", portal.workshop()),
        "certificate": ("portal/certificate.html", recognising.certificate()),
        "organisation": (
            "portal/organisation.html",
            replace(make.organisation(), recognition=recognising.box(), effect=effect.box()),
        ),
        "impact-method": ("portal/impact_method.html", effect.method()),
        "recognition": ("portal/recognition.html", recognising.about()),
        "desk-recognition": ("desk/recognition.html", recognising.at_the_desk()),
        "sources": (
            "portal/sources.html",
            vm.NetworkPage(HEAD, operate.sources(), make.home().summary, make.PAGER, "/how-it-works"),
        ),
        "source": ("portal/source.html", operate.source()),
        "downloads": ("portal/downloads.html", portal.downloads()),
        "wanted": ("portal/wanted.html", portal.wanted()),
        "wish": ("portal/wish.html", portal.wish()),
        "categories": ("portal/categories.html", portal.categories()),
        "category": ("portal/category.html", portal.category()),
        "ideas": ("portal/ideas.html", portal.ideas()),
        "how-it-works": ("portal/how_it_works.html", portal.how_it_works("share@shares.example")),
        "what-belongs": ("portal/what_belongs.html", portal.what_belongs()),
        "accessibility": (
            "portal/accessibility.html",
            vm.AccessibilityPage(make.head("Accessibility"), "share@shares.example"),
        ),
        "privacy": ("portal/privacy.html", portal.privacy()),
        "offline": ("portal/offline.html", portal.offline()),
        "propose": ("portal/propose.html", vm.ProposePage(HEAD, make.form("url", "email", wrong=True))),
        "propose-done": ("portal/propose_done.html", vm.ProposeDonePage(HEAD, "https://otters.example", "a@b.example")),
        "alert-new": ("portal/alert_new.html", tell.new()),
        "alert-asked": ("portal/alert_asked.html", tell.asked()),
        "alert-confirm": ("portal/alert_word.html", tell.word("confirm", press=FORM)),
        "alert-confirmed": ("portal/alert_word.html", tell.word("confirmed", manage_path="/alerts/manage/x")),
        "alert-stop": ("portal/alert_word.html", tell.word("stop", press=FORM)),
        "alert-stopped": ("portal/alert_word.html", tell.word("stopped", manage_path="/alerts/manage/x")),
        "alert-mine": ("portal/alert_mine.html", tell.mine()),
        "alert-mine-sent": ("portal/alert_mine.html", tell.mine("anna@park.example")),
        "alerts": ("portal/alerts.html", tell.manage()),
        "mailbox": ("portal/mailbox.html", vm.MailboxPage(HEAD, tell.mails())),
        "control-mailbox": ("control/mailbox.html", vm.ControlMailboxPage(HEAD, operate.frame(), tell.mails())),
        "api": ("portal/api.html", portal.api()),
        "error-404": ("portal/error.html", operate.error(404)),
        "error-429": ("portal/error.html", operate.error(429, retry_s=90)),
        "error-429-search": (
            "portal/error.html",
            operate.error(429, retry_s=2, again_path="/search", again=(("q", "oak desk"), ("near", "Eye"))),
        ),
        "error-503-form": ("portal/error.html", operate.error(503, unsent=operate.unsent())),
        "error-503-password": ("portal/error.html", operate.error(503, unsent=operate.unsent(with_secrets=True))),
        "error-500": (
            "portal/error.html",
            operate.error(500, reference="7f3a", what="It broke.", kept="All kept.", next_step="Wait."),
        ),
        "embed-frame": ("embed/frame.html", embed.frame()),
        "embed-one": ("embed/frame.html", embed.one()),
        "embed-gone": ("embed/frame.html", embed.gone()),
        "embed-make": ("embed/make.html", embed.maker()),
        "publisher": ("publisher/home.html", operate.publisher()),
        "login": ("control/login.html", operate.login("explain")),
        "login-ready": ("control/login.html", operate.login("ready")),
        "login-expired": ("control/login.html", operate.login("expired")),
        "login-used": ("control/login.html", operate.login("used")),
        "login-out": ("control/login.html", operate.login("signed_out")),
        "overview": ("control/overview.html", operate.overview()),
        "proposals": ("control/proposals.html", operate.proposals()),
        "proposal": ("control/proposal.html", operate.proposal()),
        "proposal-wrong": ("control/proposal.html", operate.wrong_proposal()),
        "proposal-unread": ("control/proposal.html", operate.unread_proposal()),
        "queue": ("control/queue.html", operate.queue()),
        "queue-item": ("control/queue_item.html", operate.queue_item()),
        "reported": ("control/reported.html", operate.reported()),
        "queue-removal": ("control/queue_item.html", operate.queue_removal()),
        "control-sources": ("control/sources.html", operate.control_sources()),
        "control-source": ("control/source.html", operate.control_source()),
        "control-source-paused": ("control/source.html", operate.paused_source()),
        "appearance": ("control/appearance.html", look.appearance()),
        "appearance-wrong": ("control/appearance.html", look.appearance(wrong=True)),
        "logo": ("control/logo.html", look.logo()),
        "preview": ("control/preview.html", look.preview()),
        **desk.FULL,
        **writing.FULL,
        **importing.FULL,
        **calendar.FULL,
        **asking.FULL,
        **dashboard.FULL,
        **telling.FULL,
    }
)
MINIMAL: MappingProxyType[str, tuple[str, Any]] = MappingProxyType(
    {
        **desk.MINIMAL,
        **writing.MINIMAL,
        **importing.MINIMAL,
        **calendar.MINIMAL,
        **asking.MINIMAL,
        **recognising.MINIMAL,
        **dashboard.MINIMAL,
        **telling.MINIMAL,
        **effect.MINIMAL,
        "home": ("portal/home.html", vm.HomePage(HEAD)),
        "home-card": (
            "portal/home.html",
            vm.HomePage(HEAD, new=(vm.Card("/l/1", "", "give"),), wanted=(vm.Card("/l/2", "x", "wanted"),)),
        ),
        "search": ("portal/search.html", vm.SearchPage(HEAD, "/search", 0)),
        "search-card": (
            "portal/search.html",
            vm.SearchPage(HEAD, "/search", 1, (vm.Card("/l/1", "x", "mend"),), map=vm.MapView()),
        ),
        "listing": ("portal/listing.html", vm.ListingPage(HEAD, vm.Card("/l/1", "x", "give"), "give", "item")),
        "sheet": (
            "portal/sheet.html",
            vm.SheetPage(
                HEAD, vm.ListingPage(HEAD, vm.Card("/l/1", "", "give"), "give", "item"), "https://a.example/1"
            ),
        ),
        "poster": (
            "portal/poster.html",
            vm.PosterPage(HEAD, "x", "y", "https://a.example/", "/qr.svg", vm.Link("x", "/")),
        ),
        "gone": ("portal/gone.html", vm.GonePage(HEAD)),
        "report": ("portal/report.html", vm.ReportPage(HEAD, vm.Link("", "/l/1"), FORM)),
        "report-done": ("portal/report_done.html", vm.ReportDonePage(HEAD, vm.Link("x", "/l/1"))),
        "events": ("portal/events.html", vm.EventsPage(HEAD)),
        "organisation": ("portal/organisation.html", vm.OrganisationPage(HEAD, vm.OrganisationBox("x"))),
        "sources": ("portal/sources.html", vm.NetworkPage(HEAD)),
        "source": ("portal/source.html", vm.SourcePage(HEAD, vm.SourceRow("x", "/sources/1"))),
        "downloads": ("portal/downloads.html", replace(portal.downloads(), listings=0, files=())),
        "wanted": ("portal/wanted.html", vm.WantedPage(HEAD, 0)),
        "wish": ("portal/wish.html", vm.WishPage(HEAD, "/wanted/new")),
        "wanted-there": ("portal/wanted.html", portal.nothing_wanted()),
        "wanted-later": ("portal/wanted.html", vm.WantedPage(HEAD, 0, action_path="/wanted", ready=False)),
        "categories": ("portal/categories.html", vm.CategoriesPage(HEAD)),
        "category": ("portal/category.html", vm.CategoryPage(HEAD, "x", "other", "/search", "/wanted")),
        "ideas": ("portal/ideas.html", vm.IdeasPage(HEAD)),
        "what-belongs": ("portal/what_belongs.html", vm.BelongsPage(HEAD, "/ideas")),
        "how-it-works": ("portal/how_it_works.html", portal.how_it_works()),
        "accessibility": ("portal/accessibility.html", vm.AccessibilityPage(HEAD)),
        "offline": ("portal/offline.html", vm.OfflinePage(HEAD, 60, 60, 30)),
        "privacy": ("portal/privacy.html", vm.PrivacyPage(HEAD, 30, 1, 60, 90, 2, 12, 7)),
        "propose": ("portal/propose.html", vm.ProposePage(HEAD, FORM)),
        "propose-done": ("portal/propose_done.html", vm.ProposeDonePage(HEAD, "https://a.example")),
        "alert-new": ("portal/alert_new.html", vm.AlertNewPage(HEAD, "", vm.Link("x", "/search"), FORM)),
        "alert-asked": ("portal/alert_asked.html", vm.AlertAskedPage(HEAD, vm.Link("", "/search"), "a@b.example", 48)),
        "alert-mine": ("portal/alert_mine.html", vm.AlertMinePage(HEAD, FORM)),
        "alert-over": ("portal/alert_word.html", vm.AlertWordPage(HEAD, "over")),
        "alerts": ("portal/alerts.html", vm.AlertsPage(HEAD)),
        "mailbox": ("portal/mailbox.html", vm.MailboxPage(HEAD)),
        "control-mailbox": ("control/mailbox.html", vm.ControlMailboxPage(HEAD, operate.frame(), captured=False)),
        "control-mailbox-empty": ("control/mailbox.html", vm.ControlMailboxPage(HEAD, operate.frame())),
        "api": ("portal/api.html", vm.ApiPage(HEAD, "/api/openapi.json", "/changes.json", "/downloads/")),
        "error": ("portal/error.html", operate.error(418)),
        "embed-frame": ("embed/frame.html", vm.EmbedFrame(HEAD, "x", vm.Link("x", "/search"))),
        "embed-make": ("embed/make.html", vm.EmbedMaker(HEAD, vm.Form("/embed/make", ""), "/embed", 300, ())),
        "publisher": ("publisher/home.html", vm.PublisherHomePage(HEAD)),
        "login": ("control/login.html", vm.LoginPage(HEAD, "explain", "x", 15)),
        "overview": ("control/overview.html", vm.OverviewPage(HEAD, operate.frame(), 0, 0, 0, 0, 0)),
        "proposals": ("control/proposals.html", vm.ProposalsPage(HEAD, operate.frame("proposals"))),
        "proposal": ("control/proposal.html", vm.ProposalPage(HEAD, operate.frame(), operate.proposal_rows()[1], None)),
        "queue": ("control/queue.html", vm.QueuePage(HEAD, operate.frame("queue"))),
        "queue-item": ("control/queue_item.html", vm.QueueItemPage(HEAD, operate.frame("queue"))),
        "appearance": ("control/appearance.html", look.untouched()),
        "logo": ("control/logo.html", look.no_logo()),
        "preview": ("control/preview.html", look.no_preview()),
        "control-sources": ("control/sources.html", vm.ControlSourcesPage(HEAD, operate.frame("sources"))),
        "control-source": (
            "control/source.html",
            vm.ControlSourcePage(HEAD, operate.frame("sources"), operate.sources()[5]),
        ),
        "reported": (
            "control/reported.html",
            vm.ReportedPage(HEAD, operate.frame("queue"), vm.Card("/l/1", "", "give"), make.NOW, FORM, FORM),
        ),
        "queue-row": (
            "control/queue_item.html",
            vm.QueueItemPage(HEAD, operate.frame("queue"), row=operate.queue_rows()[2]),
        ),
    }
)


def spoil_text(name: str) -> str:
    if name.endswith("_url") or name == "url":
        return HOSTILE_URL
    return HOSTILE_PATH if name.endswith("path") or name == "address" else HOSTILE_TEXT


def spoil(value: Any, name: str = "") -> Any:
    """The same value with every text in it replaced by a hostile one; numbers, dates and cleaned HTML stay."""
    if name in KEPT or isinstance(value, Markup):
        return value
    if isinstance(value, str):
        return spoil_text(name)
    if isinstance(value, tuple):
        return tuple(spoil(part, name) for part in value)
    if isinstance(value, dict):
        return {key: spoil(part, "typed") for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{part.name: spoil(getattr(value, part.name), part.name) for part in fields(value)})
    return value


HOSTILE = MappingProxyType({name: (template, spoil(page)) for name, (template, page) in FULL.items()})
HOSTILE_SITE = spoil(make.site(logo=make.image(), header_links=(vm.Link("About", "/about"),)))
