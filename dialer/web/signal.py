"""Where a browser that is a phone connects to."""

from urllib.parse import urlsplit

from dialer.settings import Settings

CARRIER_SIGNAL = "wss://voice-js.roaming.twilio.com"


def signal_origin(settings: Settings) -> str:
    """Where a browser's phone connects to, for the content policy."""
    if settings.twilio_api_base_url is None:
        return CARRIER_SIGNAL
    parts = urlsplit(settings.twilio_api_base_url)
    return f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
