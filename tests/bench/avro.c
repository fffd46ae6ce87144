/*
 * avro [N]: reads a record of ten fields N times on one thread and prints records and
 * megabytes of Avro a second of its own processor time: to Connect's JSON by
 * common/avro, and by libavro as far as its value API, and to its own JSON.
 */
#include "avro/avro.h"

#include <avro.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char schema_text[] =
	"{\"type\":\"record\",\"name\":\"Order\",\"namespace\":\"shop.v1\",\"fields\":["
	"{\"name\":\"id\",\"type\":\"long\"},"
	"{\"name\":\"customer\",\"type\":\"string\"},"
	"{\"name\":\"email\",\"type\":\"string\"},"
	"{\"name\":\"sku\",\"type\":\"string\"},"
	"{\"name\":\"amount\",\"type\":\"double\"},"
	"{\"name\":\"weight\",\"type\":\"float\"},"
	"{\"name\":\"count\",\"type\":\"int\"},"
	"{\"name\":\"paid\",\"type\":\"boolean\"},"
	"{\"name\":\"note\",\"type\":[\"null\",\"string\"]},"
	"{\"name\":\"created\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}}]"
	"}";

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void check(int failed, const char *what)
{
	if (failed) {
		fprintf(stderr, "avro: error: %s: %s\n", what, avro_strerror());
		exit(1);
	}
}

static avro_value_t field(const avro_value_t *record, const char *name)
{
	avro_value_t value;

	check(avro_value_get_by_name(record, name, &value, NULL), name);
	return value;
}

static size_t encode(avro_value_t *record, char *to, size_t room)
{
	avro_writer_t writer = avro_writer_memory(to, (int64_t)room);
	avro_value_t value = field(record, "id"), note;
	size_t n;

	avro_value_set_long(&value, 1234567890);
	value = field(record, "customer");
	avro_value_set_string(&value, "Margarethe Schneider");
	value = field(record, "email");
	avro_value_set_string(&value, "m.schneider@example.com");
	value = field(record, "sku");
	avro_value_set_string(&value, "SKU-10-77342");
	value = field(record, "amount");
	avro_value_set_double(&value, 1234.56);
	value = field(record, "weight");
	avro_value_set_float(&value, 2.75F);
	value = field(record, "count");
	avro_value_set_int(&value, 3);
	value = field(record, "paid");
	avro_value_set_boolean(&value, 1);
	value = field(record, "note");
	avro_value_set_branch(&value, 1, &note);
	avro_value_set_string(&note, "leave at the door, please");
	value = field(record, "created");
	avro_value_set_long(&value, 1704067199999);
	check(avro_value_write(writer, record), "write");
	n = (size_t)avro_writer_tell(writer);
	avro_writer_free(writer);
	return n;
}

static void say(const char *what, int n, double took, size_t bytes)
{
	printf("  %-34s %8.2f M records/s %8.0f MB/s\n", what, n / took / 1e6,
	       n / took * (double)bytes / 1e6);
}

static void keb(struct slice datum, int n)
{
	struct connect_form form = {0};
	struct codec_fault fault;
	struct avro_schema *schema = avro_schema_new(slice_of(schema_text), NULL, 0, &form, &fault);
	struct buf to = {0};
	double start = seconds();

	for (int i = 0; i < n; i++) {
		buf_reset(&to);
		if (!avro_add_json(schema, datum, false, &to, &fault))
			exit(1);
	}
	say("kebmap's reader, Connect's JSON", n, seconds() - start, datum.n);
	avro_schema_free(schema);
	buf_free(&to);
}

static void libavro(struct slice datum, avro_value_t *value, bool json, int n)
{
	avro_reader_t reader = avro_reader_memory(datum.p, (int64_t)datum.n);
	double start = seconds();

	for (int i = 0; i < n; i++) {
		char *text;

		avro_reader_memory_set_source(reader, datum.p, (int64_t)datum.n);
		check(avro_value_read(reader, value), "read");
		if (json) {
			check(avro_value_to_json(value, 1, &text), "to JSON");
			free(text);
		}
	}
	say(json ? "libavro, its own JSON" : "libavro, value API, no text", n, seconds() - start,
	    datum.n);
	avro_reader_free(reader);
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1000000;
	avro_schema_t schema;
	avro_value_iface_t *class;
	avro_value_t record;
	char datum[512];
	size_t bytes;

	check(avro_schema_from_json_length(schema_text, sizeof schema_text - 1, &schema), "schema");
	class = avro_generic_class_from_schema(schema);
	check(avro_generic_value_new(class, &record), "value");
	bytes = encode(&record, datum, sizeof datum);
	printf("Avro, a record of 10 fields in %zu bytes, one thread\n", bytes);
	keb((struct slice){datum, bytes}, n);
	libavro((struct slice){datum, bytes}, &record, false, n);
	libavro((struct slice){datum, bytes}, &record, true, n / 10);
	avro_value_decref(&record);
	avro_value_iface_decref(class);
	avro_schema_decref(schema);
	return 0;
}
