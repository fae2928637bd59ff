#!/usr/bin/env bash
# The check of the action. Whatever goes wrong here fails the step; it never passes because
# something was not run.
#
#   PROGRAM               splitleak
#   DATASET               directory of the dataset
#   SPLITLEAK_ARGUMENTS   more arguments, one a line; the program reads them itself
#   SINCE                 git revision to judge changes since; empty judges everything
#   SARIF, REPORT         files to write
#   GITHUB_OUTPUT, GITHUB_STEP_SUMMARY   as a runner sets them
set -euo pipefail

# A name that begins with `-` is a name and no option.
case "$DATASET" in
  -*) DATASET="./$DATASET" ;;
esac
since=()
if [ -n "$SINCE" ]; then since=("--changed-since=$SINCE"); fi

# The summary must not be of an earlier run.
rm -f -- "$REPORT"
status=0
"$PROGRAM" check "$DATASET" ${since[@]+"${since[@]}"} --quiet \
  --format "json=$REPORT" --format "sarif=$SARIF" --format github=- || status=$?
if [ "$status" -le 1 ] && [ ! -s "$REPORT" ]; then
  echo "::error title=splitleak::nothing was checked: there is no report, though the status is $status"
  status=2
fi
if [ -s "$REPORT" ]; then
  rendered=0
  # Not of the arguments of the check.
  "$PROGRAM" render "$REPORT" --path-prefix "$DATASET" --format markdown >> "$GITHUB_STEP_SUMMARY" || rendered=$?
  if [ "$rendered" -ne 0 ] && [ "$status" -eq 0 ]; then status=2; fi
fi
echo "status=$status" >> "$GITHUB_OUTPUT"
exit "$status"
