// The local server for one suite, with Agora's public test project.

import { after, before } from "node:test";
import { APP_CERTIFICATE, APP_ID } from "../../runtimes/lib/cases.mjs";
import { startNative } from "../../runtimes/lib/native.mjs";
import { underTest } from "../../runtimes/lib/under-test.mjs";

const { artefacts } = underTest({ native: startNative }, {});

export { APP_ID };

/** Starts before the suite's first test and stops after its last; `.base` is its URL. */
export function server(variables) {
  const running = {};
  before(async () => {
    const started = await startNative(artefacts, { APP_ID, APP_CERTIFICATE, ...variables });
    Object.assign(running, started, { base: started.url });
  });
  after(() => running.stop());
  return running;
}
