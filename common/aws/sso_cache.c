#include "aws/sso_cache.h"

#include "aws/keys.h"
#include "aws/profile.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/hex.h"
#include "base/msg.h"
#include "json/scan.h"
#include "json/text.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

char *sso_cache_path(const char *key)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	struct buf path = {0};
	unsigned n = 0;

	EVP_Digest(key, strlen(key), hash, &n, EVP_sha1(), NULL);
	buf_addf(&path, "%s/.aws/sso/cache/", profiles_home());
	buf_room(&path, 2 * n);
	hex_put(path.p + path.len, hash, n);
	path.len += 2 * n;
	BUF_LIT(&path, ".json");
	return buf_text(&path);
}

bool sso_cache_date(struct slice json, const char *name, int64_t *ms)
{
	char *text = keys_member(json, name);
	size_t n = text ? strlen(text) : 0;
	bool good;

	if (n > 3 && strcmp(text + n - 3, "UTC") == 0) {
		text[n - 3] = 'Z';
		n -= 2;
	}
	good = n && clock_parse_date((struct slice){text, n}, ms);
	free(text);
	return good;
}

static void add_member(struct buf *to, const char *name, struct slice text)
{
	if (to->len > 1)
		buf_addc(to, ',');
	json_add_string(to, slice_of(name));
	buf_addc(to, ':');
	json_add_string(to, text);
}

/* The old file with other values for what was renewed; its other members stay. */
static void merge(struct buf *to, struct slice old, const char *token, const char *refresh,
		  int64_t expires_ms)
{
	char text[CLOCK_DATE_LEN];
	struct json_walk walk;
	struct json_member m;

	buf_addc(to, '{');
	json_walk(&walk, old);
	while (json_next(&walk, &m)) {
		if (json_is(m.name, SLICE("accessToken")) || json_is(m.name, SLICE("expiresAt")) ||
		    (refresh && json_is(m.name, SLICE("refreshToken"))))
			continue;
		if (to->len > 1)
			buf_addc(to, ',');
		buf_adds(to, m.whole);
	}
	clock_put_date(text, expires_ms - expires_ms % 1000);
	memcpy(text + 19, "Z", 1); /* without milliseconds: botocore reads no others */
	add_member(to, "accessToken", slice_of(token));
	add_member(to, "expiresAt", (struct slice){text, 20});
	if (refresh)
		add_member(to, "refreshToken", slice_of(refresh));
	buf_addc(to, '}');
}

static int write_new(const char *path, struct slice content, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int result = 0;

	if (fd < 0)
		return err_errno(err, EXIT_LOCAL, "cannot create '%s'", path);
	if (fd_write_all(fd, content.p, content.n) != 0 || fsync(fd) != 0)
		result = err_errno(err, EXIT_LOCAL, "cannot write '%s'", path);
	close(fd);
	return result;
}

static void replace(const char *path, struct slice content)
{
	struct buf temp = {0};
	struct err err;
	int result;

	buf_addf(&temp, "%s.%d", path, (int)getpid());
	result = write_new(buf_text(&temp), content, &err);
	if (result == 0 && rename(temp.p, path) != 0)
		result = err_errno(&err, EXIT_LOCAL, "cannot replace '%s'", path);
	if (result != 0) {
		msg_warning("the renewed token is not kept: %s", err.text);
		(void)unlink(temp.p);
	}
	buf_free(&temp);
}

void sso_cache_renew(const char *path, struct slice old, const char *token, const char *refresh,
		     int64_t expires_ms)
{
	struct buf content = {0};

	buf_room(&content, old.n + 8192);
	merge(&content, old, token, refresh, expires_ms);
	replace(path, buf_slice(&content));
	buf_wipe(&content);
}
