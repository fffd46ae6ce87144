# awk -f words.awk FILE...: calls that the house does without, and where a process may end.
# Comments and strings are blanked first.
BEGIN {
	better["strcpy"] = better["strcat"] = better["strncpy"] = better["strncat"] = "struct buf"
	better["sprintf"] = better["vsprintf"] = "snprintf or struct buf"
	better["gets"] = "lines/reader.h"
	better["strtok"] = better["strtok_r"] = "struct slice"
	better["atoi"] = better["atol"] = better["atoll"] = better["atof"] = "base/num.h"
	better["gmtime"] = better["localtime"] = better["ctime"] = better["asctime"] = "gmtime_r or base/clock.h"
	better["rand"] = better["srand"] = better["random"] = "base/hash.h"
	better["tmpnam"] = better["mktemp"] = "mkstemp"
	better["system"] = better["popen"] = "posix_spawn"
	better["alloca"] = "base/mem.h"
	better["setlocale"] = "nothing: keb is byte-wise"
	better["exit"] = better["_exit"] = better["abort"] = "return: only main.c ends the process"
}
FNR == 1 {
	inside = 0
	# out of memory, a broken libcrypto, a signal to die of, a child after fork
	may_exit = FILENAME ~ /\/main\.c$|^common\/(base\/mem|aws\/digest|cli\/program|cli\/shell)\.c$/
}
{
	line = $0
	gsub(/\\./, "", line)
	gsub(/"[^"]*"/, "\"\"", line)
	if (inside) {
		if (line !~ /\*\//)
			next
		sub(/^.*\*\//, "", line)
		inside = 0
	}
	gsub(/\/\*([^*]|\*[^\/])*\*\//, "", line)
	if (line ~ /\/\*/) {
		sub(/\/\*.*/, "", line)
		inside = 1
	}
	rest = line
	while (match(rest, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
		before = substr(rest, RSTART - 1, RSTART > 1)
		name = substr(rest, RSTART, RLENGTH - 1)
		sub(/[ \t]+$/, "", name)
		rest = substr(rest, RSTART + RLENGTH)
		if (!(name in better) || before == "." || before == ">")
			continue
		if (name ~ /exit$|abort/ && may_exit)
			continue
		print FILENAME ":" FNR ": " name "(): use " better[name]
	}
}
