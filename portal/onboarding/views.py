"""Onboarding over HTTP: the consult and the plan at the coach's hand."""

from typing import cast

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState

from portal.intake import handover
from portal.onboarding import consult, plan_pages, withdrawing

bp = Blueprint("onboarding", __name__)
consult.register(bp)
plan_pages.register(bp)


@bp.record_once
def _listen(state: BlueprintSetupState) -> None:
    handover.listen_for_withdrawal(cast("Flask", state.app), withdrawing.hide)
