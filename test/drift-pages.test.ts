/** What page readers miss: nothing on the pages of the local server and on those recorded from the live sites. */
import {
  type Call,
  type Drift,
  historyPage,
  profilePage,
  roomAccessPage,
  roomInfoPage,
  roomPage,
  roomsPage,
  searchPage,
  starredMessages,
  transcriptPage,
} from "chatexchange-ts/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  renderHistory,
  renderProfile,
  renderRoom,
  renderRoomInfo,
  renderRooms,
  renderSearch,
  renderStarsFragment,
  renderTranscript,
} from "../src/server/pages/index.js";
import { readAnswer } from "./answers.js";
import { haveRecordings, recording } from "./recorded.js";
import * as views from "./round-trip-views.js";

const runs = Number(process.env.ROUND_TRIPS ?? 150);

/** What is noted while a page is read, as `where: what: detail`; a failure to read it is left to its drift. */
function driftOf(call: Call<unknown>, html: string): string[] {
  const noted: string[] = [];
  const drift = ({ where = "answer", what, detail }: Partial<Drift>): void =>
    void noted.push(`${where}: ${what}: ${detail}`);
  readAnswer(call, html, { drift });
  return noted;
}

const pages: readonly (readonly [name: string, call: Call<unknown>, html: fc.Arbitrary<string>])[] = [
  ["room page", roomPage(1), views.roomPageView.map(renderRoom)],
  ["room info page", roomInfoPage(1), views.roomInfoView.map((view) => renderRoomInfo({ ...view, tab: "general" }))],
  ["room access page", roomAccessPage(1), views.roomInfoView.map((view) => renderRoomInfo({ ...view, tab: "access" }))],
  ["profile page", profilePage(1), views.profileView.map(renderProfile)],
  ["transcript page", transcriptPage(1), views.transcriptView.map(renderTranscript)],
  ["message history page", historyPage(1), views.historyView.map(renderHistory)],
  ["rooms page", roomsPage({}, 1), views.roomsView.map(renderRooms)],
  ["search page", searchPage({ text: "x" }, 1), views.searchView.map(renderSearch)],
  [
    "list of starred messages",
    starredMessages(1, 0),
    views.starsView.map(({ messages, viewer }) => renderStarsFragment(messages, viewer)),
  ],
];

describe("the local server's pages have everything their readers expect", () => {
  it.each(pages)("the %s", (_, call, html) => {
    fc.assert(
      fc.property(html, (page) => {
        expect(driftOf(call, page)).toEqual([]);
      }),
      { numRuns: runs },
    );
  });
});

const recorded: readonly (readonly [file: string, call: Call<unknown>])[] = [
  ["sochat4j/rooms-1.html", roomPage(1)],
  ["sochat4j/rooms-15-protected.html", roomPage(15)],
  ["sochat4j/homepage.so.html", roomsPage({}, 1)],
  ["sochat4j/homepage.se.html", roomsPage({}, 1)],
  ["samliew/mocks/room_info.html", roomInfoPage(1)],
  ["samliew/mocks/transcript.html", transcriptPage(1)],
  ["samliew/mocks/profile_raw_2018.html", profilePage(1)],
];

describe.skipIf(!haveRecordings)("recorded pages have everything their readers expect", () => {
  it.each(recorded)("%s", (file, call) => {
    expect(driftOf(call, recording(file))).toEqual([]);
  });
});
