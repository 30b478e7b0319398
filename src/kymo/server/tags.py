"""The routes that say which tags there are, and which runs have them."""

from __future__ import annotations

from bisect import bisect_right
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response

from kymo.server.models import MAX_TAGS, TagCount, TagCounts, Tags, TagsRequest, TagSummary
from kymo.server.site import Site, SiteOf

router = APIRouter()

# Runs of one training script have the same tags, which is one range for each; this many are some megabytes.
MAX_RANGES = 200_000


@router.get("/api/tags", response_model=TagCounts)
def tags(
    site: SiteOf,
    request: Request,
    after: Annotated[str | None, Query(description="The `next` of the answer before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_TAGS, description="At most so many tags.")] = MAX_TAGS,
) -> Response:
    """The tags of all runs by name, a page at a time."""
    key = (site.logs.version, after, limit)
    return site.snapshots.respond(request, "tags", key, lambda: _counts(site, after, limit))


def _counts(site: Site, after: str | None, limit: int) -> TagCounts:
    version = site.overview.refresh()
    found = site.overview.tags()
    begin = 0 if after is None else bisect_right(found, after, key=lambda entry: entry[0][0])
    # A tag that holds two kinds of data is not torn apart: the cursor is its name.
    end = begin + limit
    while begin < end < len(found) and found[end][0][0] == found[end - 1][0][0]:
        end += 1
    page = [
        TagCount(tag=tag, kind=kind, display_name=says.display_name, description=says.description, runs=runs)
        for (tag, kind), says, runs in found[begin:end]
    ]
    return TagCounts(version=version, total=len(found), tags=page, next=page[-1].tag if end < len(found) else None)


@router.post("/api/tags")
def tags_of(site: SiteOf, request: TagsRequest) -> Tags:
    """The tags of some runs, in the order in which they were first seen, and which of the runs have them."""
    version = site.logs.version
    found: dict[tuple[str, str], TagSummary] = {}
    ranges = 0
    for index, name in enumerate(request.runs):
        run = site.logs.get(name)
        for tag in run.tags if run is not None else ():
            summary = found.get((tag.tag, tag.kind))
            if summary is None:
                summary = found[tag.tag, tag.kind] = TagSummary(
                    tag=tag.tag, kind=tag.kind, display_name=tag.display_name, description=tag.description, runs=[]
                )
            summary.display_name = summary.display_name or tag.display_name
            summary.description = summary.description or tag.description
            if summary.runs and summary.runs[-1][1] == index - 1:
                summary.runs[-1] = (summary.runs[-1][0], index)
            else:
                summary.runs.append((index, index))
                ranges += 1
        if ranges > MAX_RANGES:
            raise HTTPException(
                413,
                f"The first {index + 1} of these {len(request.runs)} runs have over {MAX_RANGES} tags that differ "
                "from run to run: ask for fewer runs.",
            )
    return Tags(version=version, tags=list(found.values()))
