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

/** `expiredTs` is a Unix time, as on that server, where 0 means that the token never expires. */
export async function expiredTs({ base, version }) {
  const expiredTs = Math.floor(Date.now() / 1000) + 600;
  const answer = await (await fetch(`${base}/access_token?channel=test&uid=1234&expiredTs=${expiredTs}`)).json();
  holdsRtc(answer.token, { version, answer, channel: "test", uid: "1234", expire: answer.expireTime });
  if (Math.abs(answer.expiresAt - expiredTs) > 1)
    throw new Error(`expires at ${answer.expiresAt}, expected ${expiredTs}`);
  const never = await (await fetch(`${base}/access_token?channel=test&uid=1234&expiredTs=0`)).json();
  holdsRtc(never.token, { version, answer: never, channel: "test", uid: "1234" });
}
