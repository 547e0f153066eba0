# Sourced by deploy/run.sh and tests/run.sh: a virtual environment with this checkout in it.
# shellcheck shell=bash

top=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)

fail() {
	echo "${0##*/}: $*" >&2
	exit 2
}

# make_venv VENV PINS: nothing to do where VENV was made from these PINS; else makes it anew.
# Two first runs at once: the second waits and finds the work done.
make_venv() {
	is_ready "$@" && return
	(
		if command -v flock >/dev/null; then flock 9; fi
		is_ready "$@" || install "$@"
	) 9>"$1.lock"
}

is_ready() {
	[ -x "$1/bin/reviewbot" ] && [ "$(cat "$1/stamp" 2>/dev/null)" = "$(stamp "$2")" ]
}

# What an environment is made from; it is made anew when one of these changes.
stamp() {
	cat "$1" "$top/pyproject.toml" | cksum
	echo "$top"
}

install() {
	local venv=$1 pins=$2 python
	python=$(find_python)
	echo "${0##*/}: setting up $venv (once)" >&2
	rm -f "$venv/stamp"
	"$python" -m venv --clear "$venv" >&2 ||
		fail "cannot make $venv: install python's venv module (Debian: apt install python3-venv)"
	in_venv() { "$venv/bin/python" -m pip install -qq --disable-pip-version-check "$@" >&2; }
	in_venv --require-hashes -r "$pins" ||
		fail "cannot install $pins: is the package index in reach?"
	in_venv --no-index --no-deps --no-build-isolation -e "$top" ||
		fail "cannot install the project itself: see the lines above"
	stamp "$pins" >"$venv/stamp"
}

# The first python3 that is new enough; PYTHON names another.
find_python() {
	local python
	for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
		if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
			command -v "$python"
			return
		fi
	done
	fail "no python3 of version 3.11 or newer: install one, or name it: PYTHON=/path/to/python3"
}
