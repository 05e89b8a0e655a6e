/** The files around the source of a new bot: for npm, the compiler, git, Docker and systemd. */

/** The facts that differ between bots. */
export interface NewBot {
  readonly name: string;
  /** The version, URL or file of this package for npm. */
  readonly packageSpec: string;
}

/** The versions of what a bot needs besides this package. SQLite is for a Node without `node:sqlite`. */
export const NEW_BOT_VERSIONS: Readonly<Record<string, string>> = {
  "node-sqlite3-wasm": "^0.8.60",
  "@types/node": "^20.19.43",
  typescript: "^6.0.3",
};

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    target: "es2023",
    module: "nodenext",
    lib: ["es2023", "esnext.disposable"],
    types: ["node"],
    rootDir: "src",
    outDir: "dist",
    skipLibCheck: true,
    incremental: true,
  },
  include: ["src"],
};

const ENV_EXAMPLE = `# Copy this file to .env, readable by you alone: cp .env.example .env && chmod 600 .env
# Without an account the bot runs at a chat server on this machine.

# stackexchange.com, stackoverflow.com or meta.stackexchange.com
CHAT_HOST=stackexchange.com
CHAT_EMAIL=
CHAT_PASSWORD=

# Ids of rooms, and of the people who may do everything, separated by commas
CHAT_ROOMS=1
CHAT_OWNERS=
`;

const DOCKERFILE = `FROM node:24-slim AS build
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY tsconfig.json ./
COPY src src
RUN npx tsc && npm prune --omit=dev

FROM node:24-slim
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
ENV CHAT_DATA=/data
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
CMD ["node", "dist/main.js"]
`;

const { "node-sqlite3-wasm": sqlite, ...DEVELOPMENT_VERSIONS } = NEW_BOT_VERSIONS;

const packageJson = ({ name, packageSpec }: NewBot): object => ({
  name,
  version: "0.1.0",
  private: true,
  type: "module",
  engines: { node: ">=20.19" },
  scripts: {
    build: "tsc",
    start: "tsc && node dist/main.js",
    test: "tsc && cd dist && node --test",
    dev: "node --watch dist/main.js",
  },
  dependencies: { "chatexchange-ts": packageSpec, "node-sqlite3-wasm": sqlite },
  devDependencies: DEVELOPMENT_VERSIONS,
});

const unit = (name: string): string => `# Copy to /etc/systemd/system/${name}.service
[Unit]
Description=${name}, a bot for Stack Exchange chat
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=/usr/bin/node /opt/${name}/dist/main.js
WorkingDirectory=/opt/${name}
EnvironmentFile=/etc/${name}.env
Environment=CHAT_DATA=/var/lib/${name}
DynamicUser=yes
StateDirectory=${name}
StateDirectoryMode=0700

Restart=on-failure
RestartSec=30
RestartPreventExitStatus=78
TimeoutStopSec=45

NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
`;

const readme = (name: string): string => `# ${name}

A bot for Stack Exchange chat, made with chatexchange-ts.

\`\`\`sh
npm install
npm test         # needs neither an account nor a network
npm start        # at a chat server on this machine, until .env has an account
\`\`\`

| file | contents |
|---|---|
| \`src/bot.ts\` | what the bot does: change this |
| \`src/bot.test.ts\` | its test, on a stage with people who say what the test tells them to |
| \`src/main.ts\` | where it runs |

While you work: \`npx tsc --watch\` in one terminal, \`npm run dev\` in another. The bot restarts at each change.

## Go live

The bot needs an account with 20 reputation. \`cp .env.example .env && chmod 600 .env\`, and fill it in. Then \`npm start\` runs the bot in the rooms
of \`CHAT_ROOMS\`; room 1 of chat.stackexchange.com is a sandbox. Keep the folder \`data\`: it holds the session, the state and the store.

## Deploy

Docker:

\`\`\`sh
docker build -t ${name} .
docker run -d --name ${name} --init --restart on-failure:5 --stop-timeout 45 --env-file .env -v ${name}:/data ${name}
\`\`\`

systemd:

\`\`\`sh
npm ci && npm run build && npm prune --omit=dev
sudo cp -r . /opt/${name} && sudo rm -f /opt/${name}/.env
sudo install -m 600 .env /etc/${name}.env
sudo cp ${name}.service /etc/systemd/system/
sudo systemctl enable --now ${name}
journalctl -fu ${name}
\`\`\`
`;

/** The files of a new bot besides its source, by path. */
export function projectFiles(bot: NewBot): Readonly<Record<string, string>> {
  const { name } = bot;
  const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
  return {
    "package.json": json(packageJson(bot)),
    "tsconfig.json": json(TSCONFIG),
    "README.md": readme(name),
    ".env.example": ENV_EXAMPLE,
    ".gitignore": "node_modules/\ndist/\ndata/\n.env\n",
    Dockerfile: DOCKERFILE,
    ".dockerignore": "node_modules\ndist\ndata\n.env\n.git\n",
    [`${name}.service`]: unit(name),
  };
}
