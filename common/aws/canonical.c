#include "aws/canonical.h"

#include "base/hex.h"

#include <stdint.h>

/* --- encoding -------------------------------------------------------------- */

static bool unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

static void encode_byte(struct buf *to, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";
	char text[3] = {'%', digits[c >> 4], digits[c & 15]};

	if (unreserved(c))
		buf_addc(to, (char)c);
	else
		buf_add(to, text, 3);
}

void canonical_encode(struct buf *to, struct slice text, bool keep_slash)
{
	for (size_t i = 0; i < text.n; i++) {
		if (keep_slash && text.p[i] == '/')
			buf_addc(to, '/');
		else
			encode_byte(to, (unsigned char)text.p[i]);
	}
}

/* Decodes %XX (a '%' that begins none stands for itself) and encodes again. */
static void recode(struct buf *to, struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		int byte = hex_percent(text.p + i, text.n - i);

		encode_byte(to, (unsigned char)(byte >= 0 ? byte : text.p[i]));
		if (byte >= 0)
			i += 2;
	}
}

/* --- path ------------------------------------------------------------------ */

/* Drops empty and "." parts, lets ".." take back one, keeps a final '/' where something is left. */
static void add_normalised(struct buf *to, struct slice path)
{
	size_t start = to->len, i = 0;

	while (i < path.n) {
		struct slice part;
		size_t from;

		while (i < path.n && path.p[i] == '/')
			i++;
		from = i;
		while (i < path.n && path.p[i] != '/')
			i++;
		part = (struct slice){path.p + from, i - from};
		if (part.n == 0 || slice_is(part, "."))
			continue;
		if (slice_is(part, "..")) {
			while (to->len > start && to->p[--to->len] != '/')
				;
			continue;
		}
		buf_addc(to, '/');
		buf_adds(to, part);
	}
	if (to->len == start || path.p[path.n - 1] == '/')
		buf_addc(to, '/');
}

static void add_path(struct buf *to, struct buf *scratch, const struct canonical_request *request)
{
	struct slice path = request->path.n ? request->path : SLICE("/");

	if (request->path_rule == CANONICAL_PATH_AS_IS) {
		buf_adds(to, path);
		return;
	}
	if (request->path_rule == CANONICAL_PATH) {
		buf_reset(scratch);
		add_normalised(scratch, path);
		path = buf_slice(scratch);
	}
	canonical_encode(to, path, true);
}

/* --- query ----------------------------------------------------------------- */

struct param {
	size_t name, name_n, value, value_n; /* places in scratch */
};

static int compare(const char *a, size_t a_n, const char *b, size_t b_n)
{
	size_t n = a_n < b_n ? a_n : b_n;
	int order = n ? memcmp(a, b, n) : 0;

	return order ? order : (a_n > b_n) - (a_n < b_n);
}

static bool param_before(const char *text, const struct param *a, const struct param *b)
{
	int order = compare(text + a->name, a->name_n, text + b->name, b->name_n);

	if (order == 0)
		order = compare(text + a->value, a->value_n, text + b->value, b->value_n);
	return order < 0;
}

static struct param encode_param(struct buf *scratch, struct slice text)
{
	const char *equals = memchr(text.p, '=', text.n);
	size_t name_n = equals ? (size_t)(equals - text.p) : text.n;
	struct param param = {.name = scratch->len};

	recode(scratch, (struct slice){text.p, name_n});
	param.name_n = scratch->len - param.name;
	param.value = scratch->len;
	if (equals)
		recode(scratch, (struct slice){equals + 1, text.n - name_n - 1});
	param.value_n = scratch->len - param.value;
	return param;
}

/* Sorted after encoding: by name, then by value, as bytes. */
static bool add_query(struct buf *to, struct buf *scratch, struct slice query)
{
	struct param params[CANONICAL_QUERY_MAX];
	size_t n = 0;

	buf_reset(scratch);
	for (size_t i = 0, end; i < query.n; i = end + 1) {
		struct param param;
		size_t at;

		for (end = i; end < query.n && query.p[end] != '&';)
			end++;
		if (end == i)
			continue;
		if (n == CANONICAL_QUERY_MAX)
			return false;
		param = encode_param(scratch, (struct slice){query.p + i, end - i});
		for (at = n++; at > 0 && param_before(scratch->p, &param, &params[at - 1]); at--)
			params[at] = params[at - 1];
		params[at] = param;
	}
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(to, '&');
		buf_add(to, scratch->p + params[i].name, params[i].name_n);
		buf_addc(to, '=');
		buf_add(to, scratch->p + params[i].value, params[i].value_n);
	}
	return true;
}

/* --- headers --------------------------------------------------------------- */

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static int compare_names(struct slice a, struct slice b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++) {
		if (lower(a.p[i]) != lower(b.p[i]))
			return lower(a.p[i]) < lower(b.p[i]) ? -1 : 1;
	}
	return (a.n > b.n) - (a.n < b.n);
}

static void add_lower(struct buf *to, struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		buf_addc(to, (char)lower(text.p[i]));
}

static bool blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Trimmed, each run of blanks one space, inside quotes too. */
static void add_value(struct buf *to, struct slice value)
{
	size_t end = value.n, i = 0;

	while (end > 0 && blank(value.p[end - 1]))
		end--;
	while (i < end && blank(value.p[i]))
		i++;
	for (; i < end; i++) {
		if (!blank(value.p[i]))
			buf_addc(to, value.p[i]);
		else if (!blank(value.p[i - 1]))
			buf_addc(to, ' ');
	}
}

/* Sorted by name alone; values of one name joined in the order they are sent. */
static bool add_headers(struct buf *to, struct buf *names, const struct canonical_header *headers,
			size_t n)
{
	uint8_t order[CANONICAL_HEADERS_MAX];

	if (n > CANONICAL_HEADERS_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t at = i;

		for (; at > 0 && compare_names(headers[i].name, headers[order[at - 1]].name) < 0;
		     at--)
			order[at] = order[at - 1];
		order[at] = (uint8_t)i;
	}
	for (size_t i = 0; i < n; i++) {
		const struct canonical_header *header = &headers[order[i]];

		if (i && compare_names(header->name, headers[order[i - 1]].name) == 0) {
			to->len--; /* the LF behind the value before */
			buf_addc(to, ',');
		} else {
			if (i)
				buf_addc(names, ';');
			add_lower(names, header->name);
			add_lower(to, header->name);
			buf_addc(to, ':');
		}
		add_value(to, header->value);
		buf_addc(to, '\n');
	}
	return true;
}

bool canonical_add(struct buf *to, struct buf *names, struct buf *scratch,
		   const struct canonical_request *request)
{
	size_t from = names->len;

	buf_adds(to, request->method);
	buf_addc(to, '\n');
	add_path(to, scratch, request);
	buf_addc(to, '\n');
	if (!add_query(to, scratch, request->query))
		return false;
	buf_addc(to, '\n');
	if (!add_headers(to, names, request->headers, request->n_headers))
		return false;
	buf_addc(to, '\n');
	buf_add(to, names->p ? names->p + from : "", names->len - from);
	buf_addc(to, '\n');
	buf_adds(to, request->body_hash);
	return true;
}
