"""Dialer bridge: reps click, the server places, bridges and logs the call."""

import zoneinfo

# Python prefers the system's zone files, which on a stock machine are years old; a stale rule
# moves the calling hour itself. The pinned tzdata package is the only source.
zoneinfo.reset_tzpath(to=())
