/*
 * The shared configuration of AWS: ~/.aws/config and ~/.aws/credentials, or what
 * AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name. Read as the C SDK reads them
 * (aws-c-sdkutils): "[profile x]" in config but "[x]" in credentials, "[profile
 * default]" wins over "[default]", keys of credentials win over those of config, a
 * comment inside a line begins with a blank and '#' or ';', an indented line goes on
 * with the value above. Source: AWS SDKs and Tools Reference Guide, "Shared config
 * and credentials files".
 */
#ifndef KEB_AWS_PROFILE_H
#define KEB_AWS_PROFILE_H

#include "base/err.h"
#include "base/slice.h"

enum profile_kind {
	PROFILE_PLAIN,	     /* [profile x], [default] */
	PROFILE_SSO_SESSION, /* [sso-session x] */
	PROFILE_SERVICES,    /* [services x] */
};

enum profile_file {
	PROFILE_CONFIG,
	PROFILE_CREDENTIALS,
};

struct profiles;
struct profile; /* one section, both files together */

/* The home folder: HOME, else what the system knows of the user; "" if neither. */
const char *profiles_home(void);

struct profiles *profiles_new(void);
void profiles_free(struct profiles *all); /* wipes; NULL is fine */

/*
 * Both files, config first. One that is not there is empty; one that cannot be read or parsed is an
 * error (EXIT_USAGE). A credentials file that others may read is warned about.
 */
struct profiles *profiles_read(struct err *err);

/* Adds the text of one file; `path` is for messages. Config goes before credentials. */
int profiles_add(struct profiles *all, enum profile_file file, struct slice text, const char *path,
		 struct err *err);

/* NULL if there is none. */
const struct profile *profiles_find(const struct profiles *all, enum profile_kind kind,
				    const char *name);

/*
 * The profile to use: `name` if it is not NULL, else AWS_PROFILE, else "default". In *profile; NULL
 * there when no name was asked for and there is no [default]. -1 (EXIT_USAGE) when one was.
 */
int profiles_choose(const struct profiles *all, const char *name, const struct profile **profile,
		    struct err *err);

const char *profile_name(const struct profile *profile);
/* The value of a key, compared as it is written; NULL if it is not there or profile is NULL. */
const char *profile_get(const struct profile *profile, const char *key);
/*
 * A value of the indented block below an empty `key =`, as `services` have them. A slice of the
 * profile; absent if it is not there.
 */
struct slice profile_nested(const struct profile *profile, const char *key, const char *nested);

#endif
