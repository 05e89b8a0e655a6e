/** Chat markup: markdown to the servers' HTML and back (protocol.md §7). Pure functions. */
export { MessageBuilder, type MessageBuilderOptions, message } from "./builder.js";
export { isFixedFont, isMultiline, isOnebox, isPartial, type MoveNotice, moveNotice } from "./describe.js";
export { defuseMentions, type EscapeOptions, escapeMarkdown, fixedWidth } from "./escape-markdown.js";
export { mentions } from "./mentions.js";
export { PARTIAL_LIMIT, type RenderContext, renderMarkdown } from "./render.js";
export { type ReplyPrefix, splitReplyPrefix } from "./reply-prefix.js";
export { type SentText, sentText } from "./sent.js";
export { type SplitOptions, splitMessage } from "./split.js";
export { htmlToMarkdown, type MarkdownContext } from "./to-markdown.js";
export { htmlToText, type ReadContext } from "./to-text.js";
