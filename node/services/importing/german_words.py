"""What people who write German call the columns of a list, and the words in their cells. Data.

The desk does not speak German, but the words of listings are read in it, and so are the lists of German programs.
Umlauts may stand as "ae", "oe" and "ue".
"""

from __future__ import annotations

from collections.abc import Mapping

PLAIN: Mapping[str, str] = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}

HEADINGS: Mapping[str, str] = {
    "id": "nummer, inventarnummer, inventar-nr, kennung, kürzel",
    "kind": "art",
    "title": "titel, bezeichnung, gegenstand, artikel",
    "description": "beschreibung, einzelheiten, bemerkung, bemerkungen",
    "category": "kategorie",
    "condition": "zustand",
    "quantity": "anzahl, menge, stück, stückzahl",
    "unit": "einheit",
    "organisation": "einrichtung, verein, spender",
    "locality": "ort, stadt, stadtteil, gemeinde",
    "postcode": "plz, postleitzahl",
    "lat": "breitengrad, geografische breite",
    "lon": "längengrad, geografische länge",
    "available_from": "verfügbar ab, verfügbar von, ab, von",
    "available_until": "verfügbar bis, bis",
    "weight_kg": "gewicht",
    "tags": "schlagwörter, stichwörter, stichworte",
    "language": "sprache",
    "expires": "läuft ab, gültig bis, anzeigen bis",
    "image": "bild, bilder, fotos",
    "image_alt": "bildbeschreibung",
    "terms": "bedingungen, hinweise",
    "accessibility": "barrierefreiheit",
    "safety": "sicherheit, sicherheitshinweise",
    "place": "gebäude, standort",
    "country": "land",
    "replacement_value": "neupreis, neuwert, wiederbeschaffungswert",
    "currency": "währung",
    "url": "webseite, internetseite",
    "event_dates": "termin, termine",
    "event_starts": "beginn",
    "event_ends": "ende",
}
PRICES = "preis, preise, kosten, gebühr, gebühren, mietpreis, leihgebühr, verkaufspreis"

WORDS: Mapping[str, Mapping[str, str]] = {
    "direction": {"offer": "angebot, biete", "want": "gesuch, suche, gesucht, bedarf"},
    "kind": {
        "item": "sache, gegenstand, ding",
        "equipment": "gerät, geräte, werkzeug, ausrüstung",
        "space": "raum, räume, saal",
        "skill": "hilfe, wissen",
    },
    "action": {
        "give": "verschenken, zu verschenken, abgeben, schenken",
        "lend": "verleihen, ausleihen, leihen",
        "host": "bereitstellen",
        "help": "helfen",
    },
    "condition": {
        "new": "neu, neuwertig, unbenutzt",
        "good": "gut, sehr gut, gut erhalten, gebraucht",
        "fair": "mittel, befriedigend, abgenutzt, gebrauchsspuren",
        "for_parts": "defekt, kaputt, beschädigt, für bastler",
    },
    "status": {
        "available": "verfügbar, frei, ja, vorhanden",
        "reserved": "reserviert",
        "given": "vergeben, abgegeben, verschenkt",
        "withdrawn": "zurückgezogen, nein, nicht verfügbar",
    },
}
