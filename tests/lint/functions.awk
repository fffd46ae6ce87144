# awk -v max=N -f functions.awk FILE...: every function whose body is longer than N lines. The
# brace of a function stands alone in the first column, as .clang-format makes it.
FNR == 1 {
	start = 0
}
/^{/ {
	start = FNR
	name = previous
	sub(/\(.*/, "", name)
	sub(/.*[ *]/, "", name)
}
/^}/ && start {
	if (FNR - start - 1 > max)
		print FILENAME ":" start ": " name ": " FNR - start - 1 " lines, at most " max
	start = 0
}
/^[a-z].*\(/ {
	previous = $0
}
