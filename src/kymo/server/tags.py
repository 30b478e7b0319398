"""The route that says which tags there are and which runs have them."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from kymo.server.models import Tags, TagSummary
from kymo.server.site import Site, SiteOf

router = APIRouter()


@router.get("/api/tags", response_model=Tags)
def tags(site: SiteOf, request: Request) -> Response:
    """All tags of all runs, in the order in which they were first seen."""
    return site.snapshots.respond(request, "tags", site.logs.version, lambda: _tags(site))


def _tags(site: Site) -> Tags:
    """One entry for each tag and kind; what a tag says of itself is taken from the first run that says it."""
    version = site.logs.version
    found: dict[tuple[str, str], TagSummary] = {}
    names = []
    for index, (name, run) in enumerate(site.runs()):
        names.append(name)
        for tag in run.tags:
            summary = found.get((tag.tag, tag.kind))
            if summary is None:
                found[tag.tag, tag.kind] = TagSummary(
                    tag=tag.tag,
                    kind=tag.kind,
                    display_name=tag.display_name,
                    description=tag.description,
                    runs=[index],
                )
                continue
            summary.runs.append(index)
            summary.display_name = summary.display_name or tag.display_name
            summary.description = summary.description or tag.description
    return Tags(version=version, runs=names, tags=list(found.values()))
