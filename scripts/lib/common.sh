# shellcheck shell=bash
# What every script here begins with: strict mode, the root of the checkout, and one way to speak.
set -euo pipefail

# Once is enough, and the folder changes only the first time.
! declare -F quietly >/dev/null || return 0

# Where the person stands, to whom the paths that they name are relative; and the root, where the scripts work.
standing=$PWD
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export standing root
cd "$root"

# Kept out of the repository; see .gitignore.
export tools=$root/.build-tools venv=$root/.venv

if [[ -t 2 && -z ${NO_COLOR:-} ]]; then
    bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
    bold='' red='' green='' plain=''
fi

# Progress goes to standard error; results go to standard output.
say() { printf '%s\n' "$*" >&2; }
heading() { printf '%s==> %s%s\n' "$bold" "$*" "$plain" >&2; }
passed() { printf '%sok%s     %s\n' "$green" "$plain" "$*" >&2; }
failed() { printf '%sfailed%s %s\n' "$red" "$plain" "$*" >&2; }
fail() {
    printf '%serror:%s %s\n' "$red" "$plain" "$*" >&2
    exit 1
}

# Adds to the counts that scripts/test ends with: how many checks passed, how many failed, and of what.
record() {
    [[ -z ${TURNSTILE_TALLY:-} ]] || printf '%s %s 0 %s\n' "$1" "$2" "$3" >>"$TURNSTILE_TALLY"
}

# Says what cannot be done here and why, and counts it with what was left out.
leave_out() {
    say "left out: $2"
    [[ -z ${TURNSTILE_TALLY:-} ]] || printf '0 0 1 %s: %s\n' "$1" "$2" >>"$TURNSTILE_TALLY"
}

# Prints the comment at the head of a script, which is its manual, and ends. The script is named from where the person
# stands.
show_usage() {
    (cd "$standing" && awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$1")
    exit "${2:-0}"
}

# Runs a command whose output only matters when it fails.
quietly() {
    local log
    mkdir -p "$tools/logs"
    log=$tools/logs/$(basename "$1").log
    "$@" >"$log" 2>&1 && return
    tail -n 15 "$log" >&2
    say "the whole of it: $log"
    return 1
}
