#!/usr/bin/env bash
# The wheel in `wheels/` is small enough, installs without any other package, and works.
set -euo pipefail
cd "$(dirname "$0")/../.."

wheel=$(echo wheels/splitleak-*.whl)
size=$(wc -c < "$wheel")
[ "$size" -lt 8000000 ] || { echo "error: the wheel has $size bytes, 8,000,000 is the limit" >&2; exit 1; }
folder=$(mktemp -d)
python3 -m venv "$folder" || python -m venv "$folder"
bin=$folder/bin
[ -d "$bin" ] || bin=$folder/Scripts
"$bin/python" -m pip install --quiet --no-index "$wheel"
bash .github/release/try-program.sh "$bin/splitleak"
"$bin/python" -c 'import splitleak; assert splitleak.check("fixtures/driving").verdict == "leaks"'
