"""Routes: actions, paths, parameters, errors."""

import json

import pytest

from raw import Connection, fetch

CONFIG = """
[[route]]
path = ["/", "/hello/{name}"]
params.name = { default = "Anonymous" }
text = "Hello, {name}!"

[[route]]
path = "/page/{title}"
html = "<h1>{title}</h1>"

[[route]]
path = "/items/{item_id}"
params.item_id = "int"
query.q = "string?"
json = { item_id = "{item_id}", q = "{q}", label = "item {item_id}", nested = { list = [1, 2.5, true, "{q}"] } }

[[route]]
path = "/typed/{i}/{f}/{b}"
params = { i = "int", f = "float", b = "bool" }
json = { i = "{i}", f = "{f}", b = "{b}" }

[[route]]
path = "/search"
query = { page = { type = "int", default = 1 }, exact = "bool?" }
json = { page = "{page}", exact = "{exact}" }

[[route]]
path = "/old/{rest...}"
redirect = "/new/{rest}"

[[route]]
path = "/elsewhere"
redirect = "https://example.org/"
status = 302

[[route]]
path = "/teapot"
status = 418
text = "short and stout"
headers = { X-Pot = "tea", X-Asked = "{query.q}" }

[[route]]
path = "/readme"
file = "readme.md"

[[route]]
path = "/braces"
text = "{{name}} {{}}"

[[route]]
path = "/notes/"
text = "notes"

[[route]]
path = "/both"
text = "get"

[[route]]
path = "/both"
method = "POST"
text = "post {body}"

[[route]]
path = "/put"
method = ["PUT", "DELETE"]
text = "{method}"

[[route]]
path = "/about"
text = "{method} {path} {header.X-One} {cookie.two} {query.three}"

[[route]]
path = "/match/literal"
text = "literal"
[[route]]
path = "/match/{one}"
text = "one {one}"
[[route]]
path = "/match/{rest...}"
text = "rest {rest}"
"""


@pytest.fixture
def port(serve):
    return serve(CONFIG, files={"readme.md": "# Read me\n"}).port


def test_text_html_and_json_have_their_types(port):
    text, html, data = fetch(port, "/"), fetch(port, "/page/a"), fetch(port, "/items/1")
    assert text.get("Content-Type").lower() == "text/plain; charset=utf-8"
    assert html.get("Content-Type").lower() == "text/html; charset=utf-8"
    assert data.get("Content-Type").split(";")[0] == "application/json"


def test_a_default_stands_in_for_a_missing_path_parameter(port):
    assert fetch(port, "/").text == "Hello, Anonymous!"
    assert fetch(port, "/hello/Alice").text == "Hello, Alice!"


def test_parameters_are_decoded_once_and_keep_an_encoded_slash(port):
    assert fetch(port, "/hello/%41%2520").text == "Hello, A%20!"
    assert fetch(port, "/hello/a%2Fb").text == "Hello, a/b!"
    assert fetch(port, "/hello/%E6%9D%8E").text == "Hello, 李!"
    assert fetch(port, "/hello/a+b").text == "Hello, a+b!"


def test_invalid_utf_8_in_a_path_is_refused(port):
    assert fetch(port, "/hello/%FF").status == 400
    assert fetch(port, "/hello/%ED%A0%80").status == 400


def test_html_is_escaped(port):
    assert fetch(port, "/page/%3Cscript%3E%22%26%27").text == "<h1>&lt;script&gt;&quot;&amp;&#39;</h1>"


def test_a_lone_placeholder_keeps_its_type_in_json(port):
    assert json.loads(fetch(port, "/items/5").body) == {
        "item_id": 5, "q": None, "label": "item 5", "nested": {"list": [1, 2.5, True, None]}}
    assert json.loads(fetch(port, "/items/5?q=1").body)["q"] == "1"
    assert list(json.loads(fetch(port, "/items/5").body)) == ["item_id", "q", "label", "nested"]


def test_no_text_can_break_out_of_a_json_string(port):
    for text in ('"', "\\", '",\n"x":"', "\u2028</script>", "\x00\x1f"):
        from urllib.parse import quote
        assert json.loads(fetch(port, "/items/5?q=" + quote(text)).body)["q"] == text


def test_integers_are_exact_at_any_size(port):
    for text, value in (("9223372036854775808", 2**63), ("-1", -1), ("007", 7), ("%2B1", 1), ("1_000", 1000), ("9" * 400, int("9" * 400))):
        assert json.loads(fetch(port, "/items/" + text).body)["item_id"] == value


def test_floats_and_booleans(port):
    assert json.loads(fetch(port, "/typed/1/2.5/true").body) == {"i": 1, "f": 2.5, "b": True}
    assert json.loads(fetch(port, "/typed/1/-1e3/off").body) == {"i": 1, "f": -1000.0, "b": False}


