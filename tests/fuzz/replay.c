/*
 * The main of a fuzz target without libFuzzer: it runs every file of its corpus and a
 * fixed number of mutations of each (seeded by the file, so that a failure repeats),
 * and says so in TAP. A crash is the sanitizer's to report. What is data of another test,
 * or the corpus of another target, is a symbolic link.
 */
#include "../unit/random.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LIMIT	  (256 * 1024)
#define MUTATIONS 400

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const seeds[] = {
	"",
	"{\"_ack\":\"t/0/1/"
	"k.1\",\"source\":\"s\",\"detail-type\":\"d\",\"detail\":{\"a\":[1,null]}}\n",
	"{\"ack\":\"t/0/1/k.1~1/2\",\"status\":\"delivered\",\"id\":\"x\"}\n",
	"{\"detail\":{\"state\":[\"on\",{\"prefix\":\"o\"},{\"numeric\":[\">\",0,\"<=\",5]}]}}",
	"[0,-1.5e10,\"\\u00e9\\ud83d\\ude00\",true,false,null,{}]",
	"12KiB",
	"1h30m",
};

/* One input, in a heap block of exactly its size, so that a read past it is seen. */
static void run_one(const uint8_t *data, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	if (!copy)
		exit(6);
	memcpy(copy, data, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static size_t mutate(uint8_t *data, size_t n)
{
	static const char spice[] = "{}[]\",:\\~/0e-\n\r\0\xff\xc3\xed";
	size_t at = n ? random_bits() % n : 0;

	switch (random_bits() % 5) {
	case 0:
		return at;
	case 1:
		if (n)
			data[at] ^= (uint8_t)(1U << random_bits() % 8);
		return n;
	case 2:
		if (n)
			data[at] = (uint8_t)spice[random_bits() % (sizeof spice - 1)];
		return n;
	case 3:
		if (n == LIMIT)
			return n;
		memmove(data + at + 1, data + at, n - at);
		data[at] = (uint8_t)spice[random_bits() % (sizeof spice - 1)];
		return n + 1;
	default:
		if (!n)
			return n;
		memmove(data + at, data + at + 1, n - at - 1);
		return n - 1;
	}
}

static void run_seed(const uint8_t *data, size_t n)
{
	static uint8_t work[LIMIT];
	size_t i, m;

	run_one(data, n);
	random_state = 0x9e3779b97f4a7c15U ^ n;
	for (i = 0; i < MUTATIONS && n <= LIMIT; i++) {
		size_t left = 1 + random_bits() % 4;

		memcpy(work, data, n);
		for (m = n; left--;)
			m = mutate(work, m);
		run_one(work, m);
	}
}

static int run_file(const char *dir, const char *name)
{
	static uint8_t data[LIMIT];
	char path[4096];
	struct stat st;
	size_t n;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || !(f = fopen(path, "rb")))
		return 0;
	n = fread(data, 1, sizeof data, f);
	fclose(f);
	run_seed(data, n);
	return 1;
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	char dir[512];
	struct dirent *entry;
	size_t i, files = 0;
	DIR *d;

	(void)argc;
	name = name ? name + 1 : argv[0];
	name += strncmp(name, "replay_", 7) == 0 ? 7 : 0;
	snprintf(dir, sizeof dir, "tests/fuzz/corpus/%s", name);
	puts("1..1");
	fflush(stdout);
	for (i = 0; i < sizeof seeds / sizeof *seeds; i++)
		run_seed((const uint8_t *)seeds[i], strlen(seeds[i]));
	d = opendir(dir);
	while (d && (entry = readdir(d)))
		files += (size_t)run_file(dir, entry->d_name);
	if (d)
		closedir(d);
	printf("ok 1 - fuzz %s: %zu files and %zu seeds, %d mutations of each\n", name, files,
	       sizeof seeds / sizeof *seeds, MUTATIONS);
	return 0;
}
