#!/usr/bin/env bash
# A program that was built finds the leak of the demo, and none in its honest split.
#
#   $1   the program
set -euo pipefail
cd "$(dirname "$0")/../.."

says() { grep -q "^$1" <<< "$said" || { echo "error: not $1 but: $said" >&2; exit 1; }; }
"$1" --version
status=0
said=$("$1" check fixtures/driving --no-cache --max-leakage 0) || status=$?
[ "$status" -eq 1 ] || { echo "error: exit status $status for a leak" >&2; exit 1; }
says LEAKS
said=$("$1" check fixtures/driving --no-cache --max-leakage 0 --manifest fixtures/driving/manifest-block.csv)
says CLEAR
