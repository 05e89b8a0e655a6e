// The guides of the site, in the order and the groups in which its menu shows them. A Markdown file of docs/ that is not
// named here comes last in OTHER_GROUP, so that a new guide is never left out; one of the root comes last in ROOT_GROUP.

export const GROUPS = {
  "First steps": [
    "first-bot",
    "bots",
    "bot-recipes",
    "bot-plugins",
    "from-other-bots",
    "overview",
    "from-python",
    "from-npm-chatexchange",
    "comparison",
    "examples",
    "faq",
    "glossary",
  ],
  Guides: [
    "client",
    "logging-in",
    "values",
    "rooms",
    "messages",
    "markup",
    "sending",
    "users",
    "listening",
    "events",
    "history",
    "errors",
    "state",
    "testing-your-bot",
    "debugging",
    "deploying",
    "proxies-and-certificates",
    "reporting",
  ],
  Tools: ["cli", "repl", "chat-page", "foreign-clients", "server-endpoints"],
  "The project": [
    "reliability",
    "runtimes",
    "performance",
    "coverage",
    "mutation",
    "live-check",
    "architecture",
    "decisions/README",
    "releasing",
    "CONTRIBUTING",
    "CHANGELOG",
  ],
};

export const OTHER_GROUP = "Guides";
export const ROOT_GROUP = "The project";
