#!/bin/sh
# Rewrites the four pinned, hashed lists from the .in files. Needs `uv` (pip install uv).
set -eu
cd "$(dirname "$0")/.."
compile() {
    uv pip compile --quiet --no-header --generate-hashes --no-emit-index-url --no-annotate \
        --python-version 3.11 --override requirements/overrides.txt --constraint requirements/constraints.txt \
        --output-file "$2" "requirements/$1.in"
}
compile server requirements.txt
compile agent hardware/agent/requirements.txt
compile agent-face hardware/agent/requirements-face.txt
compile pkcs11 requirements-pkcs11.txt
compile dev requirements-dev.txt
compile osdp-peer requirements/osdp-peer.txt
compile fuzz requirements/fuzz.txt
