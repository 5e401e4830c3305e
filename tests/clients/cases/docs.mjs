// Checks that the guides show the code that the tests run.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

const SHOWN = {
  "docs/migrating.md": ["jsx", "tests/clients/pages/call.jsx"],
  "docs/renewing-tokens.md": ["js", "tests/runtimes/web-renewal.mjs"],
};
const read = (path) => readFileSync(join(import.meta.dirname, "../../..", path), "utf8");

suite("guides", () => {
  for (const [guide, [language, file]] of Object.entries(SHOWN)) {
    test(`${guide.match(/(\w+)/g)[1]}_guide_shows_code_that_runs`, () => {
      // Without the comment at the top, which is for readers of the file.
      const code = read(file).replace(/^(\/\/.*\n)+\n/, "");
      assert.ok(read(guide).includes(`\`\`\`${language}\n${code}\`\`\``), `${guide} does not show ${file}`);
    });
  }
});
