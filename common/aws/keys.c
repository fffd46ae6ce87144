#include "aws/keys.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "json/scan.h"
#include "json/text.h"

const struct keys_names keys_of_metadata = {"AccessKeyId", "SecretAccessKey", "Token", "Expiration",
					    false};
const struct keys_names keys_of_process = {"AccessKeyId", "SecretAccessKey", "SessionToken",
					   "Expiration", false};
const struct keys_names keys_of_sso = {"accessKeyId", "secretAccessKey", "sessionToken",
				       "expiration", true};

void keys_wipe(struct keys *keys)
{
	mem_free_secret(keys->key_id);
	mem_free_secret(keys->secret);
	mem_free_secret(keys->token);
	*keys = (struct keys){0};
}

static char *copy(struct slice text)
{
	return text.n ? mem_text(text.p, text.n) : NULL;
}

void keys_set(struct keys *keys, struct slice key_id, struct slice secret, struct slice token)
{
	keys_wipe(keys);
	keys->key_id = copy(key_id);
	keys->secret = copy(secret);
	keys->token = copy(token);
}

struct credential_keys keys_view(const struct keys *keys)
{
	return (struct credential_keys){slice_of(keys->key_id), slice_of(keys->secret),
					slice_of(keys->token)};
}

static bool find(struct slice json, const char *name, struct json_member *found)
{
	struct json_walk walk;
	struct json_member m;
	bool there = false;

	json_walk(&walk, json);
	while (json_next(&walk, &m)) {
		if (!json_is(m.name, slice_of(name)))
			continue;
		*found = m;
		there = true;
	}
	return there;
}

char *keys_member(struct slice json, const char *name)
{
	struct json_member m;
	struct buf text = {0};

	if (!find(json, name, &m) || m.type != JSON_STRING)
		return NULL;
	buf_room(&text, m.value.n + 1); /* at once: no copies are left behind */
	json_unescape(json_raw(m.value), &text);
	if (memchr(buf_text(&text), '\0', text.len)) {
		buf_wipe(&text);
		return NULL;
	}
	return text.p;
}

/* 0 where there is none: such keys do not expire. */
static bool read_expiry(struct slice json, const struct keys_names *names, int64_t *expires_ms)
{
	struct json_member m;
	uint64_t ms;

	*expires_ms = 0;
	if (!find(json, names->expires, &m) || m.type == JSON_NULL)
		return true;
	if (names->milliseconds) {
		if (m.type != JSON_NUMBER || !num_u64(m.value, &ms) || ms > INT64_MAX)
			return false;
		*expires_ms = (int64_t)ms;
		return true;
	}
	return m.type == JSON_STRING && clock_parse_date(json_raw(m.value), expires_ms);
}

int keys_read(struct keys *keys, struct slice json, const struct keys_names *names,
	      const char *from, struct err *err)
{
	keys_wipe(keys);
	if (json_check(json, NULL) != JSON_OBJECT)
		return err_set(err, EXIT_REFUSED, "%s gave no JSON object", from);
	keys->key_id = keys_member(json, names->key_id);
	keys->secret = keys_member(json, names->secret);
	keys->token = keys_member(json, names->token);
	if (keys->key_id && *keys->key_id && keys->secret && *keys->secret &&
	    read_expiry(json, names, &keys->expires_ms))
		return 0;
	err_set(err, EXIT_REFUSED, "%s gave JSON without a valid %s", from,
		!keys->key_id || !*keys->key_id	  ? names->key_id
		: !keys->secret || !*keys->secret ? names->secret
						  : names->expires);
	keys_wipe(keys);
	return -1;
}
