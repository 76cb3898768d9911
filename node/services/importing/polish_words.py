"""What people who write Polish call the columns of a list, and the words in their cells. Data.

Polish is the other language that the desk speaks. The letters may stand without their marks, as "ilosc".
"""

from __future__ import annotations

from collections.abc import Mapping

PLAIN: Mapping[str, str] = dict(zip("ąćęłńóśźż", "acelnoszz", strict=True))

HEADINGS: Mapping[str, str] = {
    "id": "numer, nr, kod, identyfikator, sygnatura",
    "direction": "oferta czy potrzeba",
    "kind": "rodzaj, typ",
    "title": "nazwa, tytuł, co, przedmiot, rzecz",
    "description": "opis, szczegóły",
    "category": "kategoria",
    "condition": "stan, stan rzeczy",
    "quantity": "ilość, liczba, liczba sztuk, sztuk, szt, ile",
    "unit": "jednostka, jednostka miary",
    "organisation": "organizacja, darczyńca, właściciel",
    "locality": "miejscowość, miasto, wieś, dzielnica",
    "postcode": "kod pocztowy",
    "lat": "szerokość geograficzna",
    "lon": "długość geograficzna",
    "available_from": "dostępne od, od, od kiedy, data od",
    "available_until": "dostępne do, do, do kiedy, data do",
    "weight_kg": "waga, masa",
    "tags": "słowa kluczowe, etykiety, znaczniki",
    "language": "język",
    "expires": "wygasa, ważne do, pokazywać do",
    "image": "zdjęcie, zdjęcia, foto, obraz, obrazek",
    "image_alt": "opis zdjęcia, co widać na zdjęciu",
    "terms": "warunki, zasady",
    "accessibility": "dostępność",
    "safety": "bezpieczeństwo",
    "status": "status",
    "place": "miejsce, budynek",
    "country": "kraj",
    "replacement_value": "wartość, wartość nowego, cena nowego",
    "currency": "waluta",
    "url": "strona, adres strony, odnośnik",
    "event_dates": "terminy, termin, data wydarzenia",
    "event_starts": "początek, godzina rozpoczęcia",
    "event_ends": "koniec, godzina zakończenia",
    "event_places": "liczba miejsc",
}
PRICES = "cena, ceny, koszt, opłata, opłaty, odpłatność, stawka"
"""Headings of what must be paid."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "direction": {"offer": "oferta, oferuję, oddam", "want": "potrzeba, potrzebne, szukam, potrzebuję"},
    "kind": {
        "item": "rzecz, rzeczy, przedmiot",
        "equipment": "sprzęt, narzędzie, narzędzia",
        "space": "miejsce, sala, pokój, pomieszczenie",
        "skill": "umiejętność, pomoc, usługa",
    },
    "action": {
        "give": "oddać, oddam, do oddania",
        "lend": "pożyczyć, pożyczę, wypożyczyć, do wypożyczenia",
        "host": "udostępnić, udostępnię",
        "help": "pomóc, pomogę",
    },
    "condition": {
        "new": "nowy, nowa, nowe, nieużywany, nieużywana, nieużywane",
        "good": "dobry, dobra, dobre, bardzo dobry, jak nowy, jak nowa, używany, używana, używane",
        "fair": "średni, dostateczny, zużyty, zużyta, zużyte",
        "for_parts": "na części, uszkodzony, uszkodzona, uszkodzone, zepsuty, zepsuta, zepsute, do naprawy",
    },
    "status": {
        "available": "dostępny, dostępna, dostępne, tak",
        "reserved": "zarezerwowany, zarezerwowana, zarezerwowane",
        "given": "oddany, oddana, oddane",
        "withdrawn": "wycofany, wycofana, wycofane, nie",
    },
}
