# awk -f layers.awk layers FILE...: one line for each #include that the table does not allow.
function glob(pattern)
{
	gsub(/\./, "[.]", pattern)
	gsub(/\*/, "[^/]*", pattern)
	return "^" pattern "$"
}

# Of one path, what the first table row says: "" when nothing forbids it.
function verdict(path, header, quoted, part, folder, i, l)
{
	split(path, part, "/")
	split(header, folder, "/")
	for (l in starts) {
		if (index(header, starts[l]) != 1)
			continue
		for (i = 1; i <= users[l]; i++)
			if (path ~ user[l, i])
				return ""
		return l " belongs to other files"
	}
	if (!quoted || header !~ /\//)
		return ""
	if (folder[1] == part[2])
		return ""
	if (!(folder[1] in known))
		return "no folder of common/ is called " folder[1]
	if (part[1] == "cmd" || (part[2], folder[1]) in allowed)
		return ""
	return "common/" part[2] " stands below common/" folder[1]
}

FNR == NR {
	if ($1 == "folder") {
		known[$2] = 1
		for (i = 3; i <= NF; i++)
			allowed[$2, $i] = 1
	} else if ($1 == "library") {
		starts[$2] = $3
		for (i = 4; i <= NF; i++)
			user[$2, ++users[$2]] = glob($i)
	}
	next
}

FNR == 1 && FILENAME ~ /^common\// {
	split(FILENAME, at, "/")
	if (!(at[2] in known))
		print FILENAME ": common/" at[2] " is not in the table of tests/lint/layers"
}

/^[ \t]*#[ \t]*include/ {
	header = $0
	quoted = header ~ /"/
	sub(/^[^"<]*["<]/, "", header)
	sub(/[">].*/, "", header)
	wrong = verdict(FILENAME, header, quoted)
	if (header ~ /^(\.\.|cmd)\//)
		wrong = "a path that leaves its folder"
	if (wrong != "")
		print FILENAME ":" FNR ": " header ": " wrong
}
