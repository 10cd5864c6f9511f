/* XHTML: what Close takes, and what is wrong with the rest, with its place. */
#include "closedrop/base/array.h"
#include "closedrop/base/str.h"
#include "closedrop/base/xhtml.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    enum xhtml_kind kind;
    const char *text;
} good[] = {
    {XHTML_NOTE, ""},
    {XHTML_NOTE, "plain text"},
    {XHTML_NOTE, "<p>a<br/>b</p>"},
    {XHTML_NOTE, "<p >a<br /></p >"},
    {XHTML_NOTE, "<body><h1>a</h1><h6>b</h6></body> \n"},
    {XHTML_NOTE, "<b>a</b><strong>b</strong><i>c</i><em>d</em><u>e</u><s>f</s><code>g</code>"},
    {XHTML_NOTE, "<ul><li>1</li></ul><hr/><img src='a' alt=\"b\"/>"},
    {XHTML_NOTE, "<a href=\"https://example.com/?a=1&amp;b=2\" class=\"x\">y</a>"},
    {XHTML_NOTE, "<span style=\"color: red\">a</span>"},
    {XHTML_NOTE, "<span data-type=\"mention\" data-id=\"user_1\" data-label=\"Ada\">@Ada</span>"},
    {XHTML_NOTE, "&amp;&lt;&gt;&quot;&apos;&nbsp;&#169;&#xA9; > ] \xC3\xA4"},
    {XHTML_EMAIL,
        "<!DOCTYPE html><html><body><!-- < & --><table border=\"0\"><tr/></table></body></html>"},
    {XHTML_EMAIL, "<a href=\"https://example.com/?a=1&b=2\">x</a>"},
    {XHTML_EMAIL, "x<body>y</body>z"},
};

static const struct {
    enum xhtml_kind kind;
    const char *text, *why;
} bad[] = {
    {XHTML_NOTE, "<p>a<br>b</p>", "<br> is not closed; add <br/> (character 5: \"<br>b</p>\")"},
    {XHTML_NOTE, "<p>a &copy; b</p>",
        "&copy; is not an XHTML entity; write the character itself or its number, such as &#169; "
        "(character 6: \"&copy; b</p>\")"},
    {XHTML_NOTE, "a\n\xC3\xA4 <table><tr><td>1</td></tr></table>",
        "Close does not accept the element table in a note; it accepts body, b, strong, i, em, u, "
        "s, code, "
        "h1, h2, h3, h4, h5, h6, p, ul, li, hr, br, a, img and span (line 2, character 3: "
        "\"<table><tr><td>1</td></t\")"},
    {XHTML_NOTE, "<p onclick=\"x\">",
        "Close does not accept the attribute onclick in a note; it accepts href, src, alt, style, "
        "data-type, "
        "data-id, data-label and class (character 4: \"onclick=\"x\">\")"},
    {XHTML_NOTE, "<p>", "<p> is not closed; add </p> where it ends (character 1: \"<p>\")"},
    {XHTML_NOTE, "<ul><li>a</ul>",
        "<li> is not closed; add </li> where it ends (character 5: \"<li>a</ul>\")"},
    {XHTML_NOTE, "a</p>", "an end tag without a start tag; remove it (character 2: \"</p>\")"},
    {XHTML_NOTE, "</>", "an end tag without a start tag; remove it (character 1: \"</>\")"},
    {XHTML_NOTE, "<b>a</b",
        "an unterminated end tag; write > after its name (character 5: \"</b\")"},
    {XHTML_NOTE, "A & B", "a bare &; write &amp; (character 3: \"& B\")"},
    {XHTML_NOTE, "&", "a bare &; write &amp; (character 1: \"&\")"},
    {XHTML_NOTE, "&#;",
        "&#; is not an XHTML entity; write the character itself or its number, such as &#169; "
        "(character 1: \"&#;\")"},
    {XHTML_NOTE, "1 < 2", "a < that does not start an element; write &lt; (character 3: \"< 2\")"},
    {XHTML_NOTE, "<!-- x -->",
        "a < that does not start an element; write &lt; (character 1: \"<!-- x -->\")"},
    {XHTML_NOTE, "<a href=x>y</a>",
        "an attribute without a quoted value; write it as in href=\"https://...\" (character 4: "
        "\"href=x>y</a>\")"},
    {XHTML_NOTE, "<a href>y</a>",
        "an attribute without a quoted value; write it as in href=\"https://...\" (character 4: "
        "\"href>y</a>\")"},
    {XHTML_NOTE, "<a href='x",
        "an unterminated attribute; close its quotes (character 4: \"href='x\")"},
    {XHTML_NOTE, "<a href='<b>'",
        "an unterminated attribute; close its quotes (character 4: \"href='<b>'\")"},
    {XHTML_NOTE, "<a href='?a=1&b=2'>x</a>",
        "a bare &; write &amp; (character 14: \"&b=2'>x</a>\")"},
    {XHTML_NOTE, "<p><body>x</body></p>",
        "a <body> that does not enclose everything; remove it (character 4: "
        "\"<body>x</body></p>\")"},
    {XHTML_NOTE, "<body>x</body>\ny", "there is text after </body> (line 1, character 15)"},
    {XHTML_NOTE, "<body",
        "an attribute without a quoted value; write it as in href=\"https://...\" (character 6)"},
    {XHTML_EMAIL, "<table><tr></table>",
        "<tr> is not closed; add </tr> where it ends (character 8: \"<tr></table>\")"},
    {XHTML_EMAIL, "<p>a<br>b</p>", "<br> is not closed; add <br/> (character 5: \"<br>b</p>\")"},
    {XHTML_EMAIL, "<!-- x", "an unterminated comment; write --> (character 1: \"<!-- x\")"},
};

static void takes_what_is_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct str why = STR_INIT(1000);
        if (xhtml_check(good[i].text, good[i].kind, &why) != 0 || why.length)
            fail_msg("%s: %s", good[i].text, str_text(&why));
        str_release(&why);
    }
}

static void names_the_first_fault_and_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct str why = STR_INIT(1000);
        int result = xhtml_check(bad[i].text, bad[i].kind, &why);
        if (result != -EINVAL || strcmp(str_text(&why), bad[i].why) != 0)
            fail_msg("%s: %d, %s", bad[i].text, result, str_text(&why));
        str_release(&why);
    }
}

static void bounds_how_deep_it_goes(void **state)
{
    (void)state;
    struct str text = STR_INIT(1000), why = STR_INIT(1000);
    for (int i = 0; i < 65; i++)
        str_add(&text, "<b>");
    assert_int_equal(xhtml_check(str_text(&text), XHTML_NOTE, &why), -EINVAL);
    assert_string_equal(str_text(&why), "elements are nested too deeply (character 193: \"<b>\")");
    str_release(&text);
    str_release(&why);
}

static void goes_to_plain_text_and_back(void **state)
{
    (void)state;
    struct str out = STR_INIT(1000);
    xhtml_add_plain(&out, "<body><p class=\"x\">A &amp; B&#169;&lt;</p></body>");
    assert_string_equal(str_text(&out), "A & B <");
    str_clear(&out);
    xhtml_add_body(&out, "A & B\n<c>");
    assert_string_equal(str_text(&out), "<body><p>A &amp; B</p><p>&lt;c&gt;</p></body>");
    assert_int_equal(xhtml_check(str_text(&out), XHTML_NOTE, &out), 0);
    str_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_is_good),
        cmocka_unit_test(names_the_first_fault_and_its_place),
        cmocka_unit_test(bounds_how_deep_it_goes),
        cmocka_unit_test(goes_to_plain_text_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
