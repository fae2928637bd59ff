#!/usr/bin/env bash
# Downloads the released program that `releases.txt` names for this machine, and checks its digest.
# Without a line for this machine, or where nothing can be downloaded, the program is to be built:
# the output `fetched` says which. An archive with another digest fails the step.
#
#   HERE                     directory of the sources
#   ROOT                     where to put it, as `bin/splitleak`
#   RUNNER_OS, RUNNER_ARCH, GITHUB_OUTPUT   as a runner sets them
set -euo pipefail

to_build() {
  echo "fetched=false" >> "$GITHUB_OUTPUT"
  echo "$1; splitleak is built from its sources"
  exit 0
}

case "$RUNNER_OS-$RUNNER_ARCH" in
  Linux-X64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64) target=aarch64-unknown-linux-musl ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  Windows-X64) target=x86_64-pc-windows-msvc ;;
  *) to_build "no program is released for $RUNNER_OS on $RUNNER_ARCH" ;;
esac
digest="" address=""
while read -r of sum from; do
  if [ "$of" = "$target" ]; then digest=$sum address=$from; fi
done < "$HERE/action/releases.txt"
if [ -z "$digest" ]; then to_build "no release is pinned for $target"; fi
if ! [[ "$digest" =~ ^[0-9a-f]{64}$ && "$address" =~ ^https://[^\ ]+$ ]]; then
  echo "::error title=splitleak::action/releases.txt has no digest and address for $target"
  exit 2
fi

mkdir -p "$ROOT/bin"
archive="$ROOT/splitleak.tar.gz"
rm -f -- "$archive"
curl --fail --location --silent --show-error --proto '=https' --tlsv1.2 --retry 3 --max-time 300 \
  --output "$archive" "$address" || to_build "$address could not be downloaded"

sum() { if command -v sha256sum > /dev/null; then sha256sum; else shasum -a 256; fi; }
found=$(sum < "$archive")
if [ "${found%% *}" != "$digest" ]; then
  rm -f -- "$archive"
  echo "::error title=splitleak::$address has the SHA-256 ${found%% *}, not $digest: nothing was run"
  exit 2
fi
# Not by name: a drive letter would be taken for the name of a host.
tar -xz --strip-components=1 -C "$ROOT/bin" < "$archive"
rm -f -- "$archive"
"$ROOT/bin/splitleak" --version
echo "fetched=true" >> "$GITHUB_OUTPUT"
