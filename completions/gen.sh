#!/bin/sh
# gen.sh FOLDER PROGRAM...: writes the completions of bash, zsh and fish into FOLDER, from
# the option table that each program prints with --list-options (found in $O or PATH).
set -eu
folder=$1
shift
PATH=$(cd "${O:-build}" && pwd):$PATH
mkdir -p "$folder/bash" "$folder/zsh" "$folder/fish"
tab=$(printf '\t')

# The columns of --list-options: name, letter, argument, kind, choices, help.
bash_of() { # PROGRAM
	awk -F "$tab" -v program="$1" '
	function file(kind, argument) { return kind == "file" || argument ~ /(FILE|DIR)$/ }
	function words(choices) { gsub(/[|]/, " ", choices); return choices }
	{
		names = $2 == "-" ? "--" $1 : "-" $2 " --" $1
		all = all " " names
		gsub(/ /, "|", names)
		if ($4 == "choice")
			cases = cases "\t" names ") choices=\"" words($5) "\" ;;\n"
		else if (file($4, $3))
			cases = cases "\t" names ") files=1 ;;\n"
		else if ($3 != "-")
			cases = cases "\t" names ") return ;;\n"
	}
	END {
		print "# bash completion of " program ", made by completions/gen.sh"
		print ""
		print "_" program "() {"
		print "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} choices= files="
		print "\tCOMPREPLY=()"
		print "\tcase $before in"
		printf "%s", cases
		print "\tesac"
		print "\tif [[ -n $choices ]]; then"
		print "\t\tmapfile -t COMPREPLY < <(compgen -W \"$choices\" -- \"$word\")"
		print "\telif [[ -z $files && $word == -* ]]; then"
		print "\t\tmapfile -t COMPREPLY < <(compgen -W \"" substr(all, 2) "\" -- \"$word\")"
		print "\telse"
		print "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$word\")"
		print "\tfi"
		print "}"
		print ""
		print "complete -o filenames -F _" program " " program
	}'
}

zsh_of() { # PROGRAM
	awk -F "$tab" -v program="$1" -v q="'" '
	function plain(text)
	{
		gsub(/\\/, "\\\\", text)
		gsub(/\[|\]|:/, "\\\\&", text)
		gsub(q, q "\\" q q, text)
		return text
	}
	function action(kind, argument, choices)
	{
		if (kind == "file" || argument ~ /(FILE|DIR)$/)
			return "_files"
		if (kind != "choice")
			return " "
		gsub(/[|]/, " ", choices)
		return "(" choices ")"
	}
	BEGIN {
		print "#compdef " program
		print "# zsh completion of " program ", made by completions/gen.sh"
		print ""
		printf "_arguments -s -S"
	}
	{
		more = $4 == "list" || $4 == "count" || $4 == "file" ? "*" : ""
		value = $3 == "-" ? "" : ":" plain($3) ":" action($4, $3, $5)
		printf " \\\n\t%s%s--%s%s[%s]%s%s", q, more, $1, $3 == "-" ? "" : "=", plain($6), value, q
		if ($2 != "-")
			printf " \\\n\t%s%s-%s%s[%s]%s%s", q, more, $2, $3 == "-" ? "" : "+", plain($6), value, q
	}
	END {
		print " \\\n\t" q "*:file:_files" q
	}'
}

fish_of() { # PROGRAM
	awk -F "$tab" -v program="$1" -v q="'" '
	function plain(text)
	{
		gsub(/\\/, "\\\\", text)
		gsub(q, "\\" q, text)
		return text
	}
	BEGIN {
		print "# fish completion of " program ", made by completions/gen.sh"
	}
	{
		line = "complete -c " program
		if ($2 != "-")
			line = line " -s " $2
		line = line " -l " $1
		if ($4 == "file" || $3 ~ /(FILE|DIR)$/)
			line = line " -r -F"
		else if ($4 == "choice") {
			gsub(/[|]/, " ", $5)
			line = line " -x -a " q $5 q
		} else if ($3 != "-")
			line = line " -x"
		print line " -d " q plain($6) q
	}'
}

for program; do
	options=$("$program" --list-options)
	printf '%s\n' "$options" | bash_of "$program" >"$folder/bash/$program"
	printf '%s\n' "$options" | zsh_of "$program" >"$folder/zsh/_$program"
	printf '%s\n' "$options" | fish_of "$program" >"$folder/fish/$program.fish"
done
