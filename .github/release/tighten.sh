#!/usr/bin/env bash
# Packs the wheel in `wheels/` again with a better compressor of the same format; see `tighten.py`.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
python3 -m venv "$folder" || python -m venv "$folder"
bin=$folder/bin
[ -d "$bin" ] || bin=$folder/Scripts
"$bin/python" -m pip install --quiet zopfli==0.4.3
"$bin/python" .github/release/tighten.py wheels
rm -r -- "$folder"
