"""Logged text becomes HTML that can do nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kymo.server.texts import MAX_MARKDOWN, render


def test_markdown_is_rendered() -> None:
    html = render("# Title\n\n| a | b |\n|---|--:|\n| *1* | ~~2~~ |\n\n- `code`\n\n```python\nx < 1\n```")
    for part in ("<h1>Title</h1>", "<table>", "<em>1</em>", "<s>2</s>", "<li><code>code</code></li>", "x &lt; 1"):
        assert part in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "<svg onload=alert(1)>",
        "<style>*{}</style>",
        "<iframe src=//evil.example></iframe>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](vbscript:x)",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](//evil.example)",
        "[x](/api/run)",
        "<javascript:alert(1)>",
        "![x](http://evil.example/pixel.png)",
        "![x](//evil.example/pixel.png)",
        "![x](data:image/svg+xml;base64,PHN2Zz4=)",
        "![x](data:text/html,hi)",
        '![](x"onerror=alert(1))',
    ],
)
def test_an_attack_is_disarmed(text: str) -> None:
    html = render(text)
    assert not re.search(r"<(script|style|iframe|svg|object|form|input|meta|link)\b", html)
    assert not re.search(r"<[^>]*\s(on\w+|style|src|href|id|class)\s*=", html), html


def test_harmless_links_and_inline_images_stay() -> None:
    html = render("[paper](https://example.org/a?b=1) ![plot](data:image/png;base64,aGk=)")
    link = re.search(r"<a [^>]*>", html)
    assert link is not None
    assert 'href="https://example.org/a?b=1"' in link[0]
    assert 'rel="noopener noreferrer nofollow"' in link[0]
    assert 'target="_blank"' in link[0]
    assert 'src="data:image/png;base64,aGk="' in html


def test_a_very_long_text_is_shown_as_it_is() -> None:
    html = render("<b>*" + "x" * MAX_MARKDOWN)
    assert html.startswith("<pre>&lt;b&gt;*xxx")
    assert html.endswith("</pre>")


@given(st.text(alphabet=st.sampled_from("<>\"'()[]!&;:/=\\`*_~|# \n\tajvscriptonerhf"), max_size=200))
def test_no_text_makes_an_event_handler_or_a_script(text: str) -> None:
    assert not re.search(r"<script|<[^>]*\son\w+\s*=|href=\"javascript", render(text))
