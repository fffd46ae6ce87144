#!/usr/bin/env bats
# What is said of the programs beside the code: man pages, completions, README, what install
# puts where. The option tables are the truth.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib
	keb_setup
	cd "$KEB_ROOT" || return 1
	programs=(cmd/*)
	programs=("${programs[@]#cmd/}")
}

# Fails with the lines that were given on stdin, if there are any.
none() {
	local lines
	lines=$(cat)
	[ -z "$lines" ] || { printf '%s: %s\n' "$1" "$lines" >&2 && return 1; }
}

@test "every program has a man page, and keb(7) names it" {
	local program
	for program in "${programs[@]}"; do
		[ -e "man/$program.1" ] || { echo "man/$program.1 is missing" >&2 && false; }
		grep -q "Xr $program 1\|$program" man/keb.7
	done
}

@test "every option of the tables is in the man page, under its letter too" {
	local program name letter rest missing=
	for program in "${programs[@]}"; do
		[ -e "man/$program.1" ] || continue
		while IFS=$'\t' read -r name letter rest; do
			grep -qE "^\.It (.*[ ,])?(Fl )?-$name( |$)" "man/$program.1" || missing+=" $program:--$name"
			[ "$letter" = - ] || grep -qE "^\.It (.*, )?Fl $letter( |$)" "man/$program.1" || missing+=" $program:-$letter"
		done < <("$program" --list-options)
	done
	echo "$missing" | tr -d '\n' | none "not in the man page"
}

@test "every option of the man page is in the table" {
	local program name
	for program in "${programs[@]}"; do
		[ -e "man/$program.1" ] || continue
		grep -E '^\.It Fl ' "man/$program.1" | grep -oE '(Fl|,) -[a-z][a-z0-9-]+' | sed 's/^.* -//' | sort -u |
			while read -r name; do
				"$program" --list-options | cut -f1 | grep -qxe "$name" || echo "$program:--$name"
			done | none "not in the table"
	done
}

@test "every man page has the sections that a reader looks for" {
	local page section
	for page in man/*.1; do
		for section in NAME SYNOPSIS DESCRIPTION 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
			grep -qx ".Sh $section" "$page" || { echo "$page: no $section" >&2 && false; }
		done
	done
}

@test "--help fits a page of 110 lines and shows every option" {
	local program name
	for program in "${programs[@]}"; do
		run --separate-stderr "$program" --help
		expect_status 0
		[ "$(wc -l <<<"$output")" -le 110 ] || { echo "$program --help: too long" >&2 && false; }
		while read -r name; do
			[[ $output == *"--$name"* ]] || { echo "$program --help: no --$name" >&2 && false; }
		done < <("$program" --list-options | cut -f1)
	done
}

@test "--version names the program and keb's version" {
	local program
	for program in "${programs[@]}"; do
		run --separate-stderr "$program" --version
		expect_status 0
		[[ ${lines[0]} =~ ^"$program (keb) "[0-9]+\.[0-9]+\.[0-9]+$ ]]
	done
}

@test "an unknown option is status 2 with a pointer to --help" {
	local program
	for program in "${programs[@]}"; do
		run --separate-stderr "$program" --no-such-option
		expect_status 2
		expect_err "try '$program --help'"
		[ -z "$output" ]
	done
}

@test "the completions are those that the tables make" {
	O=$KEB_BUILD completions/gen.sh "$BATS_TEST_TMPDIR/completions" "${programs[@]}"
	local shell
	for shell in bash zsh fish; do
		diff -ru "completions/$shell" "$BATS_TEST_TMPDIR/completions/$shell" >&2 ||
			{ echo "run: make completions" >&2 && false; }
	done
}

complete_in_bash() { # WORD...: what bash offers for the last word
	local COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY
	# shellcheck source=/dev/null
	. "completions/bash/$1"
	"_$1"
	printf '%s\n' "${COMPREPLY[@]}"
}

@test "bash completes options, choices and files" {
	[ "$(complete_in_bash kebmap --sou)" = --source ]
	[ "$(complete_in_bash kebmap --time n)" = "$(printf 'now\nnone')" ]
	[ "$(complete_in_bash kebmap READ)" = README.md ]
}

@test "zsh and fish can read their completions" {
	local shell missing=
	for shell in zsh fish; do
		command -v "$shell" >/dev/null || { missing=$shell && continue; }
		"$shell" -n completions/"$shell"/*keb*
	done
	[ -z "$missing" ] || skip "no $missing here"
}

@test "make install puts every file in its place, make uninstall takes it away" {
	local root=$BATS_TEST_TMPDIR/root program expected
	unset MAKEFLAGS MAKELEVEL MFLAGS
	make -s install O="$KEB_BUILD" DESTDIR="$root" PREFIX=/usr
	expected=$(
		for program in "${programs[@]}"; do
			printf '%s\n' "usr/bin/$program" "usr/share/man/man1/$program.1" \
				"usr/share/bash-completion/completions/$program" \
				"usr/share/zsh/site-functions/_$program" \
				"usr/share/fish/vendor_completions.d/$program.fish"
		done
		find examples -type f -printf 'usr/share/doc/keb/%p\n'
		printf '%s\n' usr/share/man/man7/keb.7 usr/share/doc/keb/README.md usr/share/doc/keb/LICENSE
	)
	diff <(sort <<<"$expected") <(cd "$root" && find . -type f -printf '%P\n' | sort) >&2
	"$root/usr/bin/kebfilter" --version
	make -s uninstall O="$KEB_BUILD" DESTDIR="$root" PREFIX=/usr
	find "$root" -type f | none "left behind"
}

@test "what the READMEs name is there" {
	local target path
	grep -hoE '^ *(\$ )?make [a-z -]+|`make [a-z -]+`' README.md | sed -E 's/.*make //; s/`//' | tr ' ' '\n' |
		sort -u | while read -r target; do
		[ -z "$target" ] || sed -n 's/^\([a-z][a-z -]*\):.* ## .*/\1/p' Makefile tests/tests.mk | tr ' ' '\n' |
			grep -qxe "$target" || echo "make $target"
	done | none "no such target"
	grep -oE '\]\([^)#]+\)' README.md common/README.md | sed -E 's/^([^:]*):\]\((.*)\)/\1 \2/' |
		while read -r file path; do
			[[ $path == http* || -e $(dirname "$file")/$path ]] || echo "$path"
		done | none "no such file"
}

@test "common/README.md has a line for every module, and no other" {
	local module
	for module in common/*/*.h; do
		module=${module#common/}
		grep -qF "\`${module%.h}\`" common/README.md || echo "$module"
	done | none "not on the map"
	grep -oE '^- `[a-z]+/[a-z0-9_]+`' common/README.md | sed 's/^- //' | tr -d '`' | while read -r module; do
		[ -e "common/$module.h" ] || echo "$module"
	done | none "on the map, but gone"
}

@test "kebfilter and kebrun link neither librdkafka nor libcurl, kebmap no librdkafka" {
	local program
	ldd "$KEB_BUILD/kebmap" | { grep rdkafka || :; } | none kebmap
	for program in kebfilter kebrun; do
		ldd "$KEB_BUILD/$program" | { grep -E 'rdkafka|curl' || :; } | none "$program"
	done
}
