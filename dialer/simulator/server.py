"""The HTTP door: Twilio's REST wire, the control page and its JSON. Loopback unless told otherwise.

Threads of werkzeug's server are enough for one machine's demo, and unlike most servers it lets a
response drop the connection, which is one of the network's moods.
"""

import logging
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any

from flask import Flask, Response, request, send_from_directory
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from dialer.simulator import control, rest
from dialer.simulator.control import ControlError, Json
from dialer.simulator.exchange import Exchange
from dialer.simulator.replies import Request
from dialer.simulator.running import Runner
from dialer.simulator.webphone.door import Browsers
from dialer.simulator.webphone.websocket import WebSocket

STATIC = Path(__file__).parent / "static"
LANGUAGES = ["zh-CN", "zh-TW", "en"]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
log = logging.getLogger(__name__)


def create_app(runner: Runner, host: str) -> Flask:
    app = Flask(__name__, static_folder=str(STATIC), static_url_path="/static")
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    _add_rest(app, runner)
    _add_pages(app, runner)
    _add_control(app, runner)
    _add_browsers(app, Browsers(runner, host))
    app.register_error_handler(ControlError, _explain)
    app.after_request(_guard)
    return app


def _add_rest(app: Flask, runner: Runner) -> None:
    @app.route("/2010-04-01/<path:_path>", methods=["GET", "POST", "DELETE", "PUT"])
    def twilio(_path: str) -> Response:
        with runner.held() as x:
            handled = rest.handle(x, _as_request())
        # Asleep without the lock: the world goes on while somebody waits for a slow answer.
        time.sleep(handled.seconds)
        if handled.lost:
            _hang_up_on_client()
        reply = handled.reply
        return Response(reply.body, status=reply.status, headers=dict(reply.headers))


def _as_request() -> Request:
    login = request.authorization
    return Request(
        method=request.method,
        path=request.path,
        query=tuple(request.args.items(multi=True)),
        form=tuple(request.form.items(multi=True)),
        username=(login.username if login else "") or "",
        password=(login.password if login else "") or "",
    )


def _hang_up_on_client() -> None:
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)


def _add_pages(app: Flask, runner: Runner) -> None:
    @app.get("/")
    def wall() -> Response:
        return send_from_directory(STATIC, "index.html")

    @app.get("/simulator/words")
    def words() -> Response:
        wanted = request.args.get("language", "")
        best = request.accept_languages.best_match(LANGUAGES, "zh-CN")
        language = wanted if wanted in LANGUAGES else best
        return send_from_directory(STATIC / "words", f"{language}.json")

    @app.get("/healthz")
    def health() -> Json:
        with runner.held() as x:
            return {"status": "ok", "now": x.now().isoformat(), "calls": len(x.calls)}


def _add_control(app: Flask, runner: Runner) -> None:
    @app.get("/simulator/state")
    def state() -> Json:
        with runner.held() as x:
            return control.state(x)

    @app.get("/simulator/rings")
    def rings() -> Any:
        with runner.held() as x:
            return control.rings(x)

    @app.post("/simulator/phones")
    def set_manner() -> Json:
        with runner.held() as x:
            return control.set_manner(x, _wish())

    @app.post("/simulator/phones/<number>/<verb>")
    def use_phone(number: str, verb: str) -> Json:
        with runner.held() as x:
            return control.use_phone(x, number, verb, _wish())

    @app.post("/simulator/moods")
    def add_mood() -> Any:
        with runner.held() as x:
            return control.add_mood(x, _wish())

    @app.delete("/simulator/moods")
    def calm() -> Any:
        with runner.held() as x:
            x.network.calm()
            return []


def _add_browsers(app: Flask, browsers: Browsers) -> None:
    def signal_socket() -> Response:
        key = request.headers.get("Sec-WebSocket-Key", "")
        if not key or not browsers.may_enter():
            return Response("no socket now", status=503)
        browsers.serve(WebSocket(request.environ["werkzeug.socket"], key))
        # Werkzeug wants an answer; the socket that it would go to is closed.
        return Response(status=204)

    app.add_url_rule("/signal", view_func=signal_socket, websocket=True)

    @app.post("/simulator/phones/<number>/voice")
    def lend_voice(number: str) -> Json:
        try:
            return {"sdp": browsers.lend_ear(number, str(_wish().get("sdp")))}
        except ValueError as error:
            raise ControlError(f"sdp: {error}") from error

    @app.get("/simulator/phones/<number>/ear")
    def listen_in(number: str) -> Json:
        wanted = request.args.get("hertz", "").split(",")
        return browsers.describe_ear(number, [int(hertz) for hertz in wanted if hertz.isdigit()])


def _wish() -> Json:
    """The JSON object that was sent. Only JSON: other sites' pages cannot send it unasked."""
    wish = request.get_json(silent=True)
    if not isinstance(wish, dict):
        raise ControlError("body: must be a JSON object")
    return wish


def _explain(error: Exception) -> tuple[Json, int]:
    return {"error": str(error)}, 400


def _guard(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    if request.path.startswith("/simulator"):
        response.headers["Cache-Control"] = "no-store"
    return response


class _QuietHandler(WSGIRequestHandler):
    """Requests are in the page's log; the terminal hears of errors only."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def make(exchange: Exchange, host: str, port: int) -> tuple[BaseWSGIServer, Runner]:
    """A server bound to `port` (0: any free one) and the runner behind it, not started yet."""
    runner = Runner(exchange)
    app = create_app(runner, host)
    return make_server(host, port, app, threaded=True, request_handler=_QuietHandler), runner


def serve(exchange: Exchange, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    server, runner = make(exchange, host, port)

    def stop(*_: object) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    runner.start()
    log.info("simulator on http://%s:%d", host, server.port)
    try:
        server.serve_forever()
    finally:
        runner.stop()
        server.server_close()
