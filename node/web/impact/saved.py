"""How an amount of money reads that sharing has saved."""

from __future__ import annotations

from babel import Locale
from babel.numbers import format_currency

from node.web.wording import words


def money(hundredths: int, currency: str) -> str:
    """An amount of a currency, in whole units from a hundred on."""
    if hundredths < 10_000:
        return str(format_currency(hundredths / 100, currency, locale=words.locale()))
    return in_whole(hundredths, currency)


def in_whole(hundredths: int, currency: str) -> str:
    """An amount in whole units of a currency, its sign where the language has it."""
    locale = Locale.parse(words.locale())
    form = str(locale.currency_formats["standard"].pattern).replace(".00", "")
    return str(format_currency(round(hundredths / 100), currency, form, locale, currency_digits=False))


def breakable(amount: str) -> str:
    """An amount that stands large in a narrow place: a line may end before the name of the currency."""
    number, _blank, sign = amount.rpartition("\N{NO-BREAK SPACE}")
    return f"{number} {sign}" if number and sign.isalpha() else amount
