// Runs every builder of Agora's Node libraries on random inputs and writes a JSON line for each, with named arguments.
import { at, at006, core, v7 } from "./official.mjs";

const { RtcTokenBuilder: Rtc, RtmTokenBuilder: Rtm, ChatTokenBuilder: Chat, FpaTokenBuilder: Fpa } = v7;

const seat = (r) => ({ channel: r.channel(), account: r.account(), role: r.role() });
const four = (r) => ({ join: r.privilege(), audio: r.privilege(), video: r.privilege(), data: r.privilege() });
const withRtm2 = (r) => ({ ...seat(r), expire: r.expire(), ...four(r), user: r.user(), login: r.privilege() });
const rtm2 = (build) => (id, certificate, a) =>
  build(id, certificate, a.channel, a.account, a.role, a.expire, a.join, a.audio, a.video, a.data, a.user, a.login);
const room = (r) => ({
  room: r.user(),
  user: r.user(),
  role: r.pick([0, 1, 2, -1, 32767, -32768]),
  expire: r.expire(),
});

function permissions(r) {
  const list = [];
  for (let count = r.int(0, 6); count > 0; count--) {
    const names = Array.from({ length: r.int(0, 4) }, r.resource);
    list.push([r.int(0, 4), r.int(0, 1), names]);
  }
  // Each at most once: for a repeated one, the official library replaces the names, and this crate adds to them.
  return [...new Map(list.map((entry) => [`${entry[0]}:${entry[1]}`, entry])).values()];
}

function officialPermissions(list) {
  const permissions = new v7.Rtm2Permissions();
  for (const [resource, access, names] of list) permissions.add(resource, access, names);
  return permissions;
}

/** A request for RTC and Chat, and the expected content of its token. */
function rtcAndChat(r) {
  const [channel, expire, publisher] = [r.channelNamed(), r.expire(), r.int(0, 1) === 1];
  // `true` is the digits of the uid, or the account if it is a valid Chat user ID.
  const isTrue = r.int(0, 1) === 1;
  const uid = r.pick([
    () => r.int(isTrue ? 1 : 0, 0xffffffff),
    isTrue ? () => `c${r.chatUser()}`.slice(0, 64) : r.accountNamed,
  ])();
  const chat = isTrue ? `${uid}` : r.chatUser();
  if (isTrue && r.int(0, 2) === 0) {
    const rtm = r.int(0, 1) === 1 ? `${uid}` : undefined;
    const types = [1, ...(rtm ? [2] : []), 3];
    const body = { channelName: channel, uid: `${uid}`, types, expire };
    return { path: "/v2/token/generate", body, channel, uid, publisher: true, rtm, chat };
  }
  const signsIn = r.pick([undefined, { userId: r.rtmUser() }, ...(isTrue ? [true] : [])]);
  // ConvoAI and STT always sign in to RTM, which allows fewer names than RTC.
  const mark = r.pick(signsIn || isTrue ? ["rtc", "convoai", "stt"] : ["rtc"]);
  const rtm = signsIn?.userId ?? (signsIn || mark !== "rtc" ? `${uid}` : undefined);
  const body = {
    tokenType: mark,
    channel,
    uid,
    role: publisher ? "publisher" : "subscriber",
    expireTime: expire,
    chat: isTrue ? true : { userId: chat },
    ...(signsIn && { rtm: signsIn }),
  };
  return { path: "/token", body, channel, uid, publisher, rtm, mark, chat };
}

/** One service by its class, with the privileges in any order. */
function anyService(r) {
  const granted = (most) => {
    const all = Array.from({ length: most }, (_, index) => [index + 1, r.privilege()]).filter(() => r.int(0, 1));
    return r.int(0, 1) ? all : all.reverse();
  };
  const privileges = (first) => [[first, r.privilege()]];
  return r.pick([
    () => ({
      type: 1,
      channel: r.channel(),
      account: r.account(),
      privileges: [...privileges(1), ...granted(4).filter(([k]) => k > 1)],
    }),
    () => ({ type: 2, user: r.user(), privileges: privileges(1) }),
    () => ({ type: 3, channel: r.channel(), account: r.account(), privileges: granted(2) }),
    () => ({ type: 4, privileges: privileges(1) }),
    () => ({ type: 5, user: r.user(), privileges: privileges(1) }),
    () => ({ type: 5, user: "", privileges: privileges(2) }),
    () => ({ type: 6, channel: r.channel(), account: r.account(), privileges: granted(2) }),
    () => ({ type: 7, room: r.user(), user: r.user(), role: r.pick([1, 2, -5, 300]), privileges: privileges(1) }),
    () => ({ type: 7, room: "", user: r.user(), role: -1, privileges: privileges(2) }),
    () => ({ type: 7, room: "", user: "", role: -1, privileges: privileges(3) }),
    () => ({ type: 8, user: r.user(), permissions: permissions(r), privileges: privileges(1) }),
    () => ({ type: 9, privileges: [] }),
    () => ({ type: 10, privileges: [] }),
  ])();
}

