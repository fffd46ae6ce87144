#include "keyring.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define KEPT 4096

struct keyring {
	struct chance *chance;
	int64_t live_ms;
	struct issued first;
	struct issued *kept;
	size_t n; /* ever given out */
};

struct keyring *keyring_new(const char *account, struct chance *chance, int64_t live_ms)
{
	struct keyring *k = mem_alloc(sizeof *k);

	k->chance = chance;
	k->live_ms = live_ms;
	k->kept = mem_array(KEPT, sizeof *k->kept);
	snprintf(k->first.key_id, sizeof k->first.key_id, "%s", AUTH_KEY_ID);
	snprintf(k->first.secret, sizeof k->first.secret, "%s", AUTH_SECRET);
	snprintf(k->first.arn, sizeof k->first.arn, "arn:aws:iam::%s:user/kebmock", account);
	return k;
}

void keyring_free(struct keyring *k)
{
	if (!k)
		return;
	free(k->kept);
	free(k);
}

static void fill(struct keyring *k, char *to, size_t n, const char *letters, size_t of)
{
	for (size_t i = 0; i < n; i++)
		to[i] = letters[chance_next(k->chance) % of];
	to[n] = '\0';
}

const struct issued *keyring_issue(struct keyring *k, const char *arn, int64_t asked_ms,
				   int64_t now_ms)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567abcdefghijklmnopqrstuvwxyz/+";
	struct issued *issued = &k->kept[k->n++ % KEPT];

	snprintf(issued->key_id, sizeof issued->key_id, "ASIA");
	fill(k, issued->key_id + 4, sizeof issued->key_id - 5, letters, 32);
	fill(k, issued->secret, sizeof issued->secret - 1, letters, sizeof letters - 1);
	fill(k, issued->token, sizeof issued->token - 1, letters, sizeof letters - 1);
	snprintf(issued->arn, sizeof issued->arn, "%s", arn);
	issued->expires_ms = now_ms + (k->live_ms ? k->live_ms : asked_ms);
	return issued;
}

const struct issued *keyring_find(const struct keyring *k, struct slice key_id)
{
	if (slice_is(key_id, k->first.key_id))
		return &k->first;
	for (size_t i = 0; i < k->n && i < KEPT; i++)
		if (slice_is(key_id, k->kept[i].key_id))
			return &k->kept[i];
	return NULL;
}
