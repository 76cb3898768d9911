"""The words of imports for their codes, as vocabularies of `node.web.wording.code_words`."""

from __future__ import annotations

from collections.abc import Mapping

from node.voices import later as _l

STATES: Mapping[str, str] = {
    "columns": _l("columns to be looked at"),
    "checking": _l("being looked at"),
    "checked": _l("waits for you"),
    "running": _l("being imported"),
    "done": _l("imported"),
    "undoing": _l("being undone"),
    "undone": _l("undone"),
}
TITLES: Mapping[str, str] = {
    "columns": _l("What the columns mean"),
    "checking": _l("Looking at every row"),
    "checked": _l("What would happen"),
    "running": _l("Importing"),
    "done": _l("What was imported"),
    "undoing": _l("Undoing the import"),
    "undone": _l("The import is undone"),
}
COUNTS: Mapping[str, str] = {
    "added": _l("new"),
    "changed": _l("changed"),
    "unchanged": _l("as before"),
    "withdrawn": _l("taken down"),
    "absent": _l("taken down, not in the file"),
    "skipped": _l("over, and never shown"),
    "refused": _l("to be put right"),
    "doubted": _l("may be looked at first"),
    "left": _l("left out"),
    "undone": _l("taken back"),
    "kept": _l("kept, changed since"),
    "waiting": _l("not looked at yet"),
    "ready": _l("good"),
}
COLUMNS: Mapping[str, str] = {
    "id": _l("Your own number"),
    "direction": _l("Offered or wanted"),
    "kind": _l("Thing, room or skill"),
    "action": _l("Give, lend, host or help"),
    "title": _l("What it is"),
    "description": _l("More about it"),
    "category": _l("Category"),
    "condition": _l("Condition"),
    "quantity": _l("How many"),
    "unit": _l("What is counted"),
    "organisation": _l("Who it is from"),
    "locality": _l("Town or part of town"),
    "postcode": _l("Postcode"),
    "lat": _l("Latitude"),
    "lon": _l("Longitude"),
    "available_from": _l("Can be had from"),
    "available_until": _l("Can be had until"),
    "weight_kg": _l("Weight of one in kilograms"),
    "tags": _l("Words to find it by"),
    "language": _l("Language"),
    "expires": _l("Shown until"),
    "image": _l("Photographs"),
    "image_alt": _l("What the photographs show"),
    "terms": _l("How is it handed over?"),
    "accessibility": _l("Accessibility"),
    "safety": _l("Safety"),
    "appeal": _l("Why it is free"),
    "status": _l("Reserved, given or withdrawn"),
    "place": _l("Name of the building"),
    "country": _l("Country"),
    "precision_m": _l("How exact the point is, in metres"),
    "hours": _l("Hours"),
    "replacement_value": _l("What a new one costs"),
    "currency": _l("Currency of that"),
    "url": _l("Your page about it"),
    "request_url": _l("Page to ask for it"),
    "event_dates": _l("Days on which it takes place"),
    "event_cancelled": _l("Days on which it is cancelled"),
    "event_starts": _l("When it begins"),
    "event_ends": _l("When it ends"),
    "event_zone": _l("Time zone of these times"),
    "event_places": _l("For how many people"),
    "event_sign_up": _l("Whether one has to sign up"),
    "price": _l("A price, which must be nothing"),
}
VOCABULARIES: Mapping[str, Mapping[str, str]] = {
    "import_state": STATES,
    "import_title": TITLES,
    "import_count": COUNTS,
    "import_column": COLUMNS,
}
