"""What states a price, and what only looks like one."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.errors import DocumentError
from schemas.free.prices import HARMLESS_NAMES, names_a_price, price_members
from schemas.listing import load_listing
from tests.schemas.made import desk_item


@pytest.mark.parametrize(
    ("members", "pointers"),
    [
        pytest.param({"price": 5}, ["/price"], id="price"),
        pytest.param({"price": "5.00"}, ["/price"], id="price as text"),
        pytest.param({"price": "from 5"}, ["/price"], id="price in words"),
        pytest.param({"Price": 5}, ["/Price"], id="in capitals"),
        pytest.param({"low_price": 5}, ["/low_price"], id="with an underscore"),
        pytest.param({"entry-fee": 2}, ["/entry-fee"], id="with a hyphen"),
        pytest.param({"hourlyRate": 20}, ["/hourlyRate"], id="hourly rate"),
        pytest.param({"discount": "20%"}, ["/discount"], id="discount"),
        pytest.param({"price": True}, ["/price"], id="true"),
        pytest.param({"price": -1}, ["/price"], id="below nought"),
        pytest.param({"price": "0.01 GBP"}, ["/price"], id="a penny"),
        pytest.param({"price": "1 000 zł"}, ["/price"], id="another currency"),
        pytest.param({"priceRange": "££"}, ["/priceRange"], id="a range in signs"),
        pytest.param({"offers": {"@type": "Offer", "price": "5"}}, ["/offers/price"], id="schema.org offer"),
        pytest.param(
            {"offers": [{"price": 0}, {"price": 3}]}, ["/offers/1/price"], id="the second of several offers"
        ),
        pytest.param(
            {"priceSpecification": {"price": 5, "priceCurrency": "GBP"}}, ["/priceSpecification"], id="specification"
        ),
        pytest.param({"fees": [0, {"amount": "12"}]}, ["/fees"], id="a fee in a list"),
        pytest.param({"isAccessibleForFree": False}, ["/isAccessibleForFree"], id="not free by schema.org"),
        pytest.param({"isAccessibleForFree": "False"}, ["/isAccessibleForFree"], id="not free as text"),
        pytest.param({"a": [[{"b": {"fee": 1}}]]}, ["/a/0/0/b/fee"], id="deep inside"),
        pytest.param({"a/b": {"fee": 1}}, ["/a~1b/fee"], id="under a name that pointers escape"),
        pytest.param({"_xml": {"http://base.google.com/ns/1.0": {"price": "5 GBP"}}},
                     ["/_xml/http:~1~1base.google.com~1ns~11.0/price"], id="an element of a shop's feed"),
    ],
)  # fmt: skip
def test_a_price_is_found(members: dict[str, Any], pointers: list[str]) -> None:
    assert [problem.pointer for problem in price_members(members)] == pointers
    with pytest.raises(DocumentError) as caught:
        load_listing({**desk_item(), **members})
    assert [(p.pointer, p.code) for p in caught.value.problems] == [(pointer, "not-free") for pointer in pointers]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"price": 0}, id="nought"),
        pytest.param({"price": 0.0}, id="nought with a point"),
        pytest.param({"price": "0.00"}, id="nought as text"),
        pytest.param({"price": "£0"}, id="no pounds"),
        pytest.param({"price": "0.00 GBP"}, id="no pounds by code"),
        pytest.param({"price": "EUR 0,00"}, id="no euros"),
        pytest.param({"price": "free"}, id="free"),
        pytest.param({"price": " Free "}, id="free with space"),
        pytest.param({"price": "N/A"}, id="not applicable"),
        pytest.param({"price": ""}, id="empty"),
        pytest.param({"price": None}, id="null"),
        pytest.param({"price": []}, id="empty list"),
        pytest.param({"price": {}}, id="empty object"),
        pytest.param({"price": False}, id="false"),
        pytest.param({"offers": {"price": "0", "priceCurrency": "GBP"}}, id="free offer"),
        pytest.param({"priceSpecification": {"price": 0, "priceCurrency": "GBP"}}, id="free specification"),
        pytest.param({"isAccessibleForFree": True}, id="free by schema.org"),
        pytest.param({"isAccessibleForFree": "true"}, id="free as text"),
        pytest.param({"replacement_value": {"amount": 120, "price": 120}}, id="what a new one would cost"),
        pytest.param({"prices": 5}, id="another word"),
        pytest.param({"coffee": 5, "feedback": 1, "discounted": 1}, id="words that hold a word"),
        pytest.param({"description": "price: 5"}, id="only in a text"),
    ],
)
def test_no_price_is_found(members: dict[str, Any]) -> None:
    assert list(price_members(members)) == []
    load_listing({**desk_item(), **members})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("price", True),
        ("HIRE_FEE", True),
        ("is-accessible-for-free", True),
        ("p" * 100_000, False),
        ("fee dback", False),
    ],
    ids=["price", "capitals", "access", "very long", "two words"],
)
def test_names(name: str, expected: bool) -> None:
    assert names_a_price(name) is expected


def test_no_name_that_is_passed_over_quickly_is_a_price() -> None:
    assert not [name for name in HARMLESS_NAMES if names_a_price(name)]
