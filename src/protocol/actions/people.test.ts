import { describe, expect, it } from "vitest";
import type { WireAnswer } from "../call.js";
import { pingableUsers, userInfo, userThumbs } from "./people.js";

function answer(body: string): WireAnswer {
  return { status: 200, url: "https://chat.example/x", headers: {}, body, host: "chat.example" };
}

describe("the list of pingable users", () => {
  it("has a number for every time, whatever the server sends", () => {
    const body = '[[5,"A",7,8],[6,"B",{"x":1},null],[7,"C"],["8","D",1,2],null]';
    expect(pingableUsers(1).read(answer(body))).toEqual([
      { id: 5, name: "A", lastSeen: 7, lastPost: 8 },
      { id: 6, name: "B", lastSeen: 0, lastPost: 0 },
      { id: 7, name: "C", lastSeen: 0, lastPost: 0 },
    ]);
  });
});

describe("user records", () => {
  const broken =
    '{"id":5,"name":"A","reputation":"7","email_hash":{"x":1},"is_moderator":null,"is_owner":null,"last_post":[1],"last_seen":1e999,"new":1}';

  it("lose fields of the wrong type and keep the others", () => {
    expect(userInfo([5], 1).read(answer(`{"users":[${broken},{"id":"6"},7]}`))).toEqual([
      { id: 5, name: "A", is_owner: null, new: 1 },
    ]);
  });

  it("lose them in thumbs, too", () => {
    const thumbs = broken.replace("{", '{"site":5,"rooms":[{"id":1,"name":"R"},{"id":2}],"profileUrl":null,"host":7,');
    expect(userThumbs(5).read(answer(thumbs))).toEqual({
      id: 5,
      name: "A",
      is_owner: null,
      new: 1,
      profileUrl: null,
      rooms: [{ id: 1, name: "R" }],
    });
  });
});
