"""The portal: from a stranger's form to the desk, one step of the journey to a package.

`create_app` reads top to bottom: settings, extensions, what every page shares, then the journey's
blueprints in the order in which a person meets them.
"""

import os
from types import TracebackType

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import assets, cli, compression, config, errors, headers, pages, sqlite
from portal.booking.views import bp as booking
from portal.campaigns.views import bp as campaigns
from portal.chat.views import bp as chat
from portal.desk.views import bp as desk
from portal.extensions import db, mailer, migrate
from portal.ids import RowId
from portal.intake.views import bp as intake
from portal.keyring import Register
from portal.keystore import KeyStore
from portal.leads.views import bp as leads
from portal.limiter import Limiter
from portal.onboarding.client import bp as plan
from portal.onboarding.views import bp as onboarding
from portal.passes.views import bp as passes
from portal.privacy import mailing
from portal.privacy.views import bp as privacy
from portal.referrals.views import bp as referrals
from portal.replies.views import bp as replies
from portal.site.views import bp as site
from portal.staff.views import bp as staff
from portal.vault import Vault

LARGEST_BODY = 256 * 1024
LARGEST_FORM = 128 * 1024
MOST_FIELDS = 200
OPEN_STEPS = (site, leads, intake, referrals, booking, passes)


class Portal(Flask):
    """The application: its log names the page that broke, never the address, which may open it."""

    def log_exception(
        self, exc_info: tuple[type, BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> None:
        """Log the rule of the address instead of the address: a link in it is its bearer's key."""
        page = f"{request.method} {request.url_rule}"
        self.logger.error("Something broke on %s", page, exc_info=exc_info)


def create_app(settings: config.Settings | None = None) -> Flask:
    """Return the application; raise WrongSettingError when a setting is missing or wrong.

    A web server gets no application without its secrets. A command may run without them: those
    that touch sealed data ask for them themselves.
    """
    settings = settings or config.from_environment()
    if "FLASK_RUN_FROM_CLI" not in os.environ:
        settings.require_secrets()
    settings.make_places()
    app = Portal(
        __name__,
        instance_path=str(settings.instance),
        template_folder=str(config.ROOT / "templates"),
        static_folder=None,
    )
    app.url_map.converters["int"] = RowId
    _configure(app, settings)
    _extend(app, settings)
    headers.install(
        app,
        secure=settings.secure_cookies,
        framed=dict.fromkeys((step.name for step in OPEN_STEPS), settings.embed_hosts),
    )
    compression.install(app)
    assets.install(app, always=headers.table(secure=settings.secure_cookies))
    pages.install(app)
    errors.install(app)
    for step in (*OPEN_STEPS, replies, chat, campaigns, privacy, onboarding, plan, staff, desk):
        app.register_blueprint(step)
    mailing.install(app)
    cli.install(app)
    return app


def _configure(app: Flask, settings: config.Settings) -> None:
    app.config.update(
        settings.mail,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        MAX_FORM_PARTS=MOST_FIELDS,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        PREFERRED_URL_SCHEME=settings.public_url.partition("://")[0],
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _engine_options(url: str) -> dict[str, object]:
    """Return the options of the engine; its errors, which are logged, name no value of anybody."""
    discreet: dict[str, object] = {"hide_parameters": True}
    if url.startswith("sqlite"):
        return discreet
    timeouts = {
        "statement_timeout": 5_000,
        "lock_timeout": 3_000,
        "idle_in_transaction_session_timeout": 60_000,
    }
    options = " ".join(f"-c {name}={milliseconds}" for name, milliseconds in timeouts.items())
    return discreet | {
        "pool_pre_ping": True,
        "connect_args": {"connect_timeout": 3, "options": options},
    }


def _extend(app: Flask, settings: config.Settings) -> None:
    app.extensions["settings"] = settings
    if settings.health_keys:
        app.extensions["vault"] = Vault(
            settings.health_keys, KeyStore(settings.key_store_url), Register()
        )
    app.extensions["limiter"] = Limiter(
        file=settings.instance / "limits.sqlite", redis_url=settings.redis_url
    )
    db.init_app(app)
    migrate.init_app(app, db, directory=str(config.ROOT / "migrations"), render_as_batch=True)
    mailer.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            sqlite.prepare(db.engine)
