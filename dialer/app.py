"""Where all meets: one Flask app with every door."""

import logging

from flask import Flask

from dialer.api import install_api
from dialer.calling.spool import replay_spool
from dialer.logs import log_rules
from dialer.models.numbers import zone_data_version
from dialer.runtime import Runtime
from dialer.web.install import install as install_web
from dialer.webhooks import make_webhooks

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 20 * 1024 * 1024


def create_app(rt: Runtime) -> Flask:
    """The web process's app: pages, API and webhooks over one runtime."""
    app = Flask("dialer", template_folder="templates", static_folder="static")
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        MAX_FORM_PARTS=1_000,
    )
    install_web(app, rt)
    install_api(app, rt)
    app.register_blueprint(make_webhooks(rt))
    replayed = replay_spool(rt)
    log_rules(log, rt.policy, zone_data_version())
    log.info("web is ready", extra={"policy": rt.policy.digest[:12], "replayed": replayed})
    return app
