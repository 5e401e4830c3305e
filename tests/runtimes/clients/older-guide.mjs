// Agora's older guide and TokenServer-nodejs: a URL that is opened in a browser.

import { holdsRtc } from "../lib/client.mjs";

export async function browser({ base, version }) {
  const answer = await (await fetch(`${base}/access_token?channel=test&uid=1234`)).json();
  holdsRtc(answer.token, { version, answer, channel: "test", uid: "1234" });
}

export async function withoutUid({ base, version }) {
  const answer = await (await fetch(`${base}/access_token?channel=test`)).json();
  holdsRtc(answer.token, { version, answer, channel: "test", uid: version === "006" ? 0 : "" });
}

/** `expiredTs` is a moment, as in that server; 0 was "never" there. */
export async function expiredTs({ base, version }) {
  const ends = Math.floor(Date.now() / 1000) + 600;
  const answer = await (await fetch(`${base}/access_token?channel=test&uid=1234&expiredTs=${ends}`)).json();
  holdsRtc(answer.token, { version, answer, channel: "test", uid: "1234", expire: answer.expireTime });
  if (Math.abs(answer.expiresAt - ends) > 1) throw new Error(`ends at ${answer.expiresAt}, asked for ${ends}`);
  const never = await (await fetch(`${base}/access_token?channel=test&uid=1234&expiredTs=0`)).json();
  holdsRtc(never.token, { version, answer: never, channel: "test", uid: "1234" });
}