def test_wrong_types_are_reported_all_at_once_in_the_shape_of_fastapi(port):
    response = fetch(port, "/typed/x/y/z")
    assert response.status == 422
    assert response.get("Content-Type").split(";")[0] == "application/json"
    detail = json.loads(response.body)["detail"]
    assert [fault["loc"] for fault in detail] == [["path", "i"], ["path", "f"], ["path", "b"]]
    assert detail[0] == {"loc": ["path", "i"], "msg": "value is not a valid integer", "type": "type_error.integer"}


def test_query_parameters_have_types_and_defaults(port):
    assert json.loads(fetch(port, "/search").body) == {"page": 1, "exact": None}
    assert json.loads(fetch(port, "/search?page=3&exact=yes").body) == {"page": 3, "exact": True}
    assert json.loads(fetch(port, "/search?page=x").body)["detail"][0]["loc"] == ["query", "page"]


def test_a_redirect_keeps_the_query_and_encodes_the_path(port):
    response = fetch(port, "/old/a%20b/c%3F?x=1&y=%20")
    assert (response.status, response.get("Location")) == (308, "/new/a%20b/c%3F?x=1&y=%20")
    response = fetch(port, "/elsewhere")
    assert (response.status, response.get("Location")) == (302, "https://example.org/")


def test_no_request_can_put_a_line_into_the_head(port):
    for target in ("/old/a%0d%0aX-Evil:%201", "/teapot?q=a%0d%0aX-Evil:%201"):
        response = fetch(port, target)
        assert response.get("X-Evil") is None
        assert all("\r" not in value and "\n" not in value for _, value in response.fields)


def test_status_and_headers(port):
    response = fetch(port, "/teapot?q=yes")
    assert (response.status, response.get("X-Pot"), response.get("X-Asked")) == (418, "tea", "yes")


def test_a_file_is_served_with_its_type(port):
    response = fetch(port, "/readme")
    assert (response.text, response.get("Content-Type").split(";")[0]) == ("# Read me\n", "text/markdown")


def test_double_braces_are_braces(port):
    assert fetch(port, "/braces").text == "{name} {}"


def test_built_in_placeholders(port):
    response = fetch(port, "/about?three=3", fields="X-One: 1\r\nCookie: a=b; two=2\r\n")
    assert response.text == "GET /about 1 2 3"
    assert fetch(port, "/about").text == "GET /about   "


def test_routes_of_the_same_path_are_told_apart_by_method(port):
    assert fetch(port, "/both").text == "get"
    assert fetch(port, "/both", method="POST", body=b"x").text == "post x"
    assert [fetch(port, "/put", method=m).text for m in ("PUT", "DELETE")] == ["PUT", "DELETE"]


def test_the_wrong_method_gets_405_and_every_right_one(port):
    response = fetch(port, "/both", method="DELETE")
    assert response.status == 405
    assert {m.strip() for m in response.get("Allow").split(",")} == {"GET", "HEAD", "POST", "OPTIONS"}
    assert fetch(port, "/items/abc", method="POST", body=b"x").status == 405  # before validation


def test_options_names_the_methods(port):
    response = fetch(port, "/put", method="OPTIONS")
    assert response.status in (200, 204)
    assert {m.strip() for m in response.get("Allow").split(",")} == {"PUT", "DELETE", "OPTIONS"}


PREFLIGHT = """
[server]
headers = { X-All = "yes", X-Gone = "yes" }
[[route]]
path = "/items/{id}"
text = "item"
headers = { Access-Control-Allow-Origin = "*", X-Item = "{id}", X-Gone = false }
[[route]]
path = "/items/{id}"
method = ["PUT", "DELETE"]
text = "done"
headers = { Access-Control-Allow-Origin = "https://a.example", Access-Control-Allow-Methods = "PUT, DELETE" }
[[route]]
path = "/own"
method = "OPTIONS"
status = 200
[[static]]
path = "/files"
root = "www"
headers = { Access-Control-Allow-Origin = "*", Cache-Control = "no-cache" }
"""


def test_the_answer_to_options_has_the_headers_of_what_is_asked_about(serve):
    server = serve(PREFLIGHT, files={"www/a.txt": "a"})

    def preflight(target, method):
        fields = f"Origin: https://a.example\r\nAccess-Control-Request-Method: {method}\r\n" if method else ""
        response = fetch(server.port, target, method="OPTIONS", fields=fields)
        assert response.status == 204 and response.get("X-All") == "yes"
        return response

    for method in ("GET", "HEAD", None, "PATCH"):
        response = preflight("/items/7", method)
        assert (response.get("Access-Control-Allow-Origin"), response.get("X-Item"), response.get("X-Gone")) == ("*", "7", None)
        assert response.get("Allow") == "GET, HEAD, PUT, DELETE, OPTIONS"
    response = preflight("/items/7", "DELETE")
    assert response.get("Access-Control-Allow-Origin") == "https://a.example"
    assert response.get("Access-Control-Allow-Methods") == "PUT, DELETE"
    assert preflight("/files/a.txt", "GET").get("Access-Control-Allow-Origin") == "*"
    assert preflight("/files/none", None).get("Access-Control-Allow-Origin") == "*"
    assert fetch(server.port, "/own", method="OPTIONS").status == 200


