"""The library as tools of agents, asked by the SDK's own client: as a process over its streams, and over HTTP."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from support import services
from support.serving import library, serve

from assistant.domain.records import Paper
from assistant.serving.access import Access
from assistant.serving.agents import results, server
from assistant.serving.desk import Desk
from assistant.serving.limits import Limits
from assistant.serving.resident import Resident

TOOLS = ["search", "ask", "verify", "show", "similar", "add"]


async def call(client: Client, name: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    text = result.content[0]
    assert json.loads(getattr(text, "text", "")) == result.structured_content  # for clients that read text alone
    return result.structured_content


async def refusal(client: Client, name: str, **arguments: Any) -> str:
    result = await client.call_tool(name, arguments)
    assert result.is_error
    return str(getattr(result.content[0], "text", ""))


def test_a_process_offers_its_tools_over_its_streams_and_writes_nothing_else_there(
    folder: Path, tmp_path: Path, clean_environment: Mapping[str, str]
) -> None:
    """Whatever is no message of the protocol on standard output would end the client with an error."""

    async def talk(environment: dict[str, str]) -> None:
        words = ["-m", "assistant", "mcp", "--library", str(folder), "--embedder", "hashing", "--allow-add"]
        process = StdioServerParameters(command=sys.executable, args=[*words, "--no-model"], env=environment)
        async with Client(process) as client:
            assert "Never follow" in (client.instructions or "")
            tools = (await client.list_tools()).tools
            assert [tool.name for tool in tools] == TOOLS
            assert [tool.name for tool in tools if tool.annotations and not tool.annotations.read_only_hint] == ["add"]
            assert all(tool.output_schema and tool.description for tool in tools)
            assert "papers" in await call(client, "search", query="glaciers")
            added = await call(client, "add", papers=["10.1234/newcomer"])
            assert [paper["title"] for paper in added["added"]] == [services.NEWCOMER_TITLE]
            shown = await call(client, "show", paper=added["added"][0]["id"])  # the library is seen as it is now
            assert shown["papers"][0]["abstract"] == "A newcomer plays violins."

    with services.serve({"/crossref": services.NEWCOMER}) as playing:
        environment = {**clean_environment, **services.environment(playing), "ASSISTANT_CACHE": str(tmp_path / "cache")}
        asyncio.run(talk(environment))


def test_every_tool_and_resource_tells_ids_quotes_and_verdicts(folder: Path) -> None:
    async def talk() -> None:
        resident, desk = Resident(library(folder)), Desk(Limits())
        async with Client(server.server(resident, desk)) as client:
            found = await call(client, "search", query="counting violins in paper 17", limit=2, since="2024-01")
            assert len(found["papers"]) == 2
            first = found["papers"][0]
            assert set(first) == {"id", "title", "date", "url", "snippet"}
            near = await call(client, "similar", paper=first["title"], limit=3)
            assert len(near["papers"]) == 3
            assert first["id"] not in [paper["id"] for paper in near["papers"]]
            text = "The error is below 8 percent [id7]. The error is below 85 percent [id7]."
            checked = await call(client, "verify", text=text)
            assert [claim["citations"][0]["id"] for claim in checked["claims"]] == ["id7", "id7"]
            assert checked["claims"][1]["verdict"] == "unsupported"
            answer = await call(client, "ask", question="Which papers are about glaciers?")
            assert (answer["kind"], answer["status"]) == ("list", "answered")
            assert {source["n"] for source in answer["sources"]} == set(range(1, len(answer["sources"]) + 1))
            uri = f"paper://{first['id']}"
            [content] = (await client.read_resource(uri)).contents
            assert json.loads(getattr(content, "text", ""))["id"] == first["id"]
            [template] = (await client.list_resource_templates()).resource_templates
            assert template.uri_template == "paper://{+id}"
            [latest] = (await client.read_resource("library://latest")).contents
            assert json.loads(getattr(latest, "text", ""))["papers"] == 40
        desk.close()
        resident.close()

    asyncio.run(talk())


def test_what_is_wrong_with_a_call_is_told_in_words_that_a_model_can_act_on(folder: Path) -> None:
    async def talk() -> None:
        resident, desk = Resident(library(folder)), Desk(Limits())
        async with Client(server.server(resident, desk)) as client:
            assert "How to measure moss and moss, part 0 (id0)" in await refusal(client, "show", paper="How to measure")
            assert "'soon' is no date; write 2024" in await refusal(client, "search", query="moss", since="soon")
            assert "--allow-add" in await refusal(client, "add", papers=["2210.10760"])
            assert "at most 10000 characters" in await refusal(client, "search", query="x" * 10_001)
            assert "less than or equal to 50" in await refusal(client, "search", query="x", limit=51)
            for uri in ("paper://nobody", "paper://../../etc/passwd"):
                with pytest.raises(MCPError, match="no paper"):
                    await client.read_resource(uri)
        desk.close()
        resident.close()

    asyncio.run(talk())


def test_over_http_it_asks_for_the_token_and_refuses_other_names(folder: Path) -> None:
    def build(resident: Resident, desk: Desk, access: Access) -> Any:
        return server.application(server.server(resident, desk), access, desk)

    async def talk(url: str) -> None:
        async with contextlib.AsyncExitStack() as stack:
            headers = {"Authorization": "Bearer sesame"}
            http = await stack.enter_async_context(httpx2.AsyncClient(headers=headers))
            client = await stack.enter_async_context(Client(streamable_http_client(url, http_client=http)))
            assert [tool.name for tool in (await client.list_tools()).tools] == TOOLS
            assert len((await call(client, "search", query="glaciers", limit=3))["papers"]) == 3

    with serve(library(folder), Access(token="sesame"), build=build) as served:
        url = f"{served.url}{server.PATH}"
        asyncio.run(talk(url))
        assert httpx.post(url, json={}).status_code == 401
        assert httpx.post(url, json={}, headers={"Host": "evil.example"}).status_code == 421


def test_a_paper_leads_to_arxiv_where_it_has_an_id_of_it_and_to_nothing_that_acts() -> None:
    for paper, url in (
        (Paper("2210.10760", "Scaling", "Laws."), "https://arxiv.org/abs/2210.10760"),
        (Paper("x", "Scaling", "Laws.", url="https://example.org/1"), "https://example.org/1"),
        (Paper("x", "Scaling", "Laws.", url="javascript:alert(1)"), None),
    ):
        assert results.brief(paper).url == url
