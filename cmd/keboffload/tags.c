#include "tags.h"

#include "aws/canonical.h"
#include "base/utf8.h"

#include <string.h>

/* Letters, digits and blanks of any script, and + - = . _ : / @: of ASCII, the rest is excluded. */
static bool allowed(struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z'))
			continue;
		if (c == '\0' || !strchr(" +-=._:/@", c))
			return false;
	}
	return utf8_valid(text.p, text.n);
}

static struct slice key_of(const char *tag)
{
	const char *equals = strchr(tag, '=');

	return (struct slice){tag, equals ? (size_t)(equals - tag) : 0};
}

static int check(const struct opt_list *tags, size_t i, struct err *err)
{
	const char *tag = tags->items[i];
	struct slice key = key_of(tag), value;

	if (!key.n)
		return err_set(err, EXIT_USAGE, "--tag '%.100s' is not of the form KEY=VALUE", tag);
	value = slice_of(tag + key.n + 1);
	if (utf8_count(key.p, key.n) > TAG_KEY_MAX || utf8_count(value.p, value.n) > TAG_VALUE_MAX)
		return err_set(err, EXIT_USAGE,
			       "--tag '%.100s': S3 takes %d characters of a key and %d of a value",
			       tag, TAG_KEY_MAX, TAG_VALUE_MAX);
	if (!allowed(key) || !allowed(value))
		return err_set(err, EXIT_USAGE,
			       "--tag '%.100s': S3 takes letters, digits, blanks and + - = . _ : / "
			       "@ (in UTF-8)",
			       tag);
	if (slice_starts(key, SLICE("aws:")))
		return err_set(err, EXIT_USAGE, "--tag '%.100s': keys with 'aws:' are Amazon's own",
			       tag);
	for (size_t k = 0; k < i; k++)
		if (slice_eq(key_of(tags->items[k]), key))
			return err_set(err, EXIT_USAGE, "--tag '%.*s' is given twice",
				       SLICE_ARG(key));
	return 0;
}

int tags_join(const struct opt_list *tags, struct buf *to, struct err *err)
{
	if (tags->n > TAGS_MAX)
		return err_set(err, EXIT_USAGE, "more than %d --tag: S3 takes no more of an object",
			       TAGS_MAX);
	for (size_t i = 0; i < tags->n; i++) {
		struct slice key = key_of(tags->items[i]);

		if (check(tags, i, err) != 0)
			return -1;
		if (to->len)
			buf_addc(to, '&');
		canonical_encode(to, key, false);
		buf_addc(to, '=');
		canonical_encode(to, slice_of(tags->items[i] + key.n + 1), false);
	}
	return 0;
}
