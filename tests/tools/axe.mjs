// Hold web pages against axe's rules for WCAG 2.2 AA, in Chromium, narrow and wide, light and dark.
// Reads {pages: [path …], views: [{width, dark} …]} from standard input; writes one JSON line for each page and
// view: what axe finds, what the page asked the network for, and whether it can be scrolled sideways.
import fs from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import puppeteer from "puppeteer";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const asked = JSON.parse(fs.readFileSync(0, "utf8"));
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const browser = await puppeteer.launch({
  executablePath: fileURLToPath(new URL("chromium.sh", import.meta.url)),
  headless: true,
});
for (const path of asked.pages) {
  const page = await browser.newPage();
  const outside = [];
  page.on("request", (request) => {
    const address = request.url();
    if (!address.startsWith("data:") && address !== pathToFileURL(path).href) outside.push(address);
  });
  await page.setBypassCSP(true); // for axe itself; the page's own policy forbids every script
  await page.goto(pathToFileURL(path).href);
  await page.evaluate(axe);
  for (const view of asked.views) {
    await page.setViewport({ width: view.width, height: 900 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: view.dark ? "dark" : "light" }]);
    const found = await page.evaluate(async (tags) => {
      const { violations, passes } = await window.axe.run({ runOnly: { type: "tag", values: tags } });
      const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
      const told = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")}`);
      return { violations: told, passes: passes.length, wide };
    }, rules);
    if (view.picture) await page.screenshot({ path: view.picture, fullPage: true });
    console.log(JSON.stringify({ path, ...view, ...found, outside }));
  }
  await page.close();
}
await browser.close();
