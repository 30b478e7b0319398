"""The route for logged texts: Markdown in, safe HTML out."""

from __future__ import annotations

import html
import re
from typing import Annotated

import nh3
from fastapi import APIRouter, Query
from markdown_it import MarkdownIt

from kymo.server.models import TextEntry, number
from kymo.server.site import SiteOf

router = APIRouter()

MAX_TEXTS = 1000
# Rendering is linear only in well-meant Markdown; a longer text is shown as it is.
MAX_MARKDOWN = 100_000
_TAGS = set(
    """a abbr b blockquote br code dd del dl dt em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s strong sub sup
    table tbody td th thead tr ul""".split()  # noqa: SIM905 - words read better than a long column of quoted ones
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align"},
}
_LINK = re.compile(r"(https?|mailto):", re.IGNORECASE)
# What travels inside the text itself. A remote image would tell its host who reads the text.
_INLINE_IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*", re.IGNORECASE)


@router.get("/api/texts")
def texts(
    site: SiteOf,
    run: Annotated[str, Query(description="The run's name.")],
    tag: Annotated[str, Query(description="A text tag.")],
    limit: Annotated[int, Query(ge=1, le=MAX_TEXTS, description="At most so many, the newest.")] = 100,
) -> list[TextEntry]:
    """The newest texts of a tag, oldest first, as safe HTML."""
    try:
        found = site.run(run).texts(tag, limit)
    except KeyError:
        found = []
    return [
        TextEntry(
            step=text.step,
            wall_time=number(text.wall_time),
            superseded=bool(text.superseded),
            html="\n".join(render(part) for part in text.text),
        )
        for text in found
    ]


def render(text: str) -> str:
    """Markdown as HTML that holds no script, no remote image and no link but to the web and to mail."""
    if len(text) > MAX_MARKDOWN:
        return f"<pre>{html.escape(text)}</pre>"
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    return nh3.clean(
        markdown.render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_kept_attribute,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def _kept_attribute(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) == ("a", "href"):
        return value if _LINK.match(value) else None
    if (tag, attribute) == ("img", "src"):
        return value if _INLINE_IMAGE.fullmatch(value) else None
    return value
