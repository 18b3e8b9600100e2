"""Onboarding over HTTP: the consult's pages for the coach."""

from flask import Blueprint

from portal.onboarding import consult

bp = Blueprint("onboarding", __name__)
consult.register(bp)
