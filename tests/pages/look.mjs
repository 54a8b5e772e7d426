// Looks at pages as a reader's browser does: two widths, light and dark, and printed. Each must ask
// nobody for anything, need no script, be small, and give axe-core nothing to complain of.
// usage: node look.mjs FOLDER_FOR_PICTURES PAGE...
import { readFileSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import axe from "axe-core";
import { chromium } from "playwright-core";

const MOST_BYTES = 300_000;
const [pictures, ...pages] = process.argv.slice(2);
let faults = 0;

function complain(page, text) {
  faults++;
  console.log(`${page}: ${text}`);
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const path of pages) {
  const name = basename(path, ".html");
  if (statSync(path).size > MOST_BYTES) complain(path, `is larger than ${MOST_BYTES} bytes`);
  if (/<script/i.test(readFileSync(path, "utf8"))) complain(path, "has a script");
  for (const width of [1280, 375]) {
    for (const colorScheme of ["light", "dark"]) {
      // Scripts stay on for axe alone: the page itself has none.
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
      const page = await context.newPage();
      page.on("request", (request) => {
        if (!request.url().startsWith("file:")) complain(path, `asks for ${request.url()}`);
      });
      await page.goto(`file://${resolve(path)}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) complain(path, `is ${overflow} pixels wider than ${width}`);
      await page.addScriptTag({ content: axe.source });
      const found = await page.evaluate(() => globalThis.axe.run());
      for (const fault of found.violations) {
        complain(path, `${width} ${colorScheme}: ${fault.id}: ${fault.help}: ${fault.nodes[0].html.slice(0, 120)}`);
      }
      await page.screenshot({ path: `${pictures}/${name}-${width}-${colorScheme}.png`, fullPage: true });
      if (width === 1280 && colorScheme === "light") await page.pdf({ path: `${pictures}/${name}.pdf` });
      await context.close();
    }
  }
  console.log(`${path}: looked at in 2 widths, light and dark, and printed`);
}
await browser.close();
console.log(`${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
