"""What calls without a rep say, in each language, as it stands in the rule files."""

from dialer.api.route import Asked, Route
from dialer.api.shapes import Out, PageQuery
from dialer.domain.words import Language


class ScriptOut(Out):
    """One language's texts; what stands in braces is filled in for each call."""

    language: Language
    company: str
    texts: dict[str, str]


class ScriptsOut(Out):
    """All of them, on one page."""

    scripts: list[ScriptOut]
    next_cursor: int | None


def list_scripts(asked: Asked) -> ScriptsOut:
    """The scripts of machine calls; a cursor beyond them is an empty page."""
    rows = [
        ScriptOut(language=language, company=script.company, texts=dict(script.texts))
        for language, script in asked.rt.scripts.items()
    ]
    start, limit = asked.query.cursor or 0, asked.query.limit
    more = start + limit < len(rows)
    return ScriptsOut(
        scripts=rows[start : start + limit], next_cursor=start + limit if more else None
    )


ROUTES = (
    Route(method="GET", path="/scripts", view=list_scripts, scope="records", query=PageQuery,
          answer=ScriptsOut, tag="scripts"),
)  # fmt: skip
