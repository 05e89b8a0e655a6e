// The values of a transcript page, extracted with cheerio.

/** Every value that our parser finds on the page. */
export function byCheerio($) {
  const id = (text) => Number(/(\d+)\D*$/.exec(text ?? "")?.[1] ?? Number.NaN);
  const messages = [];
  let label = null;
  $("#transcript .monologue").each((_, monologue) => {
    const group = $(monologue);
    const user = Number(/user-(-?\d+)/.exec(group.attr("class"))[1]);
    const name = group.find(".username a").attr("title") ?? group.find(".username").text().trim();
    group
      .find(".messages")
      .children()
      .each((_, part) => {
        const node = $(part);
        if (node.hasClass("timestamp")) label = node.text().trim();
        if (!node.hasClass("message")) return;
        const deleted = node.find(".content .deleted").length > 0;
        messages.push({
          id: id(node.attr("id")),
          userId: user,
          userName: name,
          content: deleted ? null : node.find(".content").html().trim(),
          replyTo: id(node.find("a.reply-info").attr("href")) || null,
          edited: node.find(".action-link").hasClass("edits"),
          stars: Number(node.find(".stars .times").text() || (node.find(".stars").length ? 1 : 0)),
          highlighted: node.hasClass("highlight"),
          mine: group.hasClass("mine"),
          label,
        });
        label = null;
      });
  });
  return {
    day: $("link[rel=canonical]").attr("href"),
    room: $("#info .room-name a").text(),
    tags: $("#info a.tag")
      .map((_, tag) => $(tag).text())
      .get(),
    days: $("#main > a[href^='/transcript']")
      .map((_, link) => $(link).attr("title"))
      .get(),
    pages: $(".pager a")
      .map((_, link) => $(link).attr("href"))
      .get(),
    fkey: $("input#fkey").attr("value"),
    messages,
  };
}
