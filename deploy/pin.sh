#!/usr/bin/env bash
# Writes the pins anew from pyproject.toml: versions and hashes, no address of any index.
# Needs pip-compile (pip-tools). `deploy/pin.sh --upgrade` takes the newest versions.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

pin() {
	local output=$1
	shift
	pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
		--output-file "$output" "$@" pyproject.toml
}

pin deploy/requirements.txt --build-deps-for editable "$@"
pin deploy/requirements-test.txt --all-build-deps --extra test \
	--constraint deploy/requirements.txt "$@"
