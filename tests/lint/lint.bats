#!/usr/bin/env bats
# The rules of the house that a machine can check. Each test prints what breaks it.
bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
}

setup() {
	shopt -s nullglob
	sources=(cmd/*/*.[ch] common/*/*.[ch])
	written=("${sources[@]}" tests/*/*.[ch])
	mapfile -t scripts < <(find .ci examples tests completions -name .cache -prune -o -type f -exec \
		sh -c 'for f; do head -n1 "$f" | grep -qaE "^#!.*[/ ](ba)?sh( |$)" && echo "$f"; done' sh {} +)
	mapfile -t bats_files < <(find tests -name '*.bats')
	pages=(man/*.[157])
}

# Succeeds when the command prints nothing and does not fail.
silent() {
	local said
	said=$("$@" 2>&1) || { printf '%s\n' "$said" >&2 && return 1; }
	[ -z "$said" ] || { printf '%s\n' "$said" >&2 && return 1; }
}

@test "clang-format has nothing to change" {
	silent clang-format --dry-run -Werror "${written[@]}"
}

@test "every folder includes only what stands below it, libraries only in their modules" {
	silent awk -f tests/lint/layers.awk tests/lint/layers "${sources[@]}"
}

@test "no file is longer than 600 lines, but for generated tables" {
	silent awk 'FNR == 601 && FILENAME !~ /_table\.h$/ { print FILENAME ": more than 600 lines" }' "${written[@]}"
}

@test "no function is longer than 80 lines" {
	silent awk -v max=80 -f tests/lint/functions.awk "${written[@]}"
}

@test "no banned calls, and only main.c ends the process" {
	silent awk -f tests/lint/words.awk "${sources[@]}"
}

@test "comments are /* */ and no mark of unfinished work is left" {
	run grep -nE '(^|[;{}[:space:]])// |[[:space:]]//$' "${written[@]}"
	[ "$status" -eq 1 ] || { echo "$output" >&2 && false; }
	run grep -rnwE 'TODO|FIX''ME|XX''X|HA''CK|NEEDS''WORK' cmd common tests/unit tests/fuzz man examples completions README.md
	[ "$status" -eq 1 ] || { echo "$output" >&2 && false; }
}

@test "no trailing white space" {
	run grep -nE '[[:space:]]+$' "${written[@]}" "${scripts[@]}" Makefile tests/tests.mk
	[ "$status" -eq 1 ] || { echo "$output" >&2 && false; }
}

@test "every header guards itself and compiles alone" {
	local h
	for h in cmd/*/*.h common/*/*.h; do
		grep -q '^#ifndef KEB_.*_H$' "$h" || { echo "$h: no include guard KEB_..._H" >&2 && false; }
		silent "${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -Icommon -fsyntax-only -Wno-pragma-once-outside-header -x c "$h"
	done
}

@test "shellcheck finds nothing in the scripts" {
	shellcheck -S warning -x "${scripts[@]}"
}

@test "shellcheck finds nothing in the bats files" {
	# run's status is used by helpers in other files (SC2154), tests are functions apart (SC2030, SC2031)
	shellcheck -S warning -s bats -x -e SC1090,SC1091,SC2030,SC2031,SC2034,SC2154,SC2314,SC2315 "${bats_files[@]}" tests/lib.bash
}

@test "mandoc finds nothing in the man pages" {
	[ ${#pages[@]} -gt 0 ]
	silent mandoc -Tlint -W warning "${pages[@]}"
}

@test "cppcheck finds nothing" {
	silent cppcheck -q --enable=warning,portability --inline-suppr --std=c11 -D_GNU_SOURCE -Icommon \
		--suppress=missingIncludeSystem --suppress=internalAstError --error-exitcode=1 -j2 cmd common
}
