// The local server's page in headless Chromium.
//
//   node tests/page/run.mjs
//     --native FILE    the server   (target/debug/agora-token-server)
//     --screenshots    also writes screenshots/, which the README shows
//     CHROMIUM         the browser  (/usr/bin/chromium)

import { after, before, suite, test } from "node:test";
import { executablePath, launch } from "../runtimes/lib/chromium.mjs";
import { expectNone } from "../runtimes/lib/found.mjs";
import { demand } from "../runtimes/lib/under-test.mjs";
import * as access from "./cases/access.mjs";
import * as look from "./cases/look.mjs";
import * as make from "./cases/make.mjs";
import * as read from "./cases/read.mjs";
import { takeScreenshots } from "./lib/screenshots.mjs";
import { options, startServer } from "./lib/server.mjs";
import { openPage } from "./lib/visit.mjs";

const timeout = 5 * 60_000;
demand(executablePath);
const browser = await launch();

for (const [name, { suites }] of Object.entries({ make, read, access, look })) {
  for (const { variables, tests } of suites) {
    suite(name, { timeout }, () => {
      let server;
      before(async () => {
        server = await startServer(await variables());
      });
      after(() => server?.stop());
      for (const [name, run] of Object.entries(tests)) test(name, () => withPage(run, server));
    });
  }
}
after(async () => {
  if (options.screenshots) await takeScreenshots(browser);
  await browser.close();
});

/** A test gets a fresh page, and can open more. */
async function withPage(run, server) {
  const visits = [];
  const open = async (options) => {
    const visit = await openPage(browser, server.origin, options);
    visits.push(visit);
    return visit;
  };
  try {
    await run(await open(), { open, server });
    expectNone(visits.flatMap((visit) => visit.complaints()));
  } finally {
    for (const visit of visits) await visit.page.context().close();
  }
}
