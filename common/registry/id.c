#include "id.h"

#include "base/hash.h"
#include "base/hex.h"

#include <stdio.h>

bool schema_id_eq(const struct schema_id *a, const struct schema_id *b)
{
	return a->kind == b->kind && a->number == b->number &&
	       memcmp(a->uuid, b->uuid, sizeof(a->uuid)) == 0;
}

uint64_t schema_id_hash(const struct schema_id *id)
{
	unsigned char kind = (unsigned char)id->kind;
	uint64_t h = hash_add(HASH_START, &kind, 1);

	h = hash_add(h, &id->number, sizeof(id->number));
	return hash_end(hash_add(h, id->uuid, sizeof(id->uuid)));
}

void schema_id_put(char to[SCHEMA_ID_TEXT], const struct schema_id *id)
{
	if (id->kind == SCHEMA_NUMBER) {
		snprintf(to, SCHEMA_ID_TEXT, "%u", (unsigned)id->number);
		return;
	}
	for (size_t i = 0; i < sizeof(id->uuid); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*to++ = '-';
		hex_put(to, &id->uuid[i], 1);
		to += 2;
	}
	*to = '\0';
}

const char *schema_id_what(const struct schema_id *id)
{
	static const char *const names[] = {
		[SCHEMA_NUMBER] = "schema id",
		[SCHEMA_GUID] = "schema GUID",
		[SCHEMA_VERSION] = "schema version",
	};

	return names[id->kind];
}
