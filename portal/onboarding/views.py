"""Onboarding over HTTP: the consult and the plan at the coach's hand."""

from typing import cast

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState

from portal.intake import handover
from portal.onboarding import consult, corner, plan_pages, training, withdrawing
from portal.onboarding.signs import Sign

bp = Blueprint("onboarding", __name__)
consult.register(bp)
plan_pages.register(bp)
corner.register(bp)


@bp.record_once
def _listen(state: BlueprintSetupState) -> None:
    app = cast("Flask", state.app)
    handover.listen_for_withdrawal(app, withdrawing.hide)
    handover.listen(app, training.follow_decision)


@bp.app_template_filter("sign_choice")
def _sign_choice(sign: Sign) -> tuple[str, str]:
    """Return a sign as a box to tick."""
    return sign.key, sign.words
