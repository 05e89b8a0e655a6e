/** Event classes: any other value is refused, and classes of another copy of the package are accepted. */
import { cp, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
  ChatError,
  ChatEvent,
  ChatMessageEvent,
  Client,
  foldPings,
  isChatError,
  Message,
  MessageEdited,
  MessagePosted,
  type Room,
  User,
  UserEntered,
} from "chatexchange-ts";
import ts from "typescript";
import { beforeAll, describe, expect, test } from "vitest";
import { IS_RELEASE } from "./sizes.js";
import { failureOf, stage } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const root = resolve(import.meta.dirname, "..");

/** Calls a method as a program in JavaScript does, with anything. */
function call(object: object, method: string, ...given: unknown[]): unknown {
  return Reflect.apply(Reflect.get(object, method), object, given);
}

class OwnEvent extends MessagePosted {}

const noClasses: Record<string, readonly [value: unknown, shown: string]> = {
  Message: [Message, "Message"],
  User: [User, "User"],
  Client: [Client, "Client"],
  Date: [Date, "Date"],
  String: [String, "String"],
  "a class made of MessagePosted": [OwnEvent, "OwnEvent"],
  "an error": [ChatError, "ChatError"],
  "a name": ["MessagePosted", '"MessagePosted"'],
  undefined: [undefined, "undefined"],
  null: [null, "null"],
  "a number": [1, "1"],
  "a list": [[MessagePosted], "a list"],
  "a function without a name": [
    (
      () => () =>
        true
    )(),
    "a function",
  ],
  "the instance instead of the class": [Object.create(MessagePosted.prototype), "an object"],
};

test.each(Object.entries(noClasses))("newEvents and listen refuse %s by name", async (_, [value, shown]) => {
  const { anonymous } = await stage();
  const room = anonymous().getRoom(1);
  const told = expect.objectContaining({
    code: "BAD_ARGUMENT",
    message: `newEvents and listen take event classes, such as MessagePosted, not ${shown}`,
  });
  expect(() => call(room, "newEvents", value)).toThrow(told);
  expect(() => call(room, "newEvents", MessagePosted, value)).toThrow(told);
  expect(() => call(room, "listen", [value], {})).toThrow(told);
});

test("listen refuses anything that is not a list of classes", async () => {
  const { anonymous } = await stage();
  const room = anonymous().getRoom(1);
  for (const value of [undefined, null, MessagePosted, "MessagePosted", {}, { length: 0 }])
    expect(() => call(room, "listen", value)).toThrow(
      expect.objectContaining({
        code: "BAD_ARGUMENT",
        message: expect.stringContaining("listen takes an array of event classes, such as MessagePosted, not "),
      }),
    );
});

test("watch refuses a class of events, and a list of classes", async () => {
  const { anonymous } = await stage();
  const chat = anonymous();
  for (const value of [MessagePosted, ChatEvent, [String], [MessagePosted], undefined, "MessagePosted"])
    for (const listener of [chat, chat.getRoom(1)])
      expect(() => call(listener, "watch", value, {})).toThrow(
        expect.objectContaining({
          code: "BAD_ARGUMENT",
          message: expect.stringMatching(/^watch takes a callback \(event, client\) => …, not .*; newEvents takes/),
        }),
      );
});

test("every exported event class is accepted", async () => {
  const { anonymous } = await stage();
  const room = anonymous().getRoom(1);
  const api = await import("chatexchange-ts");
  const classes = Object.values(api).filter(
    (value) => value === ChatEvent || Object.prototype.isPrototypeOf.call(ChatEvent, value),
  );
  expect(classes.length).toBeGreaterThan(28);
  for (const Class of classes) await (call(room, "newEvents", Class) as AsyncDisposable)[Symbol.asyncDispose]();
});