function officialService(s) {
  const service = {
    1: () => new core.ServiceRtc(s.channel, s.account),
    2: () => new core.ServiceRtm(s.user),
    3: () => new core.ServiceStreaming(s.channel, s.account),
    4: () => new core.ServiceFpa(),
    5: () => new core.ServiceChat(s.user),
    6: () => new core.ServiceFCdn(s.channel, s.account),
    7: () => new core.ServiceApaas(s.room, s.user, s.role),
    8: () => new core.ServiceRtm2(s.user, officialPermissions(s.permissions)),
    9: () => new core.ServiceConvoAI(),
    10: () => new core.ServiceStt(),
  }[s.type]();
  for (const [privilege, expire] of s.privileges) service.add_privilege(privilege, expire);
  return service;
}

function officialToken(id, certificate, expire, services) {
  const token = new core.AccessToken2(id, certificate, 0, expire);
  for (const service of services) token.add_service(service);
  return token.build();
}

/** Node's room user, changed to the room user of Go, Python and C++. */
function roomUserOfTheOthers(id, certificate, a) {
  const ours = new core.ServiceApaas(a.room, a.user, a.role);
  ours.__role = a.role;
  ours.add_privilege(1, a.expire);
  const token = new core.AccessToken2(id, certificate, 0, a.expire);
  const parsed = new core.AccessToken2();
  parsed.from_string(v7.ApaasTokenBuilder.buildRoomUserToken(id, certificate, a.room, a.user, a.role, a.expire));
  for (const service of parsed.services) if (service.service_type() !== 7) token.add_service(service);
  token.add_service(ours);
  return token.build();
}

