/*
 * Definite JSON paths: $, $.name, $['name'], $["name"], $[3] and their chains. No
 * wildcards, filters, slices, '..' or negative indexes: one path, one value.
 */
#ifndef KEB_JSON_PATH_H
#define KEB_JSON_PATH_H

#include "base/err.h"
#include "base/slice.h"

#include <stdint.h>

struct json_path;

/* NULL with err (EXIT_USAGE, names the position) if the text is no definite path. */
struct json_path *json_path_new(const char *text, struct err *err);
void json_path_free(struct json_path *path);

size_t json_path_len(const struct json_path *path); /* steps; 0 for "$" */
/* The name of step i (unescaped), or an absent slice if it is an index. */
struct slice json_path_name(const struct json_path *path, size_t i);

/* The index of step i, where it has no name. */
uint64_t json_path_index(const struct json_path *path, size_t i);

/* The value in checked text; of a name that comes twice the last. False if it is not there. */
bool json_path_find(const struct json_path *path, struct slice text, struct slice *value);
/* The same by the steps from `from` up to, without, `to`. */
bool json_path_find_part(const struct json_path *path, size_t from, size_t to, struct slice text,
			 struct slice *value);

#endif
