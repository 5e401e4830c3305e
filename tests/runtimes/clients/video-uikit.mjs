// Agora's VideoUIKits. Each appends the path to `tokenUrl`, some with a trailing slash, some without. Those that read the
// body as text do so here too.

import { holdsRtc, holdsRtm } from "../lib/client.mjs";

const any = (version) => (version === "006" ? 0 : "");

/** Swift: "\(urlBase)/rtc/\(channelName)/publisher/uid/\(userId)/", `as? [String: Any]`. */
export async function ios({ base: urlBase, version }) {
  const headers = { Accept: "*/*", "User-Agent": "Example/1 CFNetwork/1410 Darwin/22.6.0" };
  const answer = await (await fetch(`${urlBase}/rtc/test/publisher/uid/0/`, { headers })).json();
  holdsRtc(answer.rtcToken, { version, answer, channel: "test", uid: any(version) });
  const rtm = await (await fetch(`${urlBase}/rtm/3F2504E0-4F89-11D3-9A0C-0305E82C3301`, { headers })).json();
  holdsRtm(rtm.rtmToken, { version, answer: rtm, userId: "3F2504E0-4F89-11D3-9A0C-0305E82C3301" });
}

/** Kotlin: JSONObject(it).getString("rtcToken"). */
export async function android({ base: urlBase, version }) {
  const headers = { "User-Agent": "okhttp/4.9.0", "Accept-Encoding": "gzip" };
  const answer = JSON.parse(await (await fetch(`${urlBase}/rtc/test/publisher/uid/7/`, { headers })).text());
  holdsRtc(answer.rtcToken, { version, answer, channel: "test", uid: "7" });
  const rtm = JSON.parse(await (await fetch(`${urlBase}/rtm/alice`, { headers })).text());
  holdsRtm(rtm.rtmToken, { version, answer: rtm, userId: "alice" });
}

/** Dart: jsonDecode(response.body)['rtcToken'], if the status is 200. */
export async function flutter({ base: tokenUrl, version }) {
  const headers = { "User-Agent": "Dart/3.1 (dart:io)" };
  const response = await fetch(`${tokenUrl}/rtc/test/publisher/uid/0`, { headers, redirect: "error" });
  const answer = await response.json();
  holdsRtc(answer.rtcToken, { version, answer, channel: "test", uid: any(version) });
  const rtm = await (await fetch(`${tokenUrl}/rtm/1234567890`, { headers, redirect: "error" })).json();
  holdsRtm(rtm.rtmToken, { version, answer: rtm, userId: "1234567890" });
}

export async function reactNative({ base, version }) {
  const rtcProps = { tokenUrl: base, channel: "test" };
  const UID = rtcProps.uid || 0;
  const response = await fetch(`${rtcProps.tokenUrl}/rtc/${rtcProps.channel}/publisher/uid/${UID}`);
  const data = await response.json();
  holdsRtc(data.rtcToken, { version, answer: data, channel: "test", uid: any(version) });
  const rtm = await (await fetch(rtcProps.tokenUrl + "/rtm/" + (rtcProps.uid || 0) + "/")).json();
  holdsRtm(rtm.rtmToken, { version, answer: rtm, userId: "0" });
}

export async function web({ base: tokenUrl, version }) {
  const [channel, uid] = ["test", 42];
  const res = await fetch(tokenUrl + "/rtc/" + channel + "/publisher/uid/" + (uid || 0) + "/", {
    headers: { Origin: "https://app.example", "Sec-Fetch-Mode": "cors" },
  });
  const data = await res.json();
  holdsRtc(data.rtcToken, { version, answer: data, channel, uid: "42" });
  const rtm = await (await fetch(tokenUrl + "/rtm/" + uid)).json();
  holdsRtm(rtm.rtmToken, { version, answer: rtm, userId: "42" });
}
