#include "aws/profile.h"

#include "base/env.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((size_t)1 << 20)

struct property {
	char *key;
	char *value;
};

struct profile {
	enum profile_kind kind;
	char *name;
	bool bare; /* config's [default]: gives way to [profile default] */
	struct property *properties;
	size_t n;
};

struct profiles {
	struct profile **items;
	size_t n;
};

/* --- what is kept ---------------------------------------------------------- */

static void clear(struct profile *profile)
{
	for (size_t i = 0; i < profile->n; i++) {
		mem_free_secret(profile->properties[i].value);
		free(profile->properties[i].key);
	}
	profile->n = 0;
}

struct profiles *profiles_new(void)
{
	return mem_alloc(sizeof(struct profiles));
}

void profiles_free(struct profiles *all)
{
	if (!all)
		return;
	for (size_t i = 0; i < all->n; i++) {
		clear(all->items[i]);
		free(all->items[i]->properties);
		free(all->items[i]->name);
		free(all->items[i]);
	}
	free(all->items);
	free(all);
}

static struct profile *find(const struct profiles *all, enum profile_kind kind, struct slice name)
{
	for (size_t i = 0; i < all->n; i++) {
		if (all->items[i]->kind == kind && slice_is(name, all->items[i]->name))
			return all->items[i];
	}
	return NULL;
}

static struct profile *find_or_add(struct profiles *all, enum profile_kind kind, struct slice name)
{
	struct profile *profile = find(all, kind, name);

	if (profile)
		return profile;
	profile = mem_alloc(sizeof(*profile));
	profile->kind = kind;
	profile->name = mem_text(name.p, name.n);
	all->items = mem_resize(all->items, all->n + 1, sizeof(struct profile *));
	all->items[all->n++] = profile;
	return profile;
}

static struct property *set(struct profile *profile, struct slice key, struct slice value)
{
	struct property *property = NULL;

	for (size_t i = 0; i < profile->n; i++) {
		if (slice_is(key, profile->properties[i].key))
			property = &profile->properties[i];
	}
	if (!property) {
		profile->properties =
			mem_resize(profile->properties, profile->n + 1, sizeof(struct property));
		property = &profile->properties[profile->n++];
		property->key = mem_text(key.p, key.n);
	} else {
		mem_free_secret(property->value);
	}
	property->value = mem_text(value.p, value.n);
	return property;
}

/* Appends LF and the text of a continuation line. */
static void append(struct property *property, struct slice text)
{
	size_t n = strlen(property->value);
	char *value = mem_alloc(n + text.n + 2);

	memcpy(value, property->value, n);
	value[n] = '\n';
	memcpy(value + n + 1, text.p, text.n);
	mem_free_secret(property->value);
	property->value = value;
}

/* --- the grammar ----------------------------------------------------------- */

struct parse {
	struct profiles *all;
	enum profile_file file;
	const char *path;
	size_t line;
	struct profile *profile; /* NULL before the first section, or in an ignored one */
	bool ignoring;
	struct property *property;
	struct err *err;
};

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct slice trim(struct slice text)
{
	while (text.n && blank(text.p[0]))
		text = (struct slice){text.p + 1, text.n - 1};
	while (text.n && blank(text.p[text.n - 1]))
		text.n--;
	return text;
}

static bool identifier(struct slice text)
{
	static const char others[] = "_-/.%@:+\\";

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool plain =
			(c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (!plain && (c == '\0' || !strchr(others, c)))
			return false;
	}
	return text.n > 0;
}

static int bad(struct parse *p, const char *what)
{
	return err_set(p->err, EXIT_USAGE, "%s:%zu: %s", p->path, p->line, what);
}

static void ignore(struct parse *p, const char *why)
{
	msg_warning("%s:%zu: section ignored: %s", p->path, p->line, why);
	p->ignoring = true;
}

/* "[default]" of config, "[profile default]" of config, or a section of credentials. */
static void enter_plain(struct parse *p, struct slice name, bool prefixed)
{
	bool bare = p->file == PROFILE_CONFIG && !prefixed;
	struct profile *profile = find(p->all, PROFILE_PLAIN, name);
	bool existed = profile != NULL;

	if (!existed)
		profile = find_or_add(p->all, PROFILE_PLAIN, name);
	if (!existed) {
		profile->bare = bare;
	} else if (p->file == PROFILE_CONFIG && profile->bare && prefixed) {
		clear(profile);
		profile->bare = false;
	} else if (bare && !profile->bare) {
		p->ignoring = true;
		return;
	}
	p->profile = profile;
}