/** Each official function by its name in the Rust test: its arguments, and the call. */
export const BUILDERS_007 = {
  rtc_uid: [
    (r) => ({ channel: r.channel(), uid: r.uid(), role: r.role(), expire: r.expire(), privilege: r.privilege() }),
    (id, c, a) => Rtc.buildTokenWithUid(id, c, a.channel, a.uid, a.role, a.expire, a.privilege),
  ],
  rtc_account: [
    (r) => ({ ...seat(r), expire: r.expire(), privilege: r.privilege() }),
    (id, c, a) => Rtc.buildTokenWithUserAccount(id, c, a.channel, a.account, a.role, a.expire, a.privilege),
  ],
  rtc_uid_privileges: [
    (r) => ({ channel: r.channel(), uid: r.uid(), expire: r.expire(), ...four(r) }),
    (id, c, a) =>
      Rtc.buildTokenWithUidAndPrivilege(id, c, a.channel, a.uid, a.expire, a.join, a.audio, a.video, a.data),
  ],
  rtc_account_privileges: [
    (r) => ({ channel: r.channel(), account: r.account(), expire: r.expire(), ...four(r) }),
    (id, c, a) =>
      Rtc.BuildTokenWithUserAccountAndPrivilege(
        id,
        c,
        a.channel,
        a.account,
        a.expire,
        a.join,
        a.audio,
        a.video,
        a.data,
      ),
  ],
  rtc_rtm: [
    (r) => ({
      channel: r.channel(),
      account: r.user().replace(/[^ -~]|["'`/\\]/g, "") || "x",
      role: r.role(),
      expire: r.expire(),
      privilege: r.privilege(),
    }),
    (id, c, a) => Rtc.buildTokenWithRtm(id, c, a.channel, a.account, a.role, a.expire, a.privilege),
  ],
  rtc_rtm2: [withRtm2, rtm2(Rtc.buildTokenWithRtm2)],
  convoai: [withRtm2, rtm2(v7.ConvoAITokenBuilder.buildToken)],
  stt: [withRtm2, rtm2(v7.SttTokenBuilder.buildToken)],
  rtm: [(r) => ({ user: r.user(), expire: r.expire() }), (id, c, a) => Rtm.buildToken(id, c, a.user, a.expire)],
  rtm2: [
    (r) => ({ user: r.user(), permissions: permissions(r), expire: r.expire() }),
    (id, c, a) => Rtm.buildTokenWithPermissions(id, c, a.user, officialPermissions(a.permissions), a.expire),
  ],
  chat_user: [
    (r) => ({ user: r.user(), expire: r.expire() }),
    (id, c, a) => Chat.buildUserToken(id, c, a.user, a.expire),
  ],
  chat_app: [(r) => ({ expire: r.expire() }), (id, c, a) => Chat.buildAppToken(id, c, a.expire)],
  fpa: [() => ({}), (id, c) => Fpa.buildToken(id, c)],
  apaas_room_user: [
    room,
    (id, c, a) => v7.ApaasTokenBuilder.buildRoomUserToken(id, c, a.room, a.user, a.role, a.expire),
  ],
  apaas_user: [
    (r) => ({ user: r.user(), expire: r.expire() }),
    (id, c, a) => v7.ApaasTokenBuilder.buildUserToken(id, c, a.user, a.expire),
  ],
  apaas_app: [(r) => ({ expire: r.expire() }), (id, c, a) => v7.ApaasTokenBuilder.buildAppToken(id, c, a.expire)],
  education_room_user: [
    room,
    (id, c, a) => v7.EducationTokenBuilder.buildRoomUserToken(id, c, a.room, a.user, a.role, a.expire),
  ],
  education_user: [
    (r) => ({ user: r.user(), expire: r.expire() }),
    (id, c, a) => v7.EducationTokenBuilder.buildUserToken(id, c, a.user, a.expire),
  ],
  education_app: [
    (r) => ({ expire: r.expire() }),
    (id, c, a) => v7.EducationTokenBuilder.buildAppToken(id, c, a.expire),
  ],
  // Chat beside RTC has no official builder, so its classes are used; this server builds it from a request with `chat: true`,
  // `chat: {userId}` or types.
  rtc_chat: [
    rtcAndChat,
    (id, c, { channel, uid, publisher, rtm, mark, chat, body: { expireTime, expire = expireTime } }) => {
      const rtc = new core.ServiceRtc(channel, uid);
      for (const privilege of publisher ? [1, 2, 3, 4] : [1]) rtc.add_privilege(privilege, expire);
      const beside = [rtm && new core.ServiceRtm(rtm), new core.ServiceChat(chat)].filter(Boolean);
      for (const service of beside) service.add_privilege(1, expire);
      const marks = { convoai: [new core.ServiceConvoAI()], stt: [new core.ServiceStt()] };
      return officialToken(id, c, expire, [rtc, ...beside, ...(marks[mark] ?? [])]);
    },
  ],
  // Services by their classes: Streaming and FCDN have no builder.
  services: [
    (r) => ({ expire: r.expire(), services: Array.from({ length: r.int(1, 6) }, () => anyService(r)) }),
    (id, c, a) => officialToken(id, c, a.expire, a.services.map(officialService)),
  ],
};

export const BUILDERS_006 = {
  rtc_uid_006: [
    (r) => ({ channel: r.channelNotEmpty(), uid: r.uid(), role: r.pick([0, 1, 2, 101]), end: r.u32() }),
    (v6, id, c, a) => v6.RtcTokenBuilder.buildTokenWithUid(id, c, a.channel, a.uid, a.role, a.end),
  ],
  rtc_account_006: [
    (r) => ({ channel: r.channelNotEmpty(), account: r.account(), role: r.pick([0, 1, 2, 101]), end: r.u32() }),
    (v6, id, c, a) => v6.RtcTokenBuilder.buildTokenWithAccount(id, c, a.channel, a.account, a.role, a.end),
  ],
  rtm_006: [
    (r) => ({ user: r.user(), end: r.u32() }),
    (v6, id, c, a) => v6.RtmTokenBuilder.buildToken(id, c, a.user, 1, a.end),
  ],
};

/** A case: the builder, its arguments and its token. */
export function generate(builder, r) {
  const one = { builder, app_id: r.hex32(), app_certificate: r.hex32() };
  if (builder in BUILDERS_006) {
    const [ask, build] = BUILDERS_006[builder];
    // The token expires 24 hours later, which must fit 32 bits.
    Object.assign(one, { args: ask(r), issue_ts: r.int(1, 0xffffffff - 86400), salt: r.int(0, 0xfffffffe) });
    one.token = at006(one.issue_ts, one.salt, (v6) => build(v6, one.app_id, one.app_certificate, one.args));
    return one;
  }
  const [ask, build] = BUILDERS_007[builder];
  Object.assign(one, { args: ask(r), issue_ts: r.issuedAt(), salt: r.salt() });
  // A server reports when the token expires, which must fit 32 bits.
  if (one.args.path) one.issue_ts = Math.min(one.issue_ts, 0xffffffff - 86400);
  one.token = at(one.issue_ts, one.salt, () => build(one.app_id, one.app_certificate, one.args));
  if (builder.endsWith("room_user")) {
    one.others = at(one.issue_ts, one.salt, () => roomUserOfTheOthers(one.app_id, one.app_certificate, one.args));
  }
  return one;
}
