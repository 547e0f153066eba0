#!/usr/bin/env bash
# Runs `reviewbot ARGS...` from this checkout; makes .venv on first use and when the pins change.
# Without arguments it reviews the example series and prints the review and the drafted mail.
set -euo pipefail

# shellcheck source=deploy/venv.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/venv.sh"
make_venv "$top/.venv" "$top/deploy/requirements.txt"
reviewbot=$top/.venv/bin/reviewbot

if [ $# -gt 0 ]; then
	exec "$reviewbot" "$@"
fi

cd "$top/deploy/example"
for format in text mbox; do
	printf '$ reviewbot check series.mbox --tree tree --format %s\n\n' "$format"
	"$reviewbot" check series.mbox --tree tree --format "$format" || [ $? -eq 1 ]
	echo
done
