# awk -f known.awk -v under=FOLDER/ FILE...: the files as arrays of characters, and a
# table of them. (C promises no string of more than 4095.)
function close_array()
{
	if (files)
		print "};"
}

FNR == 1 {
	close_array()
	name[++files] = FILENAME
	sub(under, "", name[files])
	printf "static const char file_%d[] = {\n", files
}

{
	for (i = 1; i <= length($0); i++) {
		c = substr($0, i, 1)
		printf "'%s',", c == "\t" ? "\\t" : c == "'" || c == "\\" ? "\\" c : c
	}
	print "'\\n',"
}

END {
	close_array()
	print "static const struct known files[] = {"
	for (i = 1; i <= files; i++)
		printf "\t{\"%s\", file_%d, sizeof(file_%d)},\n", name[i], i, i
	print "};"
}
