"""What could run a script is refused, however it is spelled; what is harmless is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge._browser.safety import RawHtml, UnsafeContentError, check_url, raw_html

_dropped = st.text("\t\n\r", max_size=2)


@given(
    st.text("".join(map(chr, range(0x21))), max_size=4),
    st.lists(_dropped, min_size=11, max_size=11),
    st.lists(st.booleans(), min_size=11, max_size=11),
    st.text(),
)
def test_no_spelling_hides_a_script(
    before: str, between: list[str], upper: list[bool], code: str
) -> None:
    letters = [c.upper() if up else c for c, up in zip("javascript:", upper, strict=True)]
    address = before + "".join(a + b for a, b in zip(between, letters, strict=True)) + code
    with pytest.raises(UnsafeContentError) as caught:
        check_url("a", "href", address)
    assert caught.value.value == address


@pytest.mark.parametrize(
    ("tag", "address"),
    [
        ("a", "vbscript:msgbox"),
        ("a", "data:text/html,<script>1</script>"),
        ("iframe", "data:text/html;base64,eA=="),
        ("iframe", " DATA:image/svg+xml,<svg onload='1'/>"),
        ("object", "data:application/xhtml+xml,x"),
        ("embed", "data:,x"),
        ("script", "data:,alert(1)"),
        ("a", "da\nta:text/html,x"),
    ],
)
def test_documents_in_data_addresses_are_refused(tag: str, address: str) -> None:
    with pytest.raises(UnsafeContentError):
        check_url(tag, "src", address)


@pytest.mark.parametrize(
    ("tag", "address"),
    [
        ("a", "https://example.org/javascript:"),
        ("a", "/javascript"),
        ("a", "javascript"),
        ("a", "./javascript:x"),
        ("a", "mailto:a@example.org"),
        ("a", "blob:https://example.org/1"),
        ("a", "data:text/plain,hello"),
        ("a", "data:text/csv,a;b"),
        ("img", "data:image/svg+xml,<svg/>"),
        ("img", "data:image/png;base64,eA=="),
        ("link", "data:text/css,p{}"),
        ("a", ""),
        ("a", "#top"),
    ],
)
def test_harmless_addresses_pass(tag: str, address: str) -> None:
    check_url(tag, "href", address)


def test_vouched_markup_is_a_value() -> None:
    assert raw_html("<b>") == RawHtml("<b>")
    assert raw_html("<b>") != raw_html("<i>")
    assert len({raw_html("<b>"), raw_html("<b>")}) == 1