static void enter(struct parse *p, struct slice title)
{
	static const struct {
		const char *word;
		enum profile_kind kind;
	} prefixes[] = {
		{"profile", PROFILE_PLAIN},
		{"sso-session", PROFILE_SSO_SESSION},
		{"services", PROFILE_SERVICES},
	};
	size_t word = 0;
	struct slice name;

	while (word < title.n && !blank(title.p[word]))
		word++;
	name = trim((struct slice){title.p + word, title.n - word});
	if (name.n == 0) {
		if (!identifier(title))
			ignore(p, "the name holds a character that no name may have");
		else if (p->file == PROFILE_CONFIG && !slice_is(title, "default"))
			ignore(p, "it wants 'profile' before its name");
		else
			enter_plain(p, title, false);
		return;
	}
	if (p->file == PROFILE_CREDENTIALS) {
		ignore(p, "a credentials file has no prefix before a name");
		return;
	}
	if (!identifier(name)) {
		ignore(p, "the name holds a character that no name may have");
		return;
	}
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		if (!slice_is((struct slice){title.p, word}, prefixes[i].word))
			continue;
		if (prefixes[i].kind == PROFILE_PLAIN)
			enter_plain(p, name, true);
		else
			p->profile = find_or_add(p->all, prefixes[i].kind, name);
		return;
	}
	ignore(p, "its kind is unknown");
}

static int section(struct parse *p, struct slice line)
{
	const char *end = memchr(line.p, ']', line.n);
	struct slice after, title;

	if (!end)
		return bad(p, "a section has no ']'");
	after = trim((struct slice){end + 1, line.n - (size_t)(end - line.p) - 1});
	if (after.n && after.p[0] != '#' && after.p[0] != ';')
		return bad(p, "something stands behind the ']' of a section");
	title = trim((struct slice){line.p + 1, (size_t)(end - line.p) - 1});
	p->property = NULL;
	p->profile = NULL;
	p->ignoring = false;
	enter(p, title);
	return 0;
}

/* A comment begins at a blank before '#' or ';', so "a=b#c" keeps its "#c". */
static struct slice without_comment(struct slice value)
{
	for (size_t i = 0; i + 1 < value.n; i++) {
		if (blank(value.p[i]) && (value.p[i + 1] == '#' || value.p[i + 1] == ';'))
			return (struct slice){value.p, i};
	}
	return value;
}

static int property(struct parse *p, struct slice line)
{
	const char *equals = memchr(line.p, '=', line.n);
	struct slice key, value;

	if (!p->profile && !p->ignoring)
		return bad(p, "a key stands before the first section");
	if (!equals)
		return bad(p, "a line has neither '=' nor brackets");
	key = trim((struct slice){line.p, (size_t)(equals - line.p)});
	value = (struct slice){equals + 1, line.n - (size_t)(equals - line.p) - 1};
	p->property = NULL;
	if (p->ignoring)
		return 0;
	if (!identifier(key)) {
		msg_warning("%s:%zu: ignored: no key can have this name", p->path, p->line);
		return 0;
	}
	p->property = set(p->profile, key, trim(without_comment(value)));
	return 0;
}

static int continuation(struct parse *p, struct slice line)
{
	line = trim(line);
	if (line.n == 0 || p->ignoring)
		return 0;
	if (!p->property)
		return bad(p, "an indented line continues nothing");
	if (p->property->value[0] == '\0' && !memchr(line.p, '=', line.n))
		return bad(p, "a line of an indented block has no '='");
	append(p->property, line);
	return 0;
}

static int parse_line(struct parse *p, struct slice line)
{
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';')
		return 0;
	if (blank(line.p[0]))
		return continuation(p, line);
	if (line.p[0] == '[')
		return section(p, line);
	return property(p, line);
}

int profiles_add(struct profiles *all, enum profile_file file, struct slice text, const char *path,
		 struct err *err)
{
	struct parse p = {.all = all, .file = file, .path = path, .err = err};