def test_literals_come_before_parameters_before_the_rest(port):
    assert fetch(port, "/match/literal").text == "literal"
    assert fetch(port, "/match/x").text == "one x"
    assert fetch(port, "/match/x/y").text == "rest x/y"


def test_a_missing_or_surplus_slash_redirects(port):
    response = fetch(port, "/notes?x=1")
    assert (response.status, response.get("Location")) == (307, "/notes/?x=1")
    response = fetch(port, "/teapot/")
    assert (response.status, response.get("Location")) == (307, "/teapot")
    assert fetch(port, "/nowhere/").status == 404


def test_a_slash_redirect_never_leaves_the_site(port):
    for target in ("//example.org", "//example.org/", "/\\example.org/", "//teapot/"):
        location = fetch(port, target).get("Location") or ""
        assert not location.startswith(("//", "/\\", "http")), location


def test_paths_are_case_sensitive_and_slashes_count(port):
    for target in ("/Teapot", "//"):
        assert fetch(port, target).status == 404, target


def test_dot_segments_are_resolved_before_routing(port):
    there = fetch(port, "/teapot")
    for target in ("/./teapot", "/x/../teapot", "/../teapot"):
        response = fetch(port, target)
        assert (response.status, response.body) == (there.status, there.body), target
    for target in ("/x%2f../teapot", "/x/%2e%2e/teapot"):  # escaped slashes and dots are data
        assert fetch(port, target).status == 404, target


@pytest.mark.parametrize("form, accept, kind, expected", [
    ("auto", "text/html,application/xhtml+xml,*/*;q=0.8", "text/html", b"404"),
    ("auto", "*/*", "application/problem+json", b'"status":404'),
    ("auto", "application/json", "application/json", b'"status":404'),
    ("auto", "application/problem+json, application/json;q=0.5", "application/problem+json", b'"status":404'),
    ("problem", "text/html", "application/problem+json", b'"status":404'),
    ("detail", "*/*", "application/json", b'{"detail":"Not Found"}'),
    ("text", "*/*", "text/plain", b"Not Found"),
    ("html", "*/*", "text/html", b"404"),
])
def test_errors_take_the_configured_form(serve, form, accept, kind, expected):
    server = serve(f'[server]\nerrors = "{form}"\n[[route]]\npath = "/x"\ntext = "x"\n')
    response = fetch(server.port, "/<nope>".replace("<", "%3C").replace(">", "%3E"), fields=f"Accept: {accept}\r\n")
    assert (response.status, response.get("Content-Type").split(";")[0]) == (404, kind)
    assert expected in response.body.replace(b": ", b":")
    assert b"<nope>" not in response.body
    assert fetch(server.port, "/nope", method="HEAD").status == 404


@pytest.mark.parametrize("mode, without, extra", [("strict", 404, 404), ("ignore", 200, 200), ("redirect", 307, 307)])
def test_trailing_slash_modes(serve, mode, without, extra):
    server = serve(f'[server]\ntrailing_slash = "{mode}"\n[[route]]\npath = "/a/"\ntext = "a"\n[[route]]\npath = "/b"\ntext = "b"\n')
    assert fetch(server.port, "/a").status == without
    assert fetch(server.port, "/b/").status == extra


def test_a_body_is_delivered_raw(serve):
    server = serve('[[route]]\nmethod = "POST"\npath = "/"\ntext = "{body}"\n')
    body = bytes(range(256)) * 4
    with Connection(server.port) as connection:
        assert connection.get("/", method="POST", body=body).body == body


COMMON = """
[server]
headers = { X-Common = "yes" }
[[route]]
path = "/items/{id}"
params.id = "int"
text = "{id}"
[[route]]
path = "/plain/{id}"
params.id = "int"
errors = "text"
text = "{id}"
"""


def test_headers_of_the_server_are_on_responses_that_no_route_gives(serve):
    server = serve(COMMON)
    for method, path, status in [("GET", "/nope", 404), ("POST", "/items/1", 405), ("GET", "/items/x", 422),
                                 ("GET", "/items/1/", 307), ("OPTIONS", "/items/1", 204), ("GET", "/items/1", 200)]:
        response = fetch(server.port, path, method=method)
        assert (response.status, response.get("x-common")) == (status, "yes"), (method, path)


def test_a_wrong_parameter_is_told_in_the_form_that_the_route_names(serve):
    response = fetch(serve(COMMON).port, "/plain/x")
    assert response.status == 422
    assert response.text.startswith("422")
    assert "path.id: value is not a valid integer" in response.text
