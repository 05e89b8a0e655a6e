/**
 * The inline script of the room page in its recorded form (protocol.md §6.3). Browsers do not run it (`nomodule`, and the
 * CSP). Scrapers read it: the server's time, the viewer, the state of the room, and the present users.
 */
import { html, type Markup, raw, scriptJson } from "./markup.js";
import type { PersonView, RoomPageView } from "./views.js";

/** Renders the script element of a room page. */
export function roomScript(view: RoomPageView): Markup {
  const { frame, room } = view;
  const later = view.presentMarkup !== "initPresent";
  return html`
        <script type="text/javascript" nomodule>
            SERVER_TIME_OFFSET = ${frame.now} - (new Date()).getTime() / 1000;
            $(function() {
                var chat = StartChat({
                    sound: {
                        file: "/web/none.mp3",
                        vol: 0,
                        swfPath: "/web"
                    },
                    may_bookmark: ${String(view.mayPost)},
                    ws: true,
                    egg: "Cthulu",
                    
                    desktopNotify: ${String(view.desktopNotify ?? false)}
                    },
                    ${frame.me?.id ?? 0},
                    {
                        id: ${room.id},
                        host: '',
                        deleted: ${String(room.deleted)},
                        frozen: ${String(room.frozen)}${
                          later &&
                          html`,
                        is_live_chat: false,
                        live_chat_host_id: 0`
                        }
                    },
                    ${view.ignored.length > 0 ? scriptJson(view.ignored.map(String)) : "null"},
                    false,
                    false,
                    ${scriptJson(view.mentions)});
                
${presentCalls(view)}
            });
        </script>`;
}

/** Renders the element that replaced the literal in 2020-11, with records as in `user/info`. */
export function presentElement(present: readonly PersonView[]): Markup {
  return html`<div class="js-present" data-users="${presentJson(present)}" hidden></div>`;
}

/** Serializes the present users with the keys of `user/info`. */
export function presentJson(present: readonly PersonView[]): string {
  return JSON.stringify(present.map(userInfo));
}

/** Builds the record of a user in `POST /user/info` (protocol.md §6.1). */
export function userInfo(person: PersonView): object {
  return {
    id: person.id,
    name: person.name,
    email_hash: person.emailHash,
    reputation: person.reputation,
    is_moderator: person.isModerator,
    is_owner: person.isOwner || null,
    last_post: person.lastPost,
    last_seen: person.lastSeen,
  };
}

/** Renders the present users as calls; from 2019 on, the viewer has a separate one. */
function presentCalls({ presentMarkup, room, frame }: RoomPageView): Markup | "" {
  if (presentMarkup === "js-present") return "";
  const meThere = room.present.find(({ id }) => id === frame.me?.id);
  if (presentMarkup === "initPresent" || meThere === undefined) return presentLiteral(room.present);
  const { id, name, emailHash, reputation, isOwner } = meThere;
  const record = { name, email_hash: emailHash, reputation, is_owner: isOwner };
  return html`${presentLiteral(room.present.filter((person) => person.id !== id))}
CHAT.RoomUsers.update(${id},${scriptJson(record)});
`;
}

function presentLiteral(present: readonly PersonView[]): Markup {
  return html`
CHAT.RoomUsers.initPresent([
${present.map(
  (person, index) => html`
    
        ${index > 0 && ","}{id: ${person.id}, name: (${scriptJson(person.name)}), email_hash: (${scriptJson(person.emailHash)}), reputation: ${person.reputation}, last_post: ${person.lastPost ?? 0}${person.isOwner ? raw(",is_owner:true ") : ""}}
    `,
)}
]);
`;
}
