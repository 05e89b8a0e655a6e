// The site redirects each kind of request elsewhere. No request may reach a foreign host or leave TLS, and no response of a
// foreign host may be trusted.
import { shuffled } from "./damage.mjs";
import { askable, unharmed } from "./requests.mjs";
import { FOREIGN, openStage } from "./stage.mjs";

const STATUSES = [301, 302, 303, 307, 308];

/** The targets by name. A function gets the requested path. */
const TARGETS = {
  "http on the same host": "http://chat.stackoverflow.com/",
  "http on the login host": "http://stackoverflow.com/users/login",
  "http with the port of https": "http://chat.stackoverflow.com:443/",
  "a sub-host over http": "http://x.stackoverflow.com/",
  "another host": "https://evil.example/",
  "another host over http": "http://evil.example/",
  "another host, no scheme": "//evil.example/",
  "another host, backslashes": "\\\\evil.example/",
  "another host, one slash": "https:/evil.example/",
  "another host, three slashes": "///evil.example/",
  "another host, no slash": "https:evil.example/",
  "another host, tabs": "ht\ttps://evil.exa\tmple/",
  "another host, upper case": "HTTPS://EVIL.EXAMPLE/",
  "another host, trailing dot": "https://evil.example./",
  "the site with a trailing dot": "https://chat.stackoverflow.com./",
  "the site in upper case": "https://CHAT.STACKOVERFLOW.COM/",
  "the site as a prefix": "https://chat.stackoverflow.com.evil.example/",
  "the site as a suffix": "https://evilstackoverflow.com/",
  "the site as user info": "https://chat.stackoverflow.com@evil.example/",
  "user info on the site": "https://user:pw@chat.stackoverflow.com/",
  "a password on another host": "https://user:pw@evil.example/",
  "link-local metadata": "http://169.254.169.254/latest/meta-data/",
  "link-local metadata over https": "https://169.254.169.254/latest/meta-data/",
  "metadata as one number": "https://2852039166/",
  localhost: "https://localhost/",
  "localhost over http": "http://localhost:1/",
  "127.0.0.1": "https://127.0.0.1/",
  "0.0.0.0": "https://0.0.0.0/",
  "IPv6 loopback": "https://[::1]/",
  "IPv6 mapped": "https://[::ffff:127.0.0.1]/",
  "a private network": "https://10.0.0.1/",
  IDN: "https://ch\u00e4t.st\u00e4ckoverflow.com/",
  "IDN, look-alike": "https://chat.st\u0430ckoverflow.com/",
  punycode: "https://xn--stckoverflow-s8a.com/",
  "a full-width dot": "https://evil\uff0eexample/",
  "port 0": "https://chat.stackoverflow.com:0/",
  "another port": "https://chat.stackoverflow.com:8443/",
  "a port that is none": "https://chat.stackoverflow.com:99999/",
  "file:": "file:///etc/passwd",
  "data:": 'data:application/json,{"id":1}',
  "javascript:": "javascript:alert(1)",
  "ftp:": "ftp://evil.example/",
  "ws:": "ws://chat.stackoverflow.com/",
  "wss:": "wss://chat.stackoverflow.com/",
  "blob:": "blob:https://chat.stackoverflow.com/1",
  "about:": "about:blank",
  nothing: "",
  "a space": " ",
  "a fragment": "#",
  "a question mark": "?",
  "not an address": "https://",
  "a bad host": "https://a b/",
  "a bad escape": "/%",
  "not ASCII": "/r\u00e4um\u00e9/\u2603",
  "very long": `/${"a".repeat(12_000)}`,
  "very long, elsewhere": `https://evil.example/${"a".repeat(8_000)}`,
  "a header in it": "/x%0d%0aSet-Cookie:%20acct=1",
  "NUL in it": "/\u0001x",
  "dots upwards": "/../../../../etc/passwd",
  itself: (path) => path,
  "a loop of two": (path) => (path.includes("loop") ? "/" : `${path}?loop`),
  "hops without end": (path) => `${path}${path.includes("?") ? "&" : "?"}h`,
  "the site's login": "https://stackoverflow.com/users/login?returnurl=x",
  "the site's login, relative": "/users/login",
  "the site's front page": "/",
  "the site's error page": "/error?aspxerrorpath=/x",
  "a chat of another site": "https://chat.stackexchange.com/",
  "an account page of another site": "https://stackexchange.com/users/login",
};

export async function open(lib, random) {
  const stage = await openStage(lib);
  const requests = askable(stage);
  const kinds = Object.entries(requests).flatMap(([name, request]) =>
    STATUSES.flatMap((status) => Object.entries(TARGETS).map(([where, to]) => ({ name, request, status, where, to }))),
  );
  const cases = shuffled(kinds, random).map(({ name, request, status, where, to }) => ({
    name: `${name}: ${status} to ${where}`,
    async run() {
      stage.strike = (asked) => (request.matches(asked) ? redirect(status, to) : null);
      const value = await stage.settle(request.run());
      if (`${lib.inspect(value)}`.match(`${FOREIGN.name}|${FOREIGN.id}|evil\\.example`))
        throw new lib.Leak("a foreign page was trusted");
      return value;
    },
  }));
  return { stage, cases: [...unharmed(stage, requests), ...cases] };
}

function redirect(status, to) {
  return ({ asked, socket }) => {
    const location = Buffer.from(typeof to === "function" ? to(asked.path) : to, "utf8").toString("latin1");
    socket.end(
      Buffer.from(`HTTP/1.1 ${status} Elsewhere\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`, "latin1"),
    );
  };
}
