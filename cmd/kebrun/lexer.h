/*
 * Shell text into tokens, as far as a pipeline has to be understood to be taken
 * apart: POSIX.1-2017, XCU 2.2 (quoting), 2.3 (tokens), 2.6 (expansions), 2.7
 * (redirections), 2.9 (groups). Nothing is expanded or run. What two shells read
 * differently, or what would need the whole grammar, is refused with a reason:
 * here-documents, case, $'...'.
 */
#ifndef KEB_KEBRUN_LEXER_H
#define KEB_KEBRUN_LEXER_H

#include "base/buf.h"
#include "base/err.h"

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,	/* quotes and expansions included, as they stand */
	TOKEN_REDIRECT, /* number, operator and target together */
	TOKEN_PIPE,	/* | */
	TOKEN_CONTROL,	/* || && ; ;; & |& */
	TOKEN_NEWLINE,
	TOKEN_OPEN,  /* ( */
	TOKEN_CLOSE, /* ) */
};

struct token {
	enum token_kind kind;
	struct slice text; /* a part of the lexer's text; empty at the end */
};

struct lexer {
	struct slice text;
	size_t at;	/* of the byte after the last token */
	unsigned depth; /* of nested expansions and groups */
	struct err *err;
};

/* Borrows the text; err is where a refusal goes. */
void lexer_start(struct lexer *lx, struct slice text, struct err *err);

/* Skips blanks and comments and takes one token. 0, or -1 with err (EXIT_USAGE). */
int lexer_next(struct lexer *lx, struct token *token);

/*
 * Takes a token that may begin a group, (...) or {...;}, as one: after a TOKEN_OPEN,
 * or a word '{' where a command may begin, the lexer stands behind the group.
 * *command says whether a command may begin at this token, and is set for the next.
 */
int lexer_group(struct lexer *lx, const struct token *token, bool *command);

/*
 * What a word names once its quotes are removed: the part behind the last '/'.
 * False if that part has an expansion in it, so that only the shell knows.
 */
bool lexer_name(struct slice word, struct buf *name);

#endif