test.runIf(IS_RELEASE)("the compiler error for a wrong class names EventClass of ChatEvent", () => {
  const program = `
    import { Message, type Room } from "chatexchange-ts";
    declare const room: Room;
    room.newEvents(Message);
  `;
  const path = join(root, "snippets", "event-class.ts");
  const options: ts.CompilerOptions = {
    strict: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    types: ["node"],
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, directoryExists } = host;
  host.directoryExists = (folder) => folder === join(root, "snippets") || (directoryExists?.(folder) ?? true);
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, target, ...rest) =>
    name === path ? ts.createSourceFile(name, program, target) : getSourceFile(name, target, ...rest);
  const compiled = ts.createProgram({ rootNames: [path], options, host });
  const complaints = compiled.getSemanticDiagnostics(compiled.getSourceFile(path));
  const texts = complaints.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  expect(texts).toEqual([
    expect.stringMatching(
      /^Argument of type 'typeof Message' is not assignable to parameter of type 'EventClass<ChatEvent>'\.\n +Type 'Message' is not assignable to type 'ChatEvent'/,
    ),
  ]);
});

describe("beside another copy of the package", () => {
  let folder = "";
  let other: typeof import("chatexchange-ts");
  beforeAll(async () => {
    folder = temporaryFolder();
    await cp(join(root, "dist"), join(folder, "dist"), { recursive: true });
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    other = await import(/* @vite-ignore */ pathToFileURL(join(folder, "dist/index.js")).href);
    expect(other.ChatEvent).not.toBe(ChatEvent);
  });

  /** A room of this copy, in which Alice posted and edited a message after listening began. */
  async function heard(listen: (room: Room) => AsyncIterableIterator<ChatEvent> & { ready: Promise<void> }) {
    const { anonymous, alice } = await stage();
    const stream = listen(anonymous().getRoom(1));
    await stream.ready;
    const said = alice.in(1).says("hello");
    alice.in(1).edits(said, "hello, world");
    return stream;
  }

  test("newEvents yields exactly the events of the other copy's classes", async () => {
    const stream = await heard((room) => call(room, "newEvents", other.MessageEdited) as ReturnType<Room["newEvents"]>);
    const event = (await stream.next()).value;
    expect(event).toBeInstanceOf(MessageEdited);
    expect(event.textContent).toBe("hello, world");
  });

  test("an event is an instance of its classes of either copy, and of no other class", async () => {
    const stream = await heard((room) => room.newEvents(MessagePosted));
    const event: unknown = (await stream.next()).value;
    for (const Class of [
      MessagePosted,
      other.MessagePosted,
      ChatMessageEvent,
      other.ChatMessageEvent,
      ChatEvent,
      other.ChatEvent,
    ])
      expect(event instanceof Class).toBe(true);
    for (const Class of [MessageEdited, other.MessageEdited, UserEntered, other.UserEntered, OwnEvent, other.StreamGap])
      expect(event instanceof Class).toBe(false);
    for (const value of [
      null,
      undefined,
      5,
      "MessagePosted",
      {},
      Object.create(null),
      Message.prototype,
      { constructor: MessagePosted },
    ])
      expect((value as unknown) instanceof other.UserEntered).toBe(false);
  });

  test("foldPings of the other copy accepts the events of this one", async () => {
    const stream = await heard((room) => room.newEvents(MessagePosted));
    const folded = other.foldPings(stream);
    const own = foldPings(await heard((room) => room.newEvents(MessagePosted)));
    const texts = [];
    for (const messages of [folded, own]) texts.push(Object.keys((await messages.next()).value ?? {}).sort());
    expect(texts[0]).toEqual(texts[1]);
  });

  test("isChatError and ChatError recognize the failures of the other copy", async () => {
    const { anonymous } = await stage();
    const error = await failureOf(anonymous().getRoom(99_999).name);
    expect(isChatError(error, "NOT_FOUND")).toBe(true);
    expect(other.isChatError(error)).toBe(true);
    expect(other.isChatError(error, "NOT_FOUND", "FORBIDDEN")).toBe(true);
    expect(other.isChatError(error, "FORBIDDEN")).toBe(false);
    expect(error instanceof other.ChatError).toBe(true);
    expect(error instanceof other.NotFoundError).toBe(false);
    expect(error instanceof other.ForbiddenError).toBe(false);
    for (const value of [null, undefined, 5, "NOT_FOUND", new Error("x"), { code: "NOT_FOUND" }]) {
      expect(other.isChatError(value)).toBe(false);
      expect((value as unknown) instanceof other.ChatError).toBe(false);
    }
  });
});
