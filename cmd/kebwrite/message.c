#include "message.h"

#include "base/b64.h"
#include "base/mem.h"
#include "json/text.h"

#include <stdlib.h>

struct message_maker {
	const struct message_conf *conf;
	struct buf bytes; /* topic, key, value and headers, one behind the other */
	struct producer_header *headers;
	size_t n_headers, cap_headers;
};

struct message_maker *message_maker_new(const struct message_conf *conf)
{
	struct message_maker *m = mem_alloc(sizeof *m);

	m->conf = conf;
	return m;
}

void message_maker_free(struct message_maker *m)
{
	if (!m)
		return;
	buf_free(&m->bytes);
	free(m->headers);
	free(m);
}

/* Decodes the content of a string of base64; some writers escape its slashes. */
static bool add_base64(struct buf *to, struct slice raw, struct slice *bytes)
{
	size_t from = to->len;
	ssize_t n;

	buf_room(to, raw.n + 1);
	if (raw.n && memchr(raw.p, '\\', raw.n))
		json_unescape(raw, to);
	else
		buf_adds(to, raw);
	n = b64_decode(to->p + from, to->p + from, to->len - from);
	if (n < 0)
		return false;
	to->len = from + (size_t)n;
	*bytes = (struct slice){to->p + from, (size_t)n};
	return true;
}

static struct slice add_text(struct buf *to, struct slice raw)
{
	size_t from = to->len;

	json_unescape(raw, to);
	return (struct slice){to->p + from, to->len - from};
}

static const char *add_headers(struct message_maker *m, const struct record *record)
{
	struct record_headers walk;
	struct slice name, base64;
	bool null;
	int got;

	m->n_headers = 0;
	record_headers(&walk, record);
	while ((got = record_next_header(&walk, &name, &base64, &null)) > 0) {
		struct producer_header *h;

		if (m->n_headers == m->cap_headers) {
			m->cap_headers = m->cap_headers ? 2 * m->cap_headers : 16;
			m->headers = mem_resize(m->headers, m->cap_headers, sizeof *m->headers);
		}
		h = &m->headers[m->n_headers++];
		h->name = add_text(&m->bytes, name);
		h->value = SLICE_NONE;
		if (!null && !add_base64(&m->bytes, base64, &h->value))
			return "a header's value is not base64";
	}
	return got < 0 ? "a header is not an object of strings and nulls" : NULL;
}

static const char *add_topic(struct message_maker *m, const struct record *record,
			     const char **topic)
{
	struct slice text;

	*topic = m->conf->topic;
	if (*topic)
		return NULL;
	text = add_text(&m->bytes, record->topic);
	if (text.n == 0 || memchr(text.p, '\0', text.n))
		return "the topic is no name of one";
	buf_addc(&m->bytes, '\0');
	*topic = text.p;
	return NULL;
}

static int64_t time_of(const struct record *r)
{
	if (!r->has_timestamp || r->timestamp < 0 ||
	    slice_is(r->timestamp_type, "NO_TIMESTAMP_TYPE"))
		return PRODUCER_TIME_NOW;
	return r->timestamp;
}

const char *message_make(struct message_maker *m, const struct record *r,
			 struct producer_message *to)
{
	const char *wrong;

	*to = (struct producer_message){.partition = PRODUCER_BY_KEY, .timestamp = time_of(r)};
	buf_reset(&m->bytes);
	/* at once, so that nothing moves: decoded text is never longer than the line */
	buf_room(&m->bytes, r->line.n + 64);
	if (!r->key_null && !add_base64(&m->bytes, r->key, &to->key))
		return "the key is not base64";
	if (!r->value_null && !add_base64(&m->bytes, r->value, &to->value))
		return "the value is not base64";
	wrong = add_topic(m, r, &to->topic);
	if (!wrong)
		wrong = add_headers(m, r);
	to->headers = m->headers;
	to->n_headers = m->n_headers;
	if (m->conf->keep_partition && r->has_partition)
		to->partition = r->partition;
	return wrong;
}
