"""The sign of life: heard, or said not to be, in bounded time, without the address."""

from __future__ import annotations

import httpx
import pytest

from infra.deliver.heartbeat import UnheardError, beat

ADDRESS = "https://alive.example/secret-path"


def answering(status: int) -> httpx.MockTransport:
    return httpx.MockTransport(lambda request: httpx.Response(status))


def test_it_asks_the_address_and_says_nothing() -> None:
    asked: list[httpx.Request] = []

    def hear(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(204)

    beat(ADDRESS, httpx.MockTransport(hear))
    (request,) = asked
    assert (request.method, str(request.url), request.content) == ("GET", ADDRESS, b"")


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_answer_of_somebody_else_is_none(status: int) -> None:
    with pytest.raises(UnheardError, match=str(status)) as told:
        beat(ADDRESS, answering(status))
    assert "secret-path" not in str(told.value)


def test_who_does_not_answer_is_waited_for_no_longer() -> None:
    def hang(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("secret-path", request=request)

    with pytest.raises(UnheardError, match="ReadTimeout") as told:
        beat(ADDRESS, httpx.MockTransport(hang))
    assert "secret-path" not in str(told.value)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "alive.example", "http://[", "https://xn--/"])
def test_what_is_no_address_is_said(address: str) -> None:
    with pytest.raises(UnheardError):
        beat(address)
