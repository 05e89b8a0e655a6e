import { describe, expect, it } from "vitest";
import { monologuesOf } from "./grouping.js";
import type { MessageView } from "./views.js";

const message = (timeStamp: number, userId: number | null = 1, userName = `user ${userId}`): MessageView => ({
  id: timeStamp,
  roomId: 1,
  userId,
  userName,
  emailHash: "",
  content: "x",
  timeStamp,
  replyTo: null,
  edits: 0,
  stars: 0,
  pins: 0,
  starredByMe: false,
  pinnedByMe: false,
  mine: false,
});

describe("monologuesOf", () => {
  it("groups messages of one user until a pause of more than ten minutes", () => {
    const groups = monologuesOf([message(0), message(600), message(1201), message(1202, 2)]);
    expect(groups.map((group) => group.messages.length)).toEqual([2, 1, 1]);
  });

  it("labels the first monologue and then one more than 15 minutes after the last label", () => {
    const groups = monologuesOf([message(1000), message(1900, 2), message(1901, 1), message(1902, 2)]);
    expect(groups.map((group) => group.label)).toEqual([1000, null, 1901, null]);
  });

  it("labels again after five monologues without a label", () => {
    const groups = monologuesOf(Array.from({ length: 8 }, (_, index) => message(100 + index, index % 2)));
    expect(groups.map((group) => group.label !== null)).toEqual([true, false, false, false, false, false, true, false]);
  });

  it("adds the full hours of silence, and a label after them", () => {
    const groups = monologuesOf([message(0), message(3600, 2), message(7201, 1), message(7201 + 22_800, 1)]);
    expect(groups.map((group) => group.hoursLater)).toEqual([null, null, 1, 6]);
    expect(groups.at(-1)?.label).toBe(30_001);
  });

  it("does not group messages of two different removed users", () => {
    expect(monologuesOf([message(0, null, "a"), message(1, null, "b"), message(2, null, "b")])).toHaveLength(2);
  });

  it("returns no groups for no messages", () => {
    expect(monologuesOf([])).toEqual([]);
  });
});
