"""How an amount of money reads that sharing has saved."""

from __future__ import annotations

from babel.numbers import format_currency

from node.web import words


def money(hundredths: int, currency: str) -> str:
    """An amount of a currency, in whole units from a hundred on."""
    if hundredths < 10_000:
        return str(format_currency(hundredths / 100, currency, locale=words.locale()))
    whole = round(hundredths / 100)
    return str(format_currency(whole, currency, locale=words.locale(), currency_digits=False, format="¤#,##0"))
