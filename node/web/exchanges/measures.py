"""What was weighed or timed of an exchange: the form that asks for it, and how it reads."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import gettext as _

from node.services.exchanges import measuring
from node.storage.exchanges import Stored
from node.web.view_models.parts import Form
from node.web.wording.words import number


def measure_form(stored: Stored, form: Form) -> Form:
    """The form with what is known already, or was agreed; what was typed stays."""
    if form.typed:
        return form
    if measuring.measured_in(stored) == measuring.WEIGHT:
        known = "" if stored.weight_g is None else f"{stored.weight_g / 1000:g}"
        return replace(form, typed={"weight": known})
    minutes = measuring.usual_minutes(stored) if stored.minutes is None else stored.minutes
    return replace(form, typed={"hours": "" if minutes is None else f"{minutes // 60}:{minutes % 60:02}"})


def measured_fact(stored: Stored, side: str) -> list[tuple[str, str]]:
    """What one of them has said, and who."""
    if not stored.measured_by:
        return []
    mine = stored.measured_by == side
    if stored.weight_g is not None:
        kilograms = number(stored.weight_g / 1000)
        said = _("%(kg)s kg, you say", kg=kilograms) if mine else _("%(kg)s kg, they say", kg=kilograms)
        return [(_("Weighed"), said)]
    hours = number((stored.minutes or 0) / 60)
    return [
        (
            _("How long"),
            _("%(hours)s hours, you say", hours=hours) if mine else _("%(hours)s hours, they say", hours=hours),
        )
    ]
