#!/usr/bin/env bash
# Prints `releases.txt` for a release: `bash action/pin.sh OWNER/NAME v1.2.3 > action/releases.txt`. Every archive is
# downloaded, and `gh` asks whether this repository's release workflow made it.
set -euo pipefail

repository=$1 tag=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
gh release download "$tag" --repo "$repository" --dir "$folder" --pattern '*.tar.gz'
sed -n '/^#/p' "$(dirname "$0")/releases.txt"
for archive in "$folder"/splitleak-*.tar.gz; do
  gh attestation verify "$archive" --repo "$repository" --signer-workflow "$repository/.github/workflows/release.yml" >&2
  name=$(basename "$archive")
  target=${name#splitleak-}
  sum=$(sha256sum < "$archive")
  echo "${target%.tar.gz} ${sum%% *} https://github.com/$repository/releases/download/$tag/$name"
done
