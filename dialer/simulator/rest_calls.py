"""The Calls resource."""

from dataclasses import replace
from datetime import timedelta

from dialer.simulator import conferences, forms, lines, orders, shapes, tapes
from dialer.simulator.calls import Call
from dialer.simulator.exchange import Exchange
from dialer.simulator.forms import Form, RestError
from dialer.simulator.replies import Reply, Request, as_json, as_page, not_found, within
from dialer.simulator.terms import Listener, Taping, Terms

NOT_IN_PROGRESS = "Unable to update record: Call is not in-progress. Cannot redirect."


def create(x: Exchange, request: Request) -> Reply:
    form = Form(request.form)
    to = forms.called(form)
    call = x.new_call(
        to=to,
        from_=forms.caller(form, x.settings.caller_ids),
        direction="outbound-api",
        terms=_terms(form),
    )
    call.on_answer = lambda call: orders.begin(x, call)
    lines.place(x, call)
    return as_json(shapes.call(call), 201)


def _terms(form: Form) -> Terms:
    digits = form.get("SendDigits")
    if len(digits) > 32 or not set(digits) <= set("0123456789ABCD#*wW"):
        raise RestError(400, 21206, f"Invalid SendDigits: {digits}")
    return Terms(
        source=forms.source(form),
        status=forms.progress(form, spaced=False),
        ring_seconds=form.whole("Timeout", 60, 1, 600, 21208),
        limit_seconds=form.whole("TimeLimit", 14_400, 1, 86_400, 20001),
        detection=forms.detection(
            form, callback="AsyncAmdStatusCallback", background=form.flag("AsyncAmd")
        ),
        taping=forms.taping(form, "Record"),
        send_digits=digits,
    )


def find(x: Exchange, request: Request, sid: str) -> Call:
    if sid not in x.calls:
        raise not_found(request)
    return x.calls[sid]


def fetch(x: Exchange, request: Request, sid: str) -> Reply:
    return as_json(shapes.call(find(x, request, sid)))


def index(x: Exchange, request: Request) -> Reply:
    query = Form(request.query)
    lag = x.network.strikes("lag", f"{request.method} {request.path}")
    newest = x.now() - timedelta(seconds=lag.seconds) if lag else x.now()

    def wanted(call: Call) -> bool:
        return (
            call.created_at <= newest
            and query.get("To", call.to) == call.to
            and query.get("From", call.from_) == call.from_
            and query.get("Status", call.status) == call.status
            and query.get("ParentCallSid") in {"", call.parent.sid if call.parent else ""}
            and within(request, "StartTime", call.answered_at or call.started_at)
            and within(request, "EndTime", call.ended_at)
        )

    return as_page(request, "calls", [c for c in x.calls.values() if wanted(c)], shapes.call)


def update(x: Exchange, request: Request, sid: str) -> Reply:
    call, form = find(x, request, sid), Form(request.form)
    status = form.choice("Status", "", ("", "canceled", "completed"), 20001)
    if call.final:
        raise RestError(400, 21220, NOT_IN_PROGRESS)
    if form.has("StatusCallback"):
        listener = Listener(
            url=form.url("StatusCallback"), method=form.method("StatusCallbackMethod")
        )
        call.terms = replace(call.terms, status=listener)
    if form.has("TimeLimit"):
        seconds = form.whole("TimeLimit", 14_400, 1, 86_400, 20001)
        lines.later(x, call, seconds, lambda: lines.hang_up(x, call))
    if status == "completed" or (status == "canceled" and not call.live):
        lines.hang_up(x, call)
    elif form.get("Url") or form.get("Twiml"):
        _redirect(x, call, form)
    return as_json(shapes.call(call))


def _redirect(x: Exchange, call: Call, form: Form) -> None:
    source = forms.source(form)
    if not call.live:
        raise RestError(400, 21220, NOT_IN_PROGRESS)
    if call.seat:
        call.seat.stays_on_line = True
        conferences.leave(x, call.seat, "participant_updated_via_api")
    orders.execute(x, call, source)


def delete(x: Exchange, request: Request, sid: str) -> Reply:
    call = find(x, request, sid)
    if not call.final:
        raise RestError(400, 20009, "Cannot delete this resource before it is complete")
    del x.calls[sid]
    return Reply(status=204)


def events(x: Exchange, request: Request, sid: str) -> Reply:
    call = find(x, request, sid)
    rows = [shapes.call_event(event) for event in call.exchanges]
    body = shapes.page(
        "events", rows, request.path, [], 0, max(50, len(rows)), start=0, next_token=""
    )
    return as_json(body)


def record(x: Exchange, request: Request, sid: str) -> Reply:
    call = find(x, request, sid)
    if not call.live:
        raise RestError(400, 21220, "Requested resource is not eligible for recording")
    taping = forms.taping(Form((*request.form, ("Record", "true"))), "Record") or Taping()
    tape = tapes.start(x, taping, "StartCallRecordingAPI", call=call)
    call.tape_sid = call.tape_sid or tape.sid
    return as_json(shapes.call_recording(tape), 201)
