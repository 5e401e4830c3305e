// Tokens of the official Node libraries with at most one random fault each, which `inspect` must name.
import { at, at006, core, v7 } from "./official.mjs";

// Agora's public test project.
const APP_ID = "970CA35de60c44645bbae8a215061b33";
const CERTIFICATE = "5CFd2fd1755d40ecb72977518be15d3b";
const DAY = 86_400;
const ISSUED = 1_700_000_000;

/** A token with one fault: { token, fault, channel?, uid?, for?, at }. Without a fault, `fault` is null. */
export function plant(name, random) {
  const one = {
    issued: ISSUED + random.int(0, 1_000_000),
    salt: random.int(1, 99999999),
    app: APP_ID,
    certificate: CERTIFICATE,
    channel: `room-${random.int(1, 9999)}`,
    uid: random.int(1, 0xffffffff),
    user: `user-${random.int(1, 9999)}`,
    role: random.pick([1, 2]),
    expire: random.int(600, DAY),
    random,
  };
  const made = FAULTS[name](one);
  const fault = name.startsWith("clean") ? null : name.replace(/^006 |\/.*$/g, "");
  return { fault, at: one.issued + random.int(0, 500), ...made };
}

const rtc = (one, over = {}) => {
  const { app, certificate, channel, uid, role, expire, privilege } = { ...one, privilege: one.expire, ...over };
  const build = v7.RtcTokenBuilder.buildTokenWithUserAccount.bind(v7.RtcTokenBuilder);
  return at(one.issued, one.salt, () => build(app, certificate, channel, uid, role, expire, privilege));
};
const rtm = (one, user = one.user) =>
  at(one.issued, one.salt, () => v7.RtmTokenBuilder.buildToken(one.app, one.certificate, user, one.expire));
const chat = (one, user) =>
  at(one.issued, one.salt, () => v7.ChatTokenBuilder.buildUserToken(one.app, one.certificate, user, one.expire));
const old = (one, over = {}) => {
  const { app, certificate, channel, uid, role, end } = { ...one, end: one.issued + one.expire, ...over };
  return at006(one.issued, one.salt, (v6) =>
    v6.RtcTokenBuilder.buildTokenWithAccount(app, certificate, channel, uid, role, end),
  );
};
const oldRtm = (one, channel, uid) =>
  at006(one.issued, one.salt, (v6) => {
    const token = new v6.AccessToken(one.app, one.certificate, channel, uid);
    token.addPriviledge(v6.priviledges.kRtmLogin, one.issued + one.expire);
    return token.build();
  });
const joins = (one, over = {}) => ({ channel: one.channel, uid: `${one.uid}`, ...over });
const joined = (make) => (one) => ({ token: make(one), ...joins(one) });
/** Another time of the inspection, in seconds from the issue. */
const later = (one, from, to) => ({ at: one.issued + one.random.int(from, to) });

/** An RTC token that `damage` changes: some tokens contain no + or /. */
const damaged = (damage) => (one) => {
  for (let uid = one.uid; ; uid = one.random.int(1, 0xffffffff)) {
    const whole = rtc(one, { uid });
    const token = damage(whole, one.random);
    if (token !== whole) return { token, ...joins(one, { uid: `${uid}` }) };
  }
};

const streaming = (one) =>
  at(one.issued, one.salt, () => {
    const token = new core.AccessToken2(one.app, one.certificate, one.issued, one.expire);
    const service = new core.ServiceRtc(one.channel, one.uid);
    service.add_privilege(2, one.expire);
    token.add_service(service);
    return token.build();
  });