	if (text.n && memchr(text.p, '\0', text.n))
		return err_set(err, EXIT_USAGE, "%s: holds a NUL", path);
	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		struct slice line = {text.p, end ? (size_t)(end - text.p) : text.n};

		p.line++;
		if (parse_line(&p, line) != 0)
			return -1;
		text = (struct slice){text.p + line.n, text.n - line.n};
		if (end)
			text = (struct slice){text.p + 1, text.n - 1};
	}
	return 0;
}

/* --- the files ------------------------------------------------------------- */

const char *profiles_home(void)
{
	const char *home = env_text("HOME");
	const struct passwd *user = home ? NULL : getpwuid(getuid());

	return home ? home : user ? user->pw_dir : "";
}

/* The variable's path, with "~/" for the home folder, or the default below it. */
static char *file_path(const char *variable, const char *fallback)
{
	const char *path = env_text(variable);
	struct buf text = {0};

	if (!path)
		path = fallback;
	if (strncmp(path, "~/", 2) == 0)
		buf_addf(&text, "%s%s", profiles_home(), path + 1);
	else
		buf_addf(&text, "%s", path);
	return buf_text(&text);
}

static int read_one(struct profiles *all, enum profile_file file, const char *path, struct err *err)
{
	struct buf text = {0};
	struct stat about;
	int result;

	if (lstat(path, &about) != 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (file == PROFILE_CREDENTIALS && S_ISREG(about.st_mode) && (about.st_mode & 077))
		msg_warning("'%s' can be read by others (chmod 600 it)", path);
	buf_room(&text, FILE_MAX + 1); /* at once: a growing buffer would leave copies of secrets */
	result = fd_read_file(path, FILE_MAX, &text, err);
	if (result == 0)
		result = profiles_add(all, file, buf_slice(&text), path, err);
	buf_wipe(&text);
	return result;
}

struct profiles *profiles_read(struct err *err)
{
	struct profiles *all = profiles_new();
	char *config = file_path("AWS_CONFIG_FILE", "~/.aws/config");
	char *credentials = file_path("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
	int result = read_one(all, PROFILE_CONFIG, config, err);

	if (result == 0)
		result = read_one(all, PROFILE_CREDENTIALS, credentials, err);
	free(config);
	free(credentials);
	if (result == 0)
		return all;
	profiles_free(all);
	return NULL;
}

/* --- asking ---------------------------------------------------------------- */

const struct profile *profiles_find(const struct profiles *all, enum profile_kind kind,
				    const char *name)
{
	return find(all, kind, slice_of(name));
}

int profiles_choose(const struct profiles *all, const char *name, const struct profile **profile,
		    struct err *err)
{
	bool named = name != NULL;

	if (!named) {
		name = env_text("AWS_PROFILE");
		named = name != NULL;
	}
	*profile = profiles_find(all, PROFILE_PLAIN, named ? name : "default");
	if (!*profile && named)
		return err_set(err, EXIT_USAGE,
			       "profile '%s' is in neither the config nor the credentials file "
			       "(check --profile, AWS_PROFILE, AWS_CONFIG_FILE)",
			       name);
	return 0;
}

const char *profile_name(const struct profile *profile)
{
	return profile->name;
}

const char *profile_get(const struct profile *profile, const char *key)
{
	for (size_t i = 0; profile && i < profile->n; i++) {
		if (strcmp(profile->properties[i].key, key) == 0)
			return profile->properties[i].value;
	}
	return NULL;
}

struct slice profile_nested(const struct profile *profile, const char *key, const char *nested)
{
	struct slice rest = slice_of(profile_get(profile, key));
	struct slice found = SLICE_NONE;

	if (!rest.p || rest.n == 0 || rest.p[0] != '\n')
		return found;
	while (rest.n) {
		const char *end = memchr(rest.p, '\n', rest.n);
		struct slice line = {rest.p, end ? (size_t)(end - rest.p) : rest.n};
		const char *equals = memchr(line.p, '=', line.n);

		if (equals &&
		    slice_is(trim((struct slice){line.p, (size_t)(equals - line.p)}), nested))
			found = trim(
				(struct slice){equals + 1, line.n - (size_t)(equals - line.p) - 1});
		rest = (struct slice){rest.p + line.n, rest.n - line.n};
		if (end)
			rest = (struct slice){rest.p + 1, rest.n - 1};
	}
	return found;
}
