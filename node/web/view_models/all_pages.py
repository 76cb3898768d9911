"""What each page shows: one frozen dataclass for each template, filled by views, read by templates.

Every template is rendered as ``render_template(name, page=..., site=...)``. A view fills the page's class
completely, and a template reads nothing else. Views import each from its own module, so that a node loads what its
own pages show and no more; here they stand together for tests. Fields are only ever added, with defaults.

==============================  ====================
template                        ``page``
==============================  ====================
portal/events.html              EventsPage
portal/home.html                HomePage
portal/search.html              SearchPage
portal/listing.html             ListingPage
portal/sheet.html               SheetPage
portal/poster.html              PosterPage
portal/gone.html                GonePage
portal/report.html              ReportPage
portal/report_done.html         ReportDonePage
portal/ask_as.html              AskAsPage
portal/ask.html                 AskPage
portal/exchange.html            ExchangePage
portal/meeting.html             MeetingPage
portal/asked_already.html       AskedAlreadyPage
portal/organisation.html        OrganisationPage
portal/recognition.html         RulesPage
portal/stories.html             StoriesPage
portal/story.html               StoryPage
portal/story_word.html          StoryWordPage
portal/story_report.html        StoryReportPage
portal/story_report_done.html   StoryReportDonePage
portal/certificate.html         CertificatePage
portal/impact_method.html       MethodPage
portal/sources.html             NetworkPage
portal/source.html              SourcePage
portal/propose.html             ProposePage
portal/propose_done.html        ProposeDonePage
portal/downloads.html           DownloadsPage
portal/impact.html              ImpactPage
portal/impact_report.html       ImpactPage
portal/impact_handovers.html    ImpactHandoversPage
portal/wanted.html              WantedPage
portal/wish.html                WishPage
portal/categories.html          CategoriesPage
portal/category.html            CategoryPage
portal/ideas.html               IdeasPage
portal/how_it_works.html        HowItWorksPage
portal/what_belongs.html        BelongsPage
portal/accessibility.html       AccessibilityPage
portal/privacy.html             PrivacyPage
portal/offline.html             OfflinePage
portal/alert_new.html           AlertNewPage
portal/alert_asked.html         AlertAskedPage
portal/alert_mine.html          AlertMinePage
portal/alert_word.html          AlertWordPage
portal/alerts.html              AlertsPage
portal/mailbox.html             MailboxPage
portal/error.html               ErrorPage
embed/frame.html                EmbedFrame
embed/make.html                 EmbedMaker
publisher/home.html             PublisherHomePage
portal/api.html                 ApiPage
control/login.html              LoginPage
control/overview.html           OverviewPage
control/proposals.html          ProposalsPage
control/proposal.html           ProposalPage
control/queue.html              QueuePage
control/queue_item.html         QueueItemPage
control/reported.html           ReportedPage
control/sources.html            ControlSourcesPage
control/source.html             ControlSourcePage
control/mailbox.html            ControlMailboxPage
control/stories.html            ControlStoriesPage
control/appearance.html         AppearancePage
control/logo.html               LogoPage
control/preview.html            PreviewPage
desk/account.html               DeskAccountPage
desk/address.html               DeskAddressPage
desk/address_undo.html          DeskAddressUndoPage
desk/leaving.html               DeskLeavingPage
desk/booking.html               DeskBookingPage
desk/calendar.html              DeskCalendarPage
desk/calendar_settings.html     DeskCalendarSettingsPage
desk/closed.html                DeskClosedPage
desk/password.html              DeskPasswordPage
desk/prove.html                 DeskProvePage
desk/members.html               DeskMembersPage
desk/invitation.html            DeskInvitationPage
desk/log.html                   DeskLogPage
desk/reset.html                 DeskResetPage
desk/tokens.html                DeskTokensPage
desk/codes.html                 DeskCodesPage
desk/code.html                  DeskSignInPage
desk/passkeys.html              DeskPasskeysPage
desk/sign_in.html               DeskSignInPage
desk/home.html                  DeskHomePage
desk/health.html                DeskHealthPage
desk/profile.html               DeskProfilePage
desk/new_organisation.html      DeskNewOrganisationPage
desk/overview.html              DeskOverviewPage
desk/photos.html                DeskPhotosPage
desk/new_listing.html           DeskNewPage
desk/listing_form.html          DeskFormPage
desk/preview.html               DeskPreviewPage
desk/published.html             DeskPublishedPage
desk/export.html                DeskExportPage
desk/move.html                  DeskMovePage
desk/bring.html                 DeskBringPage
desk/print.html                 DeskPrintPage
desk/paper.html                 DeskPaperPage
desk/recognition.html           DeskRecognitionPage
desk/listings.html              DeskListingsPage
desk/bulk.html                  DeskBulkPage
desk/history.html               DeskHistoryPage
desk/imports.html               DeskImportsPage
desk/import.html                DeskImportPage
desk/import_rows.html           DeskImportRowsPage
desk/reminded.html              DeskRemindedPage
desk/requests.html              DeskRequestsPage
desk/request.html               DeskRequestPage
desk/ask.html                   DeskAskPage
desk/ask_as.html                DeskAskChoicePage
desk/given.html                 DeskGivenPage
desk/stories.html               DeskStoriesPage
desk/story_form.html            DeskStoryFormPage
desk/story_preview.html         DeskStoryPreviewPage
desk/story_word.html            DeskStoryWordPage
==============================  ====================

Not for: deciding anything, reading a request, or building a URL. Those are a view's work.
"""

# ruff: noqa: F403
from __future__ import annotations

from node.web.view_models.alerts import *
from node.web.view_models.api import *
from node.web.view_models.appearance import *
from node.web.view_models.calendar import *
from node.web.view_models.control import *
from node.web.view_models.dashboard import *
from node.web.view_models.desk import *
from node.web.view_models.desk_export import *
from node.web.view_models.desk_imports import *
from node.web.view_models.desk_listings import *
from node.web.view_models.desk_people import *
from node.web.view_models.desk_photos import *
from node.web.view_models.desk_print import *
from node.web.view_models.effect import *
from node.web.view_models.embed import *
from node.web.view_models.events import *
from node.web.view_models.exchanges import *
from node.web.view_models.health import *
from node.web.view_models.home import *
from node.web.view_models.listing import *
from node.web.view_models.network import *
from node.web.view_models.parts import *
from node.web.view_models.portal import *
from node.web.view_models.profile import *
from node.web.view_models.recognition import *
from node.web.view_models.search import *
from node.web.view_models.stories import *

_HERE = dict(globals())
_OURS = (name for name, held in _HERE.items() if isinstance(held, type) and "view_model" in held.__module__)
__all__ = [*sorted(_OURS)]  # noqa: PLE0604 - what was imported above