const FAULTS = {
  "clean/rtc": joined(rtc),
  "clean/rtc-unjoined": (one) => ({ token: rtc(one), for: one.random.pick([undefined, "rtc"]) }),
  "clean/rtm": (one) => ({ token: rtm(one), uid: one.user, for: one.random.pick([undefined, "rtm"]) }),
  "clean/chat": (one) => ({ token: chat(one, one.user), uid: one.user, for: one.random.pick([undefined, "chat"]) }),
  "clean/006": joined(old),
  "clean/006-rtm": (one) => ({ token: oldRtm(one, one.user, ""), uid: one.user, for: "rtm" }),
  expired: (one) => ({ token: rtc(one), ...joins(one), ...later(one, DAY, 10 * DAY) }),
  expire_zero: joined((one) => rtc(one, { expire: 0, privilege: 0 })),
  expire_is_timestamp: joined((one) => rtc(one, { expire: one.issued + one.expire })),
  over_24_hours: joined((one) => rtc(one, { expire: one.random.int(DAY + 1, 100 * DAY) })),
  short_lived: (one) => ({ token: rtc(one, { expire: one.random.int(1, 59) }), ...joins(one), at: one.issued }),
  privilege_is_timestamp: joined((one) => rtc(one, { privilege: one.issued + one.expire })),
  privileges_beyond_token: joined((one) => rtc(one, { privilege: one.expire + one.random.int(1, DAY) })),
  privileges_ended: (one) => ({
    token: rtc(one, { privilege: one.random.int(1, 500) }),
    ...joins(one),
    ...later(one, 500, 599),
  }),
  issued_in_future: (one) => ({ token: rtc(one), ...joins(one), ...later(one, -100_000, -31) }),
  privilege_missing: joined(streaming),
  other_app_id: joined((one) => rtc(one, { app: one.random.hex32(), certificate: one.random.hex32() })),
  certificate_in_token: joined((one) => rtc(one, { app: CERTIFICATE, certificate: APP_ID })),
  signature_invalid: joined((one) => rtc(one, { certificate: one.random.hex32() })),
  uid_is_text_zero: (one) => ({ token: rtc(one, { uid: "0" }), ...joins(one, { uid: "0" }) }),
  channel_differs: (one) => ({ token: rtc(one), ...joins(one, { channel: `${one.channel}x` }) }),
  uid_differs: (one) => ({ token: rtc(one), ...joins(one, { uid: `${(one.uid % 1000) + 1_000_000}` }) }),
  uid_kind_differs: (one) =>
    one.random.pick([
      { token: rtc(one), ...joins(one, { uid: one.user }) },
      { token: rtc(one, { uid: one.user }), ...joins(one) },
    ]),
  names_swapped: joined((one) => rtc(one, { channel: `${one.uid}`, uid: one.channel })),
  name_is_placeholder: joined((one) => rtc(one, one.random.pick([{ uid: undefined }, { channel: "null" }]))),
  name_not_allowed: (one) => ({ token: rtc(one, { channel: one.random.pick(["a/b", "ü", "x".repeat(65)]) }) }),
  wildcard_uid: joined((one) => rtc(one, { uid: one.random.pick([0, "*"]) })),
  wildcard_channel: joined((one) => rtc(one, { channel: one.random.pick(["", "*", "room-*"]) })),
  wildcard_opens_rest: joined((one) => rtc(one, { channel: one.random.pick(["", "*", "room-*"]) })),
  no_rtc_service: joined((one) => rtm(one)),
  no_service: (one) => ({ token: rtc(one), for: one.random.pick(["rtm", "chat", "fpa", "apaas", "convoai", "stt"]) }),
  user_differs: (one) => ({ token: rtm(one), uid: `${one.user}x` }),
  no_user: (one) => ({ token: rtm(one, "") }),
  chat_user_is_uuid: (one) => ({ token: chat(one, "5f1d6c1e-0a1b-4c2d-9e3f-0123456789ab"), uid: one.user }),
  chat_app_token: (one) => ({
    token: at(one.issued, one.salt, () => v7.ChatTokenBuilder.buildAppToken(one.app, one.certificate, one.expire)),
    uid: one.random.pick([undefined, one.user]),
  }),
  user_id_not_for_2x: (one) => ({ token: rtm(one, one.random.pick([`a.${one.user}`, `_${one.user}`])) }),
  embedded: damaged((token, random) =>
    random.pick([`{"token":"${token}","uid":1}`, `const token = '${token}';`, `rtc token : ${token}.`, `**${token}**`]),
  ),
  json_escapes: damaged((token) => {
    const escaped = token.replaceAll("/", "\\/").replaceAll("=", "\\u003d");
    return escaped === token ? token : `{"t":"${escaped}"}`;
  }),
  html_escapes: damaged((token) => token.replaceAll("/", "&#x2F;").replaceAll("+", "&#43;").replaceAll("=", "&#61;")),
  url_encoded: damaged((token) => encodeURIComponent(token)),
  surrounded: damaged((token, random) => random.pick([`"${token}"`, `${token}\n`, ` ${token} `])),
  labelled: damaged((token, random) => random.pick([`Bearer ${token}`, `token=${token}`])),
  spaces_for_plus: damaged((token) => token.replaceAll("+", " ")),
  url_safe: damaged((token) => token.replaceAll("+", "-").replaceAll("/", "_")),
  unpadded: damaged((token) => token.replace(/=+$/, "")),
  broken_lines: damaged((token) => token.replace(/(.{60})/g, "$1\n")),
  version_missing: damaged((token) => token.slice(3)),
  cut_off: damaged((token, random) => token.slice(0, 3 + 4 * random.int(12, 20))),
  "006 expired": (one) => ({ token: old(one), ...joins(one), ...later(one, DAY, 10 * DAY) }),
  "006 privileges_ended": (one) => ({
    token: old(one, { end: one.issued + 1 }),
    ...joins(one),
    ...later(one, 1, 1000),
  }),
  "006 privilege_is_seconds": joined((one) => old(one, { end: one.expire })),
  "006 privileges_beyond_token": joined((one) => old(one, { end: one.issued + DAY + one.random.int(1, 100 * DAY) })),
  "006 names_needed": (one) => ({ token: old(one) }),
  "006 channel_differs": (one) => ({ token: old(one), ...joins(one, { channel: `${one.channel}x` }) }),
  "006 uid_differs": (one) => ({ token: old(one), ...joins(one, { uid: one.user }) }),
  "006 uid_is_text_zero": (one) => ({ token: old(one, { uid: "0" }), ...joins(one, { uid: "0" }) }),
  "006 names_swapped": joined((one) => old(one, { channel: `${one.uid}`, uid: one.channel })),
  "006 signature_invalid": joined((one) => old(one, { certificate: one.random.hex32() })),
  "006 certificate_in_token": joined((one) => old(one, { app: CERTIFICATE, certificate: APP_ID })),
  "006 rtm_wrong_slot": (one) => ({
    token: oldRtm(one, one.random.pick([one.user, one.channel]), one.user),
    uid: one.random.pick([undefined, one.user]),
  }),
  "006 user_differs": (one) => ({ token: oldRtm(one, one.user, ""), uid: `${one.user}x` }),
};

export const FAULT_NAMES = Object.keys(FAULTS);
