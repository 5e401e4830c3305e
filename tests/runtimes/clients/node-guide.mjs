// Agora's Node.js guide and Agora-Node-TokenServer: URLs that the guide opens in a browser.

import { holdsRtc, holdsRtm } from "../lib/client.mjs";

const open = async (url) => (await fetch(url, { headers: { Accept: "text/html,application/xhtml+xml" } })).json();

export async function publisher({ base, version }) {
  const answer = await open(`${base}/rtc/test/publisher/uid/1`);
  holdsRtc(answer.rtcToken, { version, answer, channel: "test", uid: "1" });
}

export async function expiry({ base, version }) {
  const answer = await open(`${base}/rtc/test/publisher/uid/1?expiry=1000`);
  holdsRtc(answer.rtcToken, { version, answer, channel: "test", uid: "1", expire: 1000 });
}

export async function emptyExpiry({ base, version }) {
  const answer = await open(`${base}/rtc/test/publisher/uid/1/?expiry=`);
  holdsRtc(answer.rtcToken, { version, answer, channel: "test", uid: "1" });
}

export async function userAccount({ base, version }) {
  const answer = await open(`${base}/rtc/test/subscriber/userAccount/ekaansh`);
  holdsRtc(answer.rtcToken, { version, answer, channel: "test", uid: "ekaansh", role: "subscriber" });
}

export async function audience({ base, version }) {
  const answer = await open(`${base}/rtc/test/audience/uid/1`);
  holdsRtc(answer.rtcToken, { version, answer, channel: "test", uid: "1", role: "subscriber" });
}

export async function rtm({ base, version }) {
  const answer = await open(`${base}/rtm/1`);
  holdsRtm(answer.rtmToken, { version, answer, userId: "1" });
}

export async function rte({ base, version }) {
  const answer = await open(`${base}/rte/test/publisher/uid/1/?expiry=1000`);
  holdsRtc(answer.rtcToken, { version, answer, channel: "test", uid: "1", expire: 1000 });
  holdsRtm(answer.rtmToken, { version, answer, userId: "1", expire: 1000 });
}
