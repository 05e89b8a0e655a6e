/** A picture of a room's page at the end of a test, for people to look at: CHATEXCHANGE_TEST_SCREENSHOT=path. */
import { chromium } from "playwright-core";
import type { ServerUser } from "../src/server/index.js";
import type { Stage } from "../src/testing/index.js";
import { Browser as LoginBrowser } from "./server-support.js";

/** Takes the picture that the environment asks for, as somebody in the stage's room sees it. */
export async function takeRoomPicture(stage: Stage, viewer: ServerUser): Promise<void> {
  const path = process.env.CHATEXCHANGE_TEST_SCREENSHOT;
  if (!path) return;
  // It warns of skipped tests where there is no Chromium, and this test needs none.
  const { args, executablePath } = await import("./browser-support.js");
  if (!executablePath) throw new Error("CHATEXCHANGE_TEST_SCREENSHOT needs Chromium: apt-get install chromium");
  const { cookies } = await new LoginBrowser(stage.site).logIn(viewer.email, viewer.password);
  const browser = await chromium.launch({ executablePath, args });
  try {
    const context = await browser.newContext({ viewport: { width: 1200, height: 1_600 }, reducedMotion: "reduce" });
    await context.addCookies([...cookies].map(([name, value]) => ({ name, value, url: stage.server.url })));
    const page = await context.newPage();
    await page.goto(`${stage.server.url}/rooms/${stage.room.id}`);
    await page.locator("body[data-connection=live]").waitFor();
    await page.screenshot({ path });
  } finally {
    await browser.close();
  }
}
