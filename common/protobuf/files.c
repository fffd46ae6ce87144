#include "files.h"

#include "descriptor.pb-c.h"
#include "known.h"
#include "parse.h"
#include "serialized.h"

/* Whether content is .proto text; a serialized descriptor never is. */
static bool is_text(struct slice content)
{
	for (size_t i = 0; i < content.n; i++) {
		unsigned char c = (unsigned char)content.p[i];

		if (c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\v')
			return false;
	}
	return true;
}

/* Reads text or a serialized descriptor, whichever it is. */
static struct FileDescriptorProto *read_file(struct slice name, struct slice content,
					     struct arena *arena, struct codec_fault *fault)
{
	return is_text(content) ? parse_proto(name, content, arena, fault)
				: serialized_file(content, arena, fault);
}

static bool have(const struct proto_files *files, struct slice name)
{
	/* the first one is the schema itself, under whatever name the registry has for it */
	for (uint32_t i = 1; i < files->n; i++)
		if (files->p[i]->name && slice_is(name, files->p[i]->name))
			return true;
	return false;
}

static struct slice content_of(const struct proto_import *imports, size_t n, struct slice name)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq(imports[i].name, name))
			return imports[i].content;
	return known_file(name);
}

static bool missing(const char *import, const char *importer, struct codec_fault *fault)
{
	return codec_fail(fault, CODEC_SCHEMA, "'%.80s', which %.80s imports, is not there", import,
			  importer && *importer ? importer : "the schema");
}

/* A file is read under the name that its importer has for it. */
static bool add_imports(struct proto_files *files, uint32_t of, const struct proto_import *imports,
			size_t n, struct arena *arena, struct codec_fault *fault)
{
	for (size_t i = 0; i < files->p[of]->n_dependency; i++) {
		char *import = files->p[of]->dependency[i];
		struct FileDescriptorProto *file;
		struct slice content;

		if (have(files, slice_of(import)))
			continue;
		content = content_of(imports, n, slice_of(import));
		if (!content.p)
			return missing(import, files->p[of]->name, fault);
		file = read_file(slice_of(import), content, arena, fault);
		if (!file)
			return false;
		file->name = import;
		list_add(files, file);
	}
	return true;
}

bool files_collect(struct proto_files *files, struct slice name, struct slice content,
		   const struct proto_import *imports, size_t n, struct arena *arena,
		   struct codec_fault *fault)
{
	struct FileDescriptorProto *file = read_file(name, content, arena, fault);

	if (!file)
		return false;
	list_add(files, file);
	for (uint32_t i = 0; i < files->n; i++)
		if (!add_imports(files, i, imports, n, arena, fault))
			return false;
	return true;
}

bool files_of_set(struct proto_files *files, struct slice bytes, struct arena *arena,
		  struct codec_fault *fault)
{
	struct FileDescriptorSet *set = serialized_set(bytes, arena, fault);

	if (!set)
		return false;
	/* protoc writes a file behind those that it imports */
	for (size_t i = set->n_file; i-- > 0;)
		list_add(files, set->file[i]);
	for (uint32_t i = 0; i < files->n; i++)
		if (!add_imports(files, i, NULL, 0, arena, fault))
			return false;
	return true;
}

bool proto_imports_of(struct slice content, proto_import_fn *each, void *ctx,
		      struct codec_fault *fault)
{
	struct arena arena = {0};
	struct FileDescriptorProto *file = read_file(SLICE("schema"), content, &arena, fault);

	for (size_t i = 0; file && i < file->n_dependency; i++) {
		struct slice name = slice_of(file->dependency[i]);

		if (!known_file(name).p && !each(ctx, name))
			break;
	}
	arena_empty(&arena);
	return file != NULL;
}
