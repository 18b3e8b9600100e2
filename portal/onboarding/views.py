"""Onboarding over HTTP: the consult and the plan at the coach's hand."""

from typing import cast

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState

from portal.intake import handover
from portal.onboarding import comeback, consult, corner, plan_pages, stopping, withdrawing
from portal.onboarding.planning.drawings import fitting
from portal.onboarding.signs import Sign

bp = Blueprint("onboarding", __name__)
consult.register(bp)
plan_pages.register(bp)
corner.register(bp)
bp.add_url_rule("/plan", "lost_link", comeback.lost, methods=["GET", "POST"])
bp.add_url_rule("/plan/sent", "link_sent", comeback.link_sent)


@bp.record_once
def _listen(state: BlueprintSetupState) -> None:
    app = cast("Flask", state.app)
    handover.listen_for_withdrawal(app, withdrawing.hide)
    handover.listen(app, stopping.follow_decision)
    handover.take_back(app, comeback.way_back)


bp.add_app_template_filter(fitting)


@bp.app_template_filter("sign_choice")
def _sign_choice(sign: Sign) -> tuple[str, str]:
    """Return a sign as a box to tick."""
    return sign.key, sign.words
