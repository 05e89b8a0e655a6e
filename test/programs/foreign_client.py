"""A client on Python's own library: its cookies, its TLS, and its HTML parser, which adds no missing element."""
import http.cookiejar, json, sys, urllib.parse, urllib.request
from html.parser import HTMLParser

email, password, login = sys.argv[1:4]
chat = "https://chat.stackexchange.com"
jar = http.cookiejar.CookieJar()
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))


class Page(HTMLParser):
    """What clients look for, by the elements that are open around it."""

    def __init__(self, text):
        super().__init__()
        self.open, self.fields, self.links, self.title, self.text = [], {}, {}, "", ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        if tag == "input" and of.get("name"):
            self.fields.setdefault(of["name"], of.get("value", ""))
        elif tag == "a":
            self.links[of.get("class") or of.get("id") or of.get("href")] = of.get("href")
        if tag not in ("meta", "link", "input", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        while tag in self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if self.open == ["html", "head", "title"]:
            self.title += data
        self.text += data


def get(url):
    return Page(opener.open(url).read().decode())


def post(url, **form):
    answer = opener.open(url, urllib.parse.urlencode(form).encode())
    return answer.geturl(), answer.read().decode()


page = get(f"https://{login}/users/login")
where, text = post(f"https://{login}/users/login", email=email, password=password, fkey=page.fields["fkey"])
front = Page(text)
everywhere = opener.open(urllib.request.Request(f"https://{login}/users/login/universal/request", method="POST"))
room = get(f"{chat}/rooms/7")
fkey = room.fields["fkey"]
_, said = post(f"{chat}/chats/7/messages/new", text="hello from Python", fkey=fkey)
search = get(f"{chat}/search?q=hello+from+Python&room=7")
print(json.dumps({
    "where": where,
    "title": front.title,
    "profile": front.links.get("my-profile"),
    "logout": any((href or "").endswith("/users/logout") for href in front.links.values()),
    "universal": [everywhere.status, everywhere.read().decode()],
    "cookies": sorted({(cookie.name, cookie.domain) for cookie in jar}),
    "site": room.links.get("siterooms") or room.links.get("button"),
    "said": json.loads(said),
    "found": [line for line in search.text.splitlines() if line.endswith("messages found")],
}))
