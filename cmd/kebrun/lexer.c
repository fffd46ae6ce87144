/*
 * A small recursive descent over quotes, expansions and groups. Its only aim is to
 * find where they end: what is inside goes to the shell as it stands.
 */
#include "lexer.h"

#define DEPTH_MAX 100

static int skip_expansion(struct lexer *lx, bool quoted);

static int peek(const struct lexer *lx, size_t ahead)
{
	return lx->at + ahead < lx->text.n ? (unsigned char)lx->text.p[lx->at + ahead] : -1;
}

static bool is_blank(int c)
{
	return c == ' ' || c == '\t';
}

static bool is_name(int c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

static bool ends_word(int c)
{
	return c < 0 || is_blank(c) || c == '\n' || (c && strchr(";&|<>()", c));
}

void lexer_start(struct lexer *lx, struct slice text, struct err *err)
{
	*lx = (struct lexer){.text = text, .err = err};
}

static int unfinished(struct lexer *lx, const char *what)
{
	return err_set(lx->err, EXIT_USAGE, "the pipeline ends inside %s", what);
}

static int deeper(struct lexer *lx)
{
	if (++lx->depth > DEPTH_MAX)
		return err_set(lx->err, EXIT_USAGE, "the pipeline nests deeper than %d levels",
			       DEPTH_MAX);
	return 0;
}

/* --- quotes: the lexer stands behind the opening one ----------------------- */

static int skip_single(struct lexer *lx)
{
	while (peek(lx, 0) >= 0)
		if (lx->text.p[lx->at++] == '\'')
			return 0;
	return unfinished(lx, "single quotes");
}

static int skip_backquote(struct lexer *lx)
{
	for (int c; (c = peek(lx, 0)) >= 0;) {
		lx->at++;
		if (c == '`')
			return 0;
		if (c == '\\' && peek(lx, 0) >= 0)
			lx->at++;
	}
	return unfinished(lx, "backquotes");
}

static int skip_double(struct lexer *lx)
{
	for (int c; (c = peek(lx, 0)) >= 0;) {
		if (c == '$') {
			if (skip_expansion(lx, true) != 0)
				return -1;
			continue;
		}
		lx->at++;
		if (c == '"')
			return 0;
		if (c == '`' && skip_backquote(lx) != 0)
			return -1;
		if (c == '\\' && peek(lx, 0) >= 0)
			lx->at++;
	}
	return unfinished(lx, "double quotes");
}

/* Whatever the byte at hand begins: a quote, an escape, an expansion, or itself. */
static int skip_piece(struct lexer *lx)
{
	int c = peek(lx, 0);

	if (c == '$')
		return skip_expansion(lx, false);
	lx->at++;
	switch (c) {
	case '\'':
		return skip_single(lx);
	case '"':
		return skip_double(lx);
	case '`':
		return skip_backquote(lx);
	case '\\':
		if (peek(lx, 0) >= 0)
			lx->at++;
		return 0;
	default:
		return 0;
	}
}

/* --- expansions ------------------------------------------------------------- */

/* Behind "$((": to the parenthesis that closes both. Here << is a shift, # no comment. */
static int skip_arithmetic(struct lexer *lx)
{
	int open = 2;

	while (open > 0) {
		int c = peek(lx, 0);

		if (c < 0)
			return unfinished(lx, "$((...))");
		open += c == '(' ? 1 : c == ')' ? -1 : 0;
		if (skip_piece(lx) != 0)
			return -1;
	}
	return 0;
}

/*
 * Behind "${". Inside double quotes a single quote is an ordinary character, but
 * not in the patterns of % and # (XCU 2.6.2).
 */
static int skip_parameter(struct lexer *lx, bool quoted)
{
	bool quotes = !quoted;
	size_t name = 0;

	while (is_name(peek(lx, name)))
		name++;
	if (name == 0 && peek(lx, 0) >= 0 && strchr("@*#?-$!", peek(lx, 0)))
		name = 1;
	if (name > 0 && (peek(lx, name) == '%' || peek(lx, name) == '#'))
		quotes = true;
	lx->at += name;
	for (int c; (c = peek(lx, 0)) >= 0;) {
		if (c == '}') {
			lx->at++;
			return 0;
		}
		if (c == '\'' && !quotes)
			lx->at++;
		else if (c == '$' ? skip_expansion(lx, !quotes) : skip_piece(lx))
			return -1;
	}
	return unfinished(lx, "${...}");
}

/* Behind "(" or "{": to the token that closes the group. */
static int skip_list(struct lexer *lx, bool brace)
{
	bool command = true;
	struct token token;

	if (deeper(lx) != 0)
		return -1;
	for (;;) {
		if (lexer_next(lx, &token) != 0)
			return -1;
		if (token.kind == TOKEN_END)
			return unfinished(lx, brace ? "{ ...; }" : "(...)");
		if (!brace && token.kind == TOKEN_CLOSE)
			break;
		if (brace && token.kind == TOKEN_WORD && command && slice_is(token.text, "}"))
			break;
		if (lexer_group(lx, &token, &command) != 0)
			return -1;
	}
	lx->depth--;
	return 0;
}

static int skip_expansion(struct lexer *lx, bool quoted)
{
	int result = 0;

	lx->at++;
	if (deeper(lx) != 0)
		return -1;
	if (peek(lx, 0) == '(' && peek(lx, 1) == '(') {
		lx->at += 2;
		result = skip_arithmetic(lx);
	} else if (peek(lx, 0) == '(') {
		lx->at++;
		result = skip_list(lx, false);
	} else if (peek(lx, 0) == '{') {
		lx->at++;
		result = skip_parameter(lx, quoted);
	} else if (peek(lx, 0) == '\'' && !quoted) {
		result = err_set(lx->err, EXIT_USAGE,
				 "$'...' is not the same in every shell (use '...' or printf)");
	}
	lx->depth--;
	return result;
}

/* --- tokens ----------------------------------------------------------------- */

/* Blanks, escaped newlines, and a comment up to its newline. */
static void skip_space(struct lexer *lx)
{
	for (;;) {
		if (is_blank(peek(lx, 0)))
			lx->at++;
		else if (peek(lx, 0) == '\\' && peek(lx, 1) == '\n')
			lx->at += 2;
		else
			break;
	}
	if (peek(lx, 0) == '#')
		while (peek(lx, 0) >= 0 && peek(lx, 0) != '\n')
			lx->at++;
}

static int skip_word(struct lexer *lx)
{
	while (!ends_word(peek(lx, 0)))
		if (skip_piece(lx) != 0)
			return -1;
	return 0;
}

/* At '<' or '>', the number in front of it is behind us. */
static int skip_redirect(struct lexer *lx)
{
	int first = peek(lx, 0), second = peek(lx, 1);

	if (first == '<' && second == '<')
		return err_set(lx->err, EXIT_USAGE,
			       "a here-document cannot be part of a pipeline given as an argument "
			       "(use a file, or printf in front)");
	lx->at++;
	if (second == '&' || second == '>' || (first == '>' && second == '|'))
		lx->at++;
	skip_space(lx);
	return skip_word(lx);
}

static int take(struct lexer *lx, struct token *token)
{
	static const char controls[][3] = {"||", "&&", ";;", "|&", ";", "&"};
	struct slice rest = {lx->text.p + lx->at, lx->text.n - lx->at};
	int c = peek(lx, 0);
	size_t digits = 0;

	while (peek(lx, digits) >= '0' && peek(lx, digits) <= '9')
		digits++;
	if (peek(lx, digits) == '<' || peek(lx, digits) == '>') {
		token->kind = TOKEN_REDIRECT;
		lx->at += digits;
		return skip_redirect(lx);
	}
	for (size_t i = 0; i < sizeof controls / sizeof *controls; i++) {
		if (!slice_starts(rest, slice_of(controls[i])))
			continue;
		token->kind = TOKEN_CONTROL;
		lx->at += strlen(controls[i]);
		return 0;
	}
	token->kind = c == '|'	  ? TOKEN_PIPE
		      : c == '('  ? TOKEN_OPEN
		      : c == ')'  ? TOKEN_CLOSE
		      : c == '\n' ? TOKEN_NEWLINE
				  : TOKEN_WORD;
	if (token->kind == TOKEN_WORD)
		return skip_word(lx);
	lx->at++;
	return 0;
}

int lexer_next(struct lexer *lx, struct token *token)
{
	size_t from;

	skip_space(lx);
	from = lx->at;
	*token = (struct token){TOKEN_END, {lx->text.p + from, 0}};
	if (from == lx->text.n)
		return 0;
	if (take(lx, token) != 0)
		return -1;
	token->text.n = lx->at - from;
	return 0;
}

/* Reserved words behind which a command, or the end of a group, may follow. */
static bool leads_on(struct slice word)
{
	static const char *const words[] = {"!",     "if",    "then", "else", "elif", "fi", "do",
					    "while", "until", "done", "{",    "}",    NULL};

	return slice_in(word, words);
}

int lexer_group(struct lexer *lx, const struct token *token, bool *command)
{
	bool here = *command;

	switch (token->kind) {
	case TOKEN_WORD:
		*command = here && leads_on(token->text);
		if (here && slice_is(token->text, "case"))
			return err_set(
				lx->err, EXIT_USAGE,
				"'case' in a pipeline is not understood (put it in a script)");
		return here && slice_is(token->text, "{") ? skip_list(lx, true) : 0;
	case TOKEN_OPEN:
		*command = true;
		return skip_list(lx, false);
	case TOKEN_CLOSE:
		return err_set(lx->err, EXIT_USAGE, "the pipeline has a ')' without its '('");
	case TOKEN_REDIRECT:
	case TOKEN_END:
		return 0;
	default:
		*command = true;
		return 0;
	}
}

/* --- names ------------------------------------------------------------------ */

bool lexer_name(struct slice word, struct buf *name)
{
	bool known = true;
	char quote = 0;

	buf_reset(name);
	for (size_t i = 0; i < word.n; i++) {
		char c = word.p[i];

		if (quote != '\'' && c == '\\' && i + 1 < word.n) {
			if (word.p[++i] != '\n')
				buf_addc(name, word.p[i]);
		} else if (quote ? c == quote : c == '\'' || c == '"') {
			quote = quote ? 0 : c;
		} else if (c == '/') {
			buf_reset(name);
			known = true;
		} else {
			known = known && (quote == '\'' || (c != '$' && c != '`'));
			buf_addc(name, c);
		}
	}
	return known && name->len > 0;
}
