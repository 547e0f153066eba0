#!/usr/bin/env bash
# Sets up what the tests need and runs them all; arguments go to pytest.
set -euo pipefail

# shellcheck source=deploy/venv.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../deploy/venv.sh"

# The Debian packages of tests/debian-packages.txt: installed by root, else named. The tests
# that need them skip themselves where they are missing.
debian_packages() {
	local missing=() package
	for package in $(sed 's/#.*//' "$top/tests/debian-packages.txt"); do
		dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
		echo "run.sh: skipped: tests with a real mail archive; only root can install" \
			"${missing[*]} (Debian packages)" >&2
		return 0
	fi
	echo "run.sh: installing ${missing[*]}" >&2
	export DEBIAN_FRONTEND=noninteractive
	{ apt-get -q update && apt-get -q install -y --no-install-recommends "${missing[@]}"; } >&2 ||
		fail "cannot install ${missing[*]}: see the lines above"
}

make_venv "$top/.venv-test" "$top/deploy/requirements-test.txt"
[ ! -f "$top/tests/debian-packages.txt" ] || debian_packages
cd "$top"
exec "$top/.venv-test/bin/python" -m pytest -n 2 --dist worksteal "$@"
