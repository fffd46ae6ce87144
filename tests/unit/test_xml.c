/* links: aws base */
#include "aws/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* The text at the path, "-" if it is not there, "!" if the whole is refused. */
static void expect(const char *xml, const char *path, const char *want)
{
	struct buf text = {0};
	int got = xml_text(slice_of(xml), path, &text);

	assert_string_equal(got < 0 ? "!" : got == 0 ? "-" : buf_text(&text), want);
	buf_free(&text);
}

static void test_found(void **state)
{
	(void)state;
	expect("<a><b>x</b></a>", "a/b", "x");
	expect("<?xml version=\"1.0\"?>\n<!-- <a> -->\n<a><b>x</b></a>\n", "a/b", "x");
	expect("<n:a xmlns:n='u>v'><n:b c=\"/\">x</n:b></n:a>", "a/b", "x");
	expect("<a><c><b>no</b></c><b>yes</b><b>later</b></a>", "a/b", "yes");
	expect("<a><b>1 &lt; 2 &amp; &#50; &gt; &#x31;&#xe9;&#x1F600;</b></a>", "a/b",
	       "1 < 2 & 2 > 1\xc3\xa9\xf0\x9f\x98\x80");
	expect("<a><b/></a>", "a/b", "");
	expect("<a><b>x<c>inner</c>y</b></a>", "a/b", "xy");
	expect("<a><b>x</b></a>", "a/c", "-");
	expect("<a><b>x</b></a>", "b", "-");
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"text",
		"<a>",
		"<a></b>",
		"</a>",
		"<a",
		"<a b='>",
		"<!DOCTYPE a [<!ENTITY e 'x'>]><a/>",
		"<a><![CDATA[x]]></a>",
		"<a>&",
		"<a><!-- </a>",
		"<a><b><c><d><e><f><g><h><i><j><k><l><m><n><o><p><q></q></p></o></n></m></l></k>"
		"</j></i></h></g></f></e></d></c></b></a>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		expect(bad[i], "a", "!");
	expect("<a>&e;</a>", "a", "!");
	expect("<a>&#0;</a>", "a", "!");
	expect("<a>&#xd800;</a>", "a", "!");
	expect("<a>&#x110000;</a>", "a", "!");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
