"""What the members of a receipt mean, for the specification and the published JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

HALF_MEANINGS: Mapping[str, str] = {
    "id": "Absolute URI that begins with `signed_by`, unique in the feed.",
    "title": "The listing's title.",
    "content_text": "One sentence for people, with no person in it.",
    "date_published": "The day of the end, at midnight UTC.",
    "date_modified": "The day of signing, at midnight UTC.",
    "_sharefeed": "What is said, as below.",
}
RECEIPT_MEANINGS: Mapping[str, str] = {
    "type": "`receipt`.",
    "exchange": "URI of the exchange, the same in both halves. It begins with the id of the node that keeps it.",
    "side": "Whose half it is.",
    "outcome": "How it ended.",
    "listing": "Id of the listing.",
    "direction": "As the listing had it.",
    "kind": "As the listing had it.",
    "action": "As the listing had it.",
    "category": "As the listing had it.",
    "quantity": "How many were handed over, or asked for where nothing was.",
    "unit": "As the listing had it.",
    "weight_kg": "What one unit weighs, kg.",
    "weight_source": "Who says so: it was weighed, or the giver stated it.",
    "hours": "Of the whole exchange, for spaces and skills.",
    "owner": "Whose listing it is: `type`, `id`, `name` of the organisation.",
    "asker": "Who asked for it: the same, or `type` alone: `person`, or an organisation that got nothing.",
    "asker_home": "Id of the node that signs the asker's half. No other node speaks for the asker.",
    "place": "Name of the locality.",
    "listed": "Day on which it was listed.",
    "asked": "Day on which it was asked for.",
    "accepted": "Day of the owner's yes.",
    "handed_over": "Day on which somebody first said that it was handed over.",
    "ended": "Day of the end.",
    "signed_by": "Id of the node that signed this half.",
    "attested": "Whether its side has no node, and `signed_by`, which has confirmed its address, says what it said.",
    "key": "Id of the key.",
    "sig": "The signature.",
}
PARTY_MEANINGS: Mapping[str, str] = {
    "type": "What kind of organisation, or `person`.",
    "id": "Id of the organisation.",
    "name": "Its name.",
}
