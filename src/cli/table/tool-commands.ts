/** The commands in the group "Tools" of the table of commands. */
import type { CommandSpec } from "./command-spec.js";

export const TOOL_COMMANDS: readonly CommandSpec[] = [
  {
    name: "repl",
    arguments: [],
    summary: "start a JavaScript REPL with a client",
    flags: [],
    examples: [["chatexchange repl --local --as Alice", "opens a REPL on the local server"]],
  },
  {
    name: "serve",
    arguments: [],
    summary: "run a local chat server",
    details: ["Listens on this machine only. Prints URLs and accounts; commands with --local find it automatically."],
    flags: [
      {
        name: "port",
        value: "N",
        about: "port of the first site; the others use the next ones (default: 8070; 0 for any)",
      },
      { name: "data", value: "FILE", about: "store the world in FILE, so that it survives a restart" },
      {
        name: "tls",
        value: "KEY,CERT",
        about: "serve https with this private key and certificate (PEM files)",
      },
      { name: "seed", value: "WORLD", choices: ["demo", "empty"], about: "initial world (default: demo)" },
      {
        name: "throttle",
        value: "ON",
        choices: ["on", "off"],
        about: "throttle fast writers, as the live sites do (default: on)",
      },
    ],
    examples: [
      ["chatexchange serve", "serves a chat with users at http://127.0.0.1:8070"],
      ["chatexchange serve --seed empty --data my.journal", "serves an empty chat that survives restarts"],
      [
        "chatexchange serve --port 443 --tls key.pem,cert.pem",
        "serves other clients under the names of the live hosts",
      ],
    ],
    json: ["url", "host"],
  },
  {
    name: "demo",
    arguments: [],
    summary: "watch a bot and a person in a local chat",
    flags: [
      { name: "keep", about: "keep running, for your browser" },
      { name: "port", value: "N", about: "port of the server (default: any)" },
    ],
    examples: [["chatexchange demo --keep", "prints a URL to open in a browser"]],
  },
  {
    name: "doctor",
    arguments: [],
    summary: "diagnose problems with the setup",
    details: [
      "With --record FILE, also records what the site answers into FILE, a cassette, for a bug report: names, texts and secrets are replaced before they reach the disk. docs/reporting.md explains what it contains and where to send it.",
    ],
    flags: [{ name: "record", value: "FILE", about: "record what the site answers into FILE, which must not exist" }],
    examples: [
      ["chatexchange doctor", "checks the settings, the session and the connection to the site"],
      ["chatexchange doctor --record report.cassette", "also records a cassette for a bug report"],
    ],
  },
  {
    name: "cassette",
    arguments: [{ name: "FILE" }],
    summary: "review a recording before you share it",
    flags: [{ name: "full", about: "also show the bodies of answers and the frames" }],
    examples: [
      ["chatexchange cassette report.cassette", "shows the requests, the answers, and what was replaced"],
      ["chatexchange cassette report.cassette --full | less", "shows the complete content"],
    ],
    json: ["host", "by", "began", "requests", "sockets", "frames", "whole", "replaced"],
  },
  {
    name: "new-bot",
    arguments: [{ name: "DIR" }],
    summary: "write a new bot with a test into a folder",
    details: [
      "Writes package.json, the bot, its test on a local server, a Dockerfile, a systemd unit and a README into DIR, which must be empty or absent. Then npm install, npm test and npm start work there without an account.",
    ],
    flags: [
      {
        name: "name",
        value: "NAME",
        about: "name of the bot: lower-case letters, digits and hyphens (default: that of DIR)",
      },
      {
        name: "package",
        value: "SPEC",
        about:
          "where npm finds chatexchange-ts: a version, or a file (default: this version, or the file it was installed from)",
      },
    ],
    examples: [
      ["chatexchange new-bot tidy-bot", "writes a bot into the folder tidy-bot"],
      ["chatexchange new-bot . --name tidy-bot", "writes it into this folder, which must be empty"],
    ],
    json: ["folder", "name", "files"],
  },
  {
    name: "completion",
    arguments: [{ name: "SHELL", choices: ["bash", "zsh", "fish"] }],
    summary: "print the completion script for a shell",
    flags: [],
    examples: [
      ['eval "$(chatexchange completion bash)"', "goes into ~/.bashrc; for zsh the same with zsh into ~/.zshrc"],
      ["chatexchange completion fish | source", "goes into ~/.config/fish/config.fish"],
    ],
  },
];
