"""The transformer for LangChain, against the real langchain_core."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

import bodycopy
from frameworks import documented, framework, page_files

framework("langchain_core", "langchain")

from langchain_core.documents import BaseDocumentTransformer, Document  # noqa: E402

from bodycopy.integrations.langchain import BodycopyTransformer  # noqa: E402
from bodycopy.write import removal_dict  # noqa: E402

PAGES = [path.read_text(encoding="utf-8") for path in page_files()[:8]]


def documents() -> list[Document]:
    return [
        Document(page_content=page, metadata={"source": f"https://example.org/{n}", "n": n}, id=f"id-{n}")
        for n, page in enumerate(PAGES)
    ]


def test_documents_are_cleaned_and_keep_their_metadata() -> None:
    given = documents()
    transformer = BodycopyTransformer()
    assert isinstance(transformer, BaseDocumentTransformer)
    made = transformer.transform_documents(given)
    assert [d.page_content for d in made] == [bodycopy.clean(page).text for page in PAGES]
    assert [(d.metadata, d.id) for d in made] == [(d.metadata, d.id) for d in documents()]
    assert given == documents(), "the documents given were changed"
    assert all(one.metadata is not other.metadata for one, other in zip(made, given, strict=True))


def test_removals_are_told_when_asked_for() -> None:
    made = BodycopyTransformer(removals=True).transform_documents(documents())
    due = [[removal_dict(r) for r in bodycopy.clean(page).removed] for page in PAGES]
    assert [d.metadata["bodycopy"] for d in made] == due
    assert [d.metadata["n"] for d in made] == list(range(len(PAGES)))


def test_the_asynchronous_one_does_the_same() -> None:
    transformer = BodycopyTransformer(removals=True)
    assert asyncio.run(transformer.atransform_documents(documents())) == transformer.transform_documents(documents())


def test_options_and_format_are_used() -> None:
    document = Document(page_content=PAGES[0])
    kept = BodycopyTransformer(bodycopy.Options(keep=frozenset(bodycopy.Label))).transform_documents([document])[0]
    assert kept.page_content == bodycopy.clean(PAGES[0], options=bodycopy.Options(keep=frozenset(bodycopy.Label))).text
    as_text = BodycopyTransformer(format="text").transform_documents([document])[0]
    assert as_text.page_content == bodycopy.clean(PAGES[0], format="text").text
    with pytest.raises(ValueError, match="htm"):
        BodycopyTransformer(format="htm")


def test_the_address_is_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(
        "bodycopy.integrations.langchain.clean", lambda *_, url, **more: seen.append(url) or bodycopy.clean("One.")
    )
    BodycopyTransformer().transform_documents(
        [Document(page_content="One.", metadata={"source": s}) for s in ("https://a.example/", 7, None)]
    )
    assert seen == ["https://a.example/", None, None]


def test_a_document_that_cannot_be_cleaned_goes_on_as_it_was(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(source: str, **more: Any) -> bodycopy.Cleaned:
        if source == PAGES[1]:
            raise bodycopy.SourceError("nothing\nto be had")
        return bodycopy.clean(source, **more)

    monkeypatch.setattr("bodycopy.integrations.langchain.clean", fails)
    with caplog.at_level(logging.WARNING):
        made = BodycopyTransformer().transform_documents(documents())
    assert len(made) == len(PAGES)
    assert made[1] == documents()[1]
    assert made[2].page_content == bodycopy.clean(PAGES[2]).text
    assert [r.getMessage() for r in caplog.records] == [
        "a document stays as it is: nothing to be had (https://example.org/1)"
    ]


def test_the_code_of_the_page_about_it_runs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    exec(compile(documented("LangChain"), "docs/integrations.md", "exec"), {})
    out = capsys.readouterr().out
    assert out.startswith("A bell for Tresk\n")
    assert "Sign up" not in out
    assert out.endswith("['signup']\n")
