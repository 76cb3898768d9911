"""The words of the desk for its codes, as vocabularies of `node.web.wording.code_words`."""

from __future__ import annotations

from collections.abc import Mapping

from node.voices import later as _l

FORMS: Mapping[str, str] = {
    "give": _l("Give something"),
    "lend": _l("Lend something"),
    "host": _l("Share a space"),
    "help": _l("Offer help"),
    "wanted": _l("Ask for something"),
    "event": _l("An event: drop-in, workshop, open day"),
}
WAYS: Mapping[str, str] = {
    "give": _l("Things that others may keep: chairs, paper, a printer"),
    "lend": _l("Things that come back: a gazebo, a ladder, a projector"),
    "host": _l("A hall, a room, a kitchen, a workshop"),
    "help": _l("An hour of what somebody knows or can do"),
    "wanted": _l("What your organisation needs"),
    "event": _l("People come at a certain time, once or every week"),
}
GATHERINGS: Mapping[str, str] = {
    "help": _l("A workshop: somebody shows, teaches or mends something"),
    "host": _l("Open doors: a drop-in, a café, an open day"),
}
REPEATS: Mapping[str, str] = {
    "once": _l("No, only on this day"),
    "daily": _l("Every day"),
    "weekly": _l("Every week on the same weekday"),
    "fortnightly": _l("Every other week on the same weekday"),
    "monthly": _l("Every month, such as on its first Thursday"),
}
SIGN_UPS: Mapping[str, str] = {
    "none": _l("No, people just come"),
    "needed": _l("Yes, they sign up first"),
}
NEEDS: Mapping[str, str] = {
    "give": _l("A thing to keep"),
    "lend": _l("A thing to borrow"),
    "host": _l("A place to use"),
    "help": _l("Somebody’s time and skill"),
}
PRECISIONS: Mapping[str, str] = {
    "door": _l("Exactly: where people come to the door"),
    "street": _l("To the street, about 200 metres"),
    "area": _l("To the part of town, about a kilometre"),
    "town": _l("Only the town"),
}
QUESTIONS: Mapping[str, str] = {
    "electrical": _l("Has it passed an electrical safety test?"),
    "fire_label": _l("Does it have its fire safety label?"),
    "data_wiped": _l("Has all personal data been removed?"),
    "food": _l("Is it in date?"),
    "ladder": _l("Has it been inspected?"),
}
QUESTION_HINTS: Mapping[str, str] = {
    "electrical": _l("Portable appliance testing, often a green label on the plug."),
    "fire_label": _l("It is sewn on, often beneath a cushion. Many organisations may not take furniture without it."),
    "data_wiped": _l("Deleting files is not enough: reset it, or use a program that overwrites the drive."),
    "food": _l("Unopened, and kept as it says on the packet. What is past a use-by date must not be passed on."),
    "ladder": _l("Nothing bent, cracked or loose, and the feet are there."),
}
CHECKS: Mapping[str, str] = {
    "electrical.tested": _l("Yes, it has passed"),
    "electrical.no_plug": _l("It has no mains plug"),
    "electrical.untested": _l("No, it has not been tested"),
    "fire_label.there": _l("Yes, it is there"),
    "fire_label.no_filling": _l("It has no filling and no covers"),
    "fire_label.missing": _l("No, there is none"),
    "data_wiped.wiped": _l("Yes, all of it"),
    "data_wiped.no_drive": _l("There is no drive in it"),
    "data_wiped.not_yet": _l("Not yet"),
    "food.in_date": _l("Yes, and unopened"),
    "food.past_best": _l("It is past its best-before date, not past a use-by date"),
    "ladder.inspected": _l("Yes, and it is safe"),
    "ladder.not_inspected": _l("No"),
}
STATES: Mapping[str, str] = {
    "live": _l("Shown"),
    "paused": _l("Paused"),
    "withdrawn": _l("Taken down"),
    "expired": _l("Over"),
    "drafts": _l("Drafts"),
}
CHANGES: Mapping[str, str] = {
    "added": _l("Published"),
    "changed": _l("Changed"),
    "renewed": _l("Renewed"),
    "paused": _l("Paused"),
    "resumed": _l("Shown again"),
    "withdrawn": _l("Taken down"),
    "given": _l("Taken down: it is given"),
    "expired": _l("Taken down: it is over"),
    "removed": _l("Removed"),
    "brought_back": _l("An earlier version was brought back"),
    "undone": _l("What was done with several at once was undone"),
}
REASONS: Mapping[str, str] = {
    "given": _l("It is given, or the work is done"),
    "withdrawn": _l("We do not offer it any more"),
    "removed": _l("It should not have been there"),
}
"""Why something is taken down."""
FIELDS: Mapping[str, str] = {
    "title": _l("What is it?"),
    "text": _l("What else is there to know?"),
    "need": _l("What do you need?"),
    "category": _l("Category"),
    "count": _l("How many?"),
    "unit": _l("What is counted?"),
    "condition": _l("Condition"),
    "check": _l("Safety"),
    "food_until": _l("Date on it"),
    "recall": _l("Recalled products"),
    "safety": _l("Safety"),
    "place": _l("Where is it?"),
    "from": _l("From"),
    "until": _l("Until"),
    "gathering": _l("What kind of event is it?"),
    "on": _l("On which day?"),
    "starts": _l("When does it begin?"),
    "ends": _l("When does it end?"),
    "repeat": _l("Does it repeat?"),
    "repeat_until": _l("Until when does it repeat?"),
    "also": _l("On other days, too"),
    "off": _l("On which days does it not take place after all?"),
    "people": _l("How many people can come?"),
    "sign_up": _l("Do people have to sign up?"),
    "weight": _l("Weight of one"),
    "hours": _l("Hours"),
    "terms": _l("How is it handed over?"),
    "contact": _l("How do people get in touch?"),
    "expires": _l("Shown until"),
    "accessibility": _l("Accessibility"),
    "tags": _l("Words to find it by"),
    "language": _l("Language"),
    "appeal": _l("Why it is free"),
    "images": _l("Photographs"),
    "status": _l("Reserved"),
}
VOCABULARIES: Mapping[str, Mapping[str, str]] = {
    "sign_form": FORMS,
    "way": WAYS,
    "gathering": GATHERINGS,
    "repeat": REPEATS,
    "sign_up": SIGN_UPS,
    "need": NEEDS,
    "precision": PRECISIONS,
    "question": QUESTIONS,
    "question_hint": QUESTION_HINTS,
    "check": CHECKS,
    "own_state": STATES,
    "own_change": CHANGES,
    "own_reason": REASONS,
    "desk_field": FIELDS,
}
