/*
 * protobuf FILE: writes a batch of messages to FILE for protoc --decode, and prints how
 * many of them a second of CPU turns into JSON, in one thread, with each converter's
 * profile. A message has 10 fields and is 1 KB, most of it text.
 */
#include "protobuf/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define RECORDS 200000
#define WRITTEN 20000
#define NOTE	860

static const char text[] =
	"syntax = 'proto3'; package bench;"
	"message Order { int64 id = 1; string customer = 2; int32 quantity = 3; double price = 4;"
	" bool express = 5; Status status = 6; string note = 7; repeated int32 sizes = 8;"
	" Address address = 9; bytes digest = 10; }"
	"enum Status { NEW = 0; PAID = 1; SENT = 2; }"
	"message Address { string street = 1; string city = 2; int32 zip = 3; }"
	"message Batch { repeated Order orders = 1; }";

static void add_varint(struct buf *to, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_addc(to, (char)(v | 0x80));
	buf_addc(to, (char)v);
}

static void add_bytes(struct buf *to, unsigned field, struct slice bytes)
{
	add_varint(to, field << 3 | 2);
	add_varint(to, bytes.n);
	buf_adds(to, bytes);
}

static void add_number(struct buf *to, unsigned field, uint64_t v)
{
	add_varint(to, field << 3);
	add_varint(to, v);
}

static void make_order(struct buf *to, int i)
{
	double price = 1 + (i % 10000) / 100.0;
	char note[NOTE], customer[32];
	struct buf address = {0};

	for (int c = 0; c < NOTE; c++)
		note[c] = "the quick brown fox jumps over the lazy dog "[c % 44];
	add_bytes(&address, 1, SLICE("Karl Johans gate 1"));
	add_bytes(&address, 2, SLICE("Oslo"));
	add_number(&address, 3, 154);
	snprintf(customer, sizeof(customer), "customer-%06d", i);
	buf_reset(to);
	add_number(to, 1, UINT64_C(1234567890123) + (uint64_t)i);
	add_bytes(to, 2, slice_of(customer));
	add_number(to, 3, (uint64_t)i % 100);
	add_varint(to, 4 << 3 | 1);
	buf_add(to, &price, sizeof(price));
	add_number(to, 5, 1);
	add_number(to, 6, (uint64_t)i % 3);
	add_bytes(to, 7, (struct slice){note, NOTE});
	add_bytes(to, 8, SLICE("\x01\x02\x03\x2a"));
	add_bytes(to, 9, buf_slice(&address));
	add_bytes(to, 10, SLICE("0123456789abcdef0123456789abcdef"));
	buf_free(&address);
}

static int write_batch(const char *path)
{
	FILE *f = fopen(path, "wb");
	struct buf order = {0}, field = {0};

	if (!f)
		return -1;
	for (int i = 0; i < WRITTEN; i++) {
		make_order(&order, i);
		buf_reset(&field);
		add_bytes(&field, 1, buf_slice(&order));
		fwrite(field.p, 1, field.len, f);
	}
	buf_free(&order);
	buf_free(&field);
	return fclose(f);
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void measure(const struct proto_message *message, struct connect_form form, const char *name)
{
	struct proto_reader *reader = proto_reader_new(1 << 20);
	struct buf wire = {0}, to = {0};
	struct codec_fault fault;
	double start;

	make_order(&wire, 4242);
	start = cpu_seconds();
	for (int i = 0; i < RECORDS; i++) {
		buf_reset(&to);
		if (!proto_add_json(reader, message, buf_slice(&wire), &form, &to, &fault))
			exit(1);
	}
	start = cpu_seconds() - start;
	printf("%s %zu %zu %.0f\n", name, wire.len, to.len, RECORDS / start);
	proto_reader_free(reader);
	buf_free(&wire);
	buf_free(&to);
}

int main(int argc, char **argv)
{
	struct codec_fault fault;
	struct proto_schema *schema =
		proto_schema_new(SLICE("bench.proto"), slice_of(text), NULL, 0, &fault);
	const struct proto_message *order;

	if (!schema || argc != 2 || write_batch(argv[1]))
		return 1;
	order = proto_message_by_name(schema, SLICE("Order"));
	measure(order, (struct connect_form){0}, "confluent");
	measure(order, (struct connect_form){.profile = CONNECT_GLUE}, "glue");
	proto_schema_free(schema);
	return 0;
}
