/** XML for programs other than browsers: Atom feeds and the OpenSearch description (protocol.md §6.12). */
import { html, type Markup, page, raw } from "./markup.js";
import type { FeedView, FrameView, MessageView } from "./views.js";

const XML_DECLARATION: Markup = raw('<?xml version="1.0" encoding="utf-8"?>');

/** Renders an Atom feed of messages. The content of an entry is escaped HTML. */
export function renderFeed(view: FeedView): string {
  const { origin, path, title, room, messages, now } = view;
  return xml(html`${XML_DECLARATION}
<feed xmlns="http://www.w3.org/2005/Atom">
    <title type="text">${title}</title>
    <link rel="self" href="${origin}${path}" type="application/atom+xml" />
    <link rel="alternate" href="${origin}/rooms/${room.id}" type="text/html" />
    <subtitle>${room.description}</subtitle>
    <updated>${atomTime(messages.reduce((last, { timeStamp }) => Math.max(last, timeStamp), 0) || now)}</updated>
    <id>${origin}${path}</id>
${messages.map((message) => entry(message, origin))}
</feed>
`);
}

function entry(message: MessageView, origin: string): Markup {
  const link = `${origin}/transcript/message/${message.id}#${message.id}`;
  const text = (message.content ?? "").replace(/<[^>]*>/g, "").trim();
  return html`    <entry>
        <id>${link}</id>
        <title type="html">${text.length > 80 ? `${text.slice(0, 80)}…` : text || "a message"}</title>
        <author><name>${message.userName}</name>${message.userId !== null && html`<uri>${origin}/users/${message.userId}</uri>`}</author>
        <link rel="alternate" href="${link}" />
        <published>${atomTime(message.timeStamp)}</published>
        <updated>${atomTime(message.timeStamp)}</updated>
        <content type="html">${message.content ?? ""}</content>
    </entry>
`;
}

/** Renders the OpenSearch description of the message search. */
export function renderOpenSearch(frame: FrameView, origin: string): string {
  return xml(html`${XML_DECLARATION}
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
    <ShortName>Chat</ShortName>
    <Description>Chat for ${frame.chatHost}</Description>
    <InputEncoding>UTF-8</InputEncoding>
    <Url type="text/html" method="get" template="${origin}/search?q={searchTerms}" />
</OpenSearchDescription>
`);
}

/** Removes control characters and lone surrogates, which XML cannot have even escaped. */
function xml(markup: Markup): string {
  return page(markup).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu, "");
}

function atomTime(time: number): string {
  return new Date(time * 1000).toISOString().replace(".000Z", "Z");
}
