#!/bin/sh
# Debian's Chromium as the gates start it: in a container, and asking nobody.
exec "${BIFOLIO_CHROMIUM:-chromium}" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync "$@"
