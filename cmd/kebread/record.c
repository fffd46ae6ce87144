#include "record.h"

#include "base/b64.h"
#include "base/utf8.h"
#include "json/text.h"

void record_place(struct buf *to, struct slice topic, int32_t partition)
{
	BUF_LIT(to, "\"topic\":");
	json_add_string(to, topic);
	buf_addf(to, ",\"partition\":%d,\"offset\":", (int)partition);
}

static void add_bytes(struct buf *to, struct slice bytes)
{
	if (!bytes.p) {
		BUF_LIT(to, "null");
		return;
	}
	buf_room(to, B64_ENCODED(bytes.n) + 2);
	to->p[to->len++] = '"';
	to->len += b64_encode(to->p + to->len, bytes.p, bytes.n);
	to->p[to->len++] = '"';
}

static void add_name(struct buf *to, const char *name)
{
	struct slice rest = slice_of(name);

	if (utf8_valid(rest.p, rest.n)) {
		json_add_string(to, rest);
		return;
	}
	buf_addc(to, '"');
	while (rest.n) {
		unsigned n = utf8_char(rest.p, rest.n);

		if (n)
			json_add_escaped(to, (struct slice){rest.p, n});
		else
			BUF_LIT(to, "\xef\xbf\xbd");
		n = n ? n : 1;
		rest = (struct slice){rest.p + n, rest.n - n};
	}
	buf_addc(to, '"');
}

static void add_headers(struct buf *to, const struct message *m)
{
	for (size_t i = 0; i < m->n_headers; i++) {
		if (i)
			buf_addc(to, ',');
		buf_addc(to, '{');
		add_name(to, m->headers[i].name);
		buf_addc(to, ':');
		add_bytes(to, m->headers[i].value);
		buf_addc(to, '}');
	}
}

#define TYPE(name)                                                                                 \
	{                                                                                          \
		",\"timestampType\":\"" name "\",\"key\":",                                        \
			sizeof(",\"timestampType\":\"" name "\",\"key\":") - 1                     \
	}

void record_put(struct buf *to, const struct message *m, struct slice token)
{
	static const struct slice types[] = {
		[TIMESTAMP_NONE] = TYPE("NO_TIMESTAMP_TYPE"),
		[TIMESTAMP_CREATE] = TYPE("CREATE_TIME"),
		[TIMESTAMP_LOG_APPEND] = TYPE("LOG_APPEND_TIME"),
	};

	buf_room(to, token.n + m->place.n + 256 + B64_ENCODED(m->key.n) + B64_ENCODED(m->value.n));
	if (token.n) {
		BUF_LIT(to, "{\"_ack\":\"");
		buf_adds(to, token);
		BUF_LIT(to, "\",");
	} else {
		buf_addc(to, '{');
	}
	buf_adds(to, m->place);
	buf_add_i64(to, m->offset);
	BUF_LIT(to, ",\"timestamp\":");
	buf_add_i64(to, m->timestamp);
	buf_adds(to, types[m->timestamp_type]);
	add_bytes(to, m->key);
	BUF_LIT(to, ",\"value\":");
	add_bytes(to, m->value);
	BUF_LIT(to, ",\"headers\":[");
	add_headers(to, m);
	BUF_LIT(to, "]}\n");
}
