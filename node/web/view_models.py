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
portal/ask.html                 AskPage
portal/exchange.html            ExchangePage
portal/organisation.html        OrganisationPage
portal/sources.html             NetworkPage
portal/source.html              SourcePage
portal/propose.html             ProposePage
portal/propose_done.html        ProposeDonePage
portal/downloads.html           DownloadsPage
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
control/appearance.html         AppearancePage
control/logo.html               LogoPage
control/preview.html            PreviewPage
desk/account.html               DeskAccountPage
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
desk/profile.html               DeskProfilePage
desk/new_organisation.html      DeskNewOrganisationPage
desk/overview.html              DeskOverviewPage
desk/photos.html                DeskPhotosPage
desk/new_listing.html           DeskNewPage
desk/listing_form.html          DeskFormPage
desk/preview.html               DeskPreviewPage
desk/published.html             DeskPublishedPage
desk/signed_out.html            DeskSignedOutPage
desk/export.html                DeskExportPage
desk/print.html                 DeskPrintPage
desk/paper.html                 DeskPaperPage
desk/listings.html              DeskListingsPage
desk/history.html               DeskHistoryPage
desk/reminded.html              DeskRemindedPage
desk/requests.html              DeskRequestsPage
desk/request.html               DeskRequestPage
desk/given.html                 DeskGivenPage
==============================  ====================

