// The values of pages, extracted with cheerio: the code of a program without a client.

const idIn = (text) => Number(/(\d+)\D*$/.exec(text ?? "")?.[1] ?? Number.NaN);
const idAfter = (word, text) => Number(new RegExp(`${word}[-/](-?\\d+)`).exec(text ?? "")?.[1] ?? Number.NaN);

/** The messages of all monologues below an element. */
export function messagesOf($, root = $.root()) {
  const messages = [];
  root.find(".monologue").each((_, monologue) => {
    const group = $(monologue);
    const userId = idAfter("user", group.attr("class"));
    const userName = group.find(".username a").attr("title") ?? group.find(".username").text().trim();
    group.find(".message").each((_, element) => messages.push(messageOf($(element), { userId, userName })));
  });
  return messages;
}

function messageOf(node, author) {
  const isDeleted = node.find(".content .deleted").length > 0;
  const stars = node.find(".stars");
  return {
    id: idIn(node.attr("id")),
    ...author,
    content: isDeleted ? null : node.find(".content").html().trim(),
    replyTo: idIn(node.find("a.reply-info").attr("href")) || null,
    edited: node.find(".action-link").hasClass("edits"),
    stars: Number(stars.find(".times").text() || (stars.length > 0 ? 1 : 0)),
    pinned: stars.hasClass("owner-star"),
  };
}

export function historyOf($) {
  const revisions = [];
  $(".monologue").each((_, monologue) => {
    const source = $(monologue).find(".message-source");
    if (source.length === 0) return;
    const userName = $(monologue).find(".username a").attr("title");
    revisions.unshift({ userId: idAfter("user", $(monologue).attr("class")), userName, source: source.text() });
  });
  return revisions;
}

export function profileOf($) {
  const values = {};
  $(".user-keycell").each((_, cell) => {
    values[$(cell).text().trim()] = $(cell).next();
  });
  return {
    name: $("h1").text(),
    isModerator: $(".user-status").text().includes("♦"),
    about: values.about.text().trim(),
    reputation: Number(values["parent user"].find(".reputation-score").attr("title")),
    messageCount: Number($(".user-message-count-xxl").text()),
    roomCount: Number($(".user-room-count-xxl").text()),
    parentProfileUrl: `https:${values["parent user"].find("a").attr("href")}`,
    avatarUrl: $(".user-picture img").attr("src"),
  };
}

export function roomInfoOf($) {
  const owners = $("#room-ownercards .usercard").map((_, card) => idAfter("user", $(card).attr("id")));
  const card = $(".roomcard-xxl");
  return {
    name: card.find("h1").text(),
    description: card.find("p").first().text(),
    tags: card
      .find("a.tag")
      .map((_, tag) => $(tag).text())
      .get(),
    messageCount: Number(card.find(".room-message-count-xxl").text()),
    userCount: Number(card.find(".room-user-count-xxl").text()),
    parentSiteName: card.find(".small-site-logo").attr("title"),
    isFavorite: card.find(".favorite-room").length > 0,
    owners: owners.get(),
  };
}

export function roomsOf($) {
  return $(".roomcard")
    .map((_, element) => {
      const card = $(element);
      return {
        id: idIn(card.attr("id")),
        name: card.find(".room-name").attr("title"),
        description: card.find(".room-description").text(),
        parentSiteName: card.find(".small-site-logo").attr("title"),
        messageCount: idIn(card.find(".room-message-count").attr("title")),
        isFavorite: card.find(".favorite-room").length > 0,
      };
    })
    .get();
}

export function starsOf($) {
  return $("li")
    .map((_, element) => {
      const item = $(element);
      const stars = item.find(".stars");
      const html = item.html();
      const author = item.children("a").last();
      const begin = html.indexOf("</span></span>") + "</span></span>".length;
      return {
        id: idIn(item.attr("id")),
        userId: idAfter("users", author.attr("href")),
        userName: author.attr("title"),
        content: html.slice(begin, html.lastIndexOf(' - <a class="permalink"')).trim(),
        stars: Number(stars.find(".times").text() || 1),
        pinned: stars.hasClass("owner-star"),
        timeStamp: Number(item.attr("data-time")),
      };
    })
    .get();
}

export function accessOf($) {
  const people = (section) =>
    $(`#access-section-${section} .usercard`)
      .map((_, card) => [[idAfter("user", $(card).attr("id")), $(card).find(".user-header").attr("title")]])
      .get();
  return { owners: people("owner"), readWrite: people("read-write"), readOnly: people("read-only") };
}
