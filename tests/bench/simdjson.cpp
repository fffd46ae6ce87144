/*
 * simdjson FILE: each line parsed and one field compared, with the DOM (which validates)
 * and on demand (which does not, what it skips): MB/s, the best of five passes.
 */
#include <chrono>
#include <cstdio>
#include <cstring>
#include <simdjson.h>

using namespace simdjson;

static bool dom_line(dom::parser &parser, const char *line, size_t n, std::string_view &field)
{
	return parser.parse(line, n, false)["properties"]["MAPBLKLOT"].get(field) == SUCCESS;
}

static bool ondemand_line(ondemand::parser &parser, ondemand::document &doc, const char *line,
			  size_t n, std::string_view &field)
{
	return parser.iterate(line, n, n + SIMDJSON_PADDING).get(doc) == SUCCESS &&
	       doc["properties"]["MAPBLKLOT"].get(field) == SUCCESS;
}

static double pass(const padded_string &data, bool ondemand)
{
	auto start = std::chrono::steady_clock::now();
	const char *line = data.data(), *end = line + data.size();
	dom::parser dom;
	ondemand::parser parser;
	ondemand::document doc;
	size_t hits = 0;

	while (line < end) {
		const char *lf = static_cast<const char *>(memchr(line, '\n', end - line));
		std::string_view field;

		if (!lf)
			break;
		if (!(ondemand ? ondemand_line(parser, doc, line, lf - line, field)
			       : dom_line(dom, line, lf - line, field)))
			return 0;
		hits += field == "1430022";
		line = lf + 1;
	}
	std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
	return hits ? data.size() / took.count() / 1e6 : 0;
}

int main(int argc, char **argv)
{
	padded_string data;

	if (argc != 2 || padded_string::load(argv[1]).get(data))
		return 2;
	for (int ondemand = 0; ondemand < 2; ondemand++) {
		double best = 0;

		for (int i = 0; i < 5; i++)
			best = std::max(best, pass(data, ondemand));
		printf("%.0f\n", best);
	}
	return 0;
}