Not for: deciding anything, reading a request, or building a URL. Those are a view's work.
"""

from __future__ import annotations

from node.web import view_models_appearance, view_models_desk_people, view_models_events, view_models_exchanges
from node.web.view_model_parts import (
    Card,
    Choice,
    EventDate,
    FeedLink,
    Form,
    Head,
    Image,
    Language,
    LanguageSwitch,
    Link,
    MapSettings,
    MapView,
    PageLink,
    Pager,
    Place,
    PreviewBar,
    Site,
)
from node.web.view_models_alerts import (
    AlertAskedPage,
    AlertMinePage,
    AlertNewPage,
    AlertRow,
    AlertsPage,
    AlertWordPage,
    ControlMailboxPage,
    KeptMail,
    MailboxPage,
)
from node.web.view_models_api import ApiAnswer, ApiField, ApiForm, ApiGroup, ApiMember, ApiOperation, ApiPage
from node.web.view_models_appearance import *  # noqa: F403 - a line each would make this file too long
from node.web.view_models_calendar import DeskBookingPage, DeskCalendarPage, DeskCalendarSettingsPage, DeskClosedPage
from node.web.view_models_control import (
    ControlFrame,
    ControlSourcePage,
    ControlSourcesPage,
    LoginPage,
    MarkedText,
    MassRemoval,
    OverviewPage,
    Piece,
    Preview,
    ProposalPage,
    ProposalRow,
    ProposalsPage,
    QueueItemPage,
    QueuePage,
    QueueRow,
    ReportedPage,
    ReportRow,
)
from node.web.view_models_desk import (
    DeskAccountPage,
    DeskCodesPage,
    DeskFrame,
    DeskHomePage,
    DeskOverviewPage,
    DeskPasskeyRow,
    DeskPasskeysPage,
    DeskPasswordPage,
    DeskPlace,
    DeskProvePage,
    DeskResetPage,
    DeskSessionRow,
    DeskSignInPage,
    DeskTab,
)
from node.web.view_models_desk_export import DeskExportPage
from node.web.view_models_desk_listings import (
    DeskAsks,
    DeskDifference,
    DeskDraftRow,
    DeskFormPage,
    DeskGroup,
    DeskHistoryPage,
    DeskListingsPage,
    DeskNewPage,
    DeskPreviewPage,
    DeskPublishedPage,
    DeskRemindedPage,
    DeskRow,
    DeskSignedOutPage,
    DeskVersion,
    DeskWay,
    DeskWords,
)
from node.web.view_models_desk_people import *  # noqa: F403 - see above
from node.web.view_models_desk_photos import DeskPhotosPage, PhotoFields, PhotoItem
from node.web.view_models_desk_print import DeskPaperPage, DeskPrintPage, PaperItem, PaperSheet
from node.web.view_models_embed import EmbedCode, EmbedFrame, EmbedMaker
from node.web.view_models_events import *  # noqa: F403 - see above
from node.web.view_models_exchanges import *  # noqa: F403 - see above
from node.web.view_models_home import ActionEntry, CategoryTile, HomePage, Nearby
from node.web.view_models_listing import (
    GonePage,
    ListingPage,
    OrganisationBox,
    OrganisationPage,
    Origin,
    PosterPage,
    PublisherHomePage,
    ReportDonePage,
    ReportPage,
    Sharing,
    SheetPage,
    Step,
)
from node.web.view_models_network import (
    EventRow,
    NetworkPage,
    NetworkSummary,
    PollRow,
    ProposeDonePage,
    ProposePage,
    SourcePage,
    SourceRow,
    Verdict,
)
from node.web.view_models_portal import (
    AccessibilityPage,
    BelongsPage,
    CategoriesPage,
    CategoryEntry,
    CategoryPage,
    DownloadFile,
    DownloadsPage,
    ErrorPage,
    HowItWorksPage,
    IdeaRow,
    IdeasPage,
    OfflinePage,
    PrivacyPage,
    UnsentForm,
    WantedPage,
    WantedRow,
    WishPage,
)
from node.web.view_models_search import AppliedFilter, DaysFilter, Facet, FacetOption, Reach, ReachStep, SearchPage

__all__ = [
    "AccessibilityPage",
    "ActionEntry",
    "AlertAskedPage",
    "AlertMinePage",
    "AlertNewPage",
    "AlertRow",
    "AlertWordPage",
    "AlertsPage",
    "ApiAnswer",
    "ApiField",
    "ApiForm",
    "ApiGroup",
    "ApiMember",
    "ApiOperation",
    "ApiPage",
    "AppliedFilter",
    "BelongsPage",
    "Card",
    "CategoriesPage",
    "CategoryEntry",
    "CategoryPage",
    "CategoryTile",
    "Choice",
    "ControlFrame",
    "ControlMailboxPage",
    "ControlSourcePage",
    "ControlSourcesPage",
    "DaysFilter",
    "DeskAccountPage",
    "DeskAsks",
    "DeskBookingPage",
    "DeskCalendarPage",
    "DeskCalendarSettingsPage",
    "DeskClosedPage",
    "DeskCodesPage",
    "DeskDifference",
    "DeskDraftRow",
    "DeskExportPage",
    "DeskFormPage",
    "DeskFrame",
    "DeskGroup",
    "DeskHistoryPage",
    "DeskHomePage",
    "DeskListingsPage",
    "DeskNewPage",
    "DeskOverviewPage",
    "DeskPaperPage",
    "DeskPasskeyRow",
    "DeskPasskeysPage",
    "DeskPasswordPage",
    "DeskPhotosPage",
    "DeskPlace",
    "DeskPreviewPage",
    "DeskPrintPage",
    "DeskProvePage",
    "DeskPublishedPage",
    "DeskRemindedPage",
    "DeskResetPage",
    "DeskRow",
    "DeskSessionRow",
    "DeskSignInPage",
    "DeskSignedOutPage",
    "DeskTab",
    "DeskVersion",
    "DeskWay",
    "DeskWords",
    "DownloadFile",
    "DownloadsPage",
    "EmbedCode",
    "EmbedFrame",
    "EmbedMaker",
    "ErrorPage",
    "EventDate",
    "EventRow",
    "Facet",
    "FacetOption",
    "FeedLink",
    "Form",
    "GonePage",
    "Head",
    "HomePage",
    "HowItWorksPage",
    "IdeaRow",
    "IdeasPage",
    "Image",
    "KeptMail",
    "Language",
    "LanguageSwitch",
    "Link",
    "ListingPage",
    "LoginPage",
    "MailboxPage",
    "MapSettings",
    "MapView",
    "MarkedText",
    "MassRemoval",
    "Nearby",
    "NetworkPage",
    "NetworkSummary",
    "OfflinePage",
    "OrganisationBox",
    "OrganisationPage",
    "Origin",
    "OverviewPage",
    "PageLink",
    "Pager",
    "PaperItem",
    "PaperSheet",
    "PhotoFields",
    "PhotoItem",
    "Piece",
    "Place",
    "PollRow",
    "PosterPage",
    "Preview",
    "PreviewBar",
    "PrivacyPage",
    "ProposalPage",
    "ProposalRow",
    "ProposalsPage",
    "ProposeDonePage",
    "ProposePage",
    "PublisherHomePage",
    "QueueItemPage",
    "QueuePage",
    "QueueRow",
    "Reach",
    "ReachStep",
    "ReportDonePage",
    "ReportPage",
    "ReportRow",
    "ReportedPage",
    "SearchPage",
    "Sharing",
    "SheetPage",
    "Site",
    "SourcePage",
    "SourceRow",
    "Step",
    "UnsentForm",
    "Verdict",
    "WantedPage",
    "WantedRow",
    "WishPage",
]
__all__ += view_models_appearance.__all__ + view_models_desk_people.__all__
__all__ += view_models_events.__all__ + view_models_exchanges.__all__
