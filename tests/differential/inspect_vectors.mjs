// Writes the tokens of tests/vectors/inspect: `node tests/differential/inspect_vectors.mjs`. What each
// vector expects is written by hand, and kept.
import { createHmac } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { deflateSync, inflateSync } from 'node:zlib'
import { at, at006, v7 } from './official.mjs'

const APP = '970CA35de60c44645bbae8a215061b33'
const CERT = '5CFd2fd1755d40ecb72977518be15d3b'
const SECONDARY = 'aaaabbbbccccddddeeeeffff00001111'
const FOREIGN = 'b9b595bcfd72479d894abe7a8cf0c37e'
const T = 1_700_000_000
const NOW = T + 600

const vectors = []
const add = (id, note, source, token, rest = {}) => vectors.push({ id, note, source, token, now: NOW, ...rest })

const N7 = 'npm agora-token@2.0.6'
const N6 = 'npm agora-access-token@2.0.4'
const build = (issued, make) => at(issued, 1, make)
const rtc = (over = {}) => {
    const o = { app: APP, cert: CERT, channel: 'room-1', uid: 42, role: 1, expire: 3600, privilege: 3600, issued: T, ...over }
    return build(o.issued, () =>
        v7.RtcTokenBuilder.buildTokenWithUserAccount(o.app, o.cert, o.channel, o.uid, o.role, o.expire, o.privilege))
}
const rtcAdd = (id, note, over, rest) =>
    add(id, note, `${N7}: RtcTokenBuilder.buildTokenWithUserAccount, ${JSON.stringify(over)}`, rtc(over), rest)
const old = (over = {}) => {
    const o = { app: APP, cert: CERT, channel: 'room-1', uid: 42, role: 1, end: T + 3600, issued: T, ...over }
    return at006(o.issued, 0, v6 => v6.RtcTokenBuilder.buildTokenWithAccount(o.app, o.cert, o.channel, o.uid, o.role, o.end))
}
const oldAdd = (id, note, over, rest) =>
    add(id, note, `${N6}: RtcTokenBuilder.buildTokenWithAccount, ${JSON.stringify(over)}`, old(over), rest)
const joins = (channel, uid) => ({ channel, uid })

// Signs a payload made by hand.
const hmac = (key, message) => createHmac('sha256', key).update(message).digest()
const u16 = n => Buffer.from([n & 255, n >> 8])
const u32 = n => { const b = Buffer.alloc(4); b.writeUInt32LE(n); return b }
const str = s => Buffer.concat([u16(Buffer.from(s).length), Buffer.from(s)])
function byHand(services, count, { app = APP, expire = 3600, after = Buffer.alloc(0) } = {}) {
    const info = Buffer.concat([str(app), u32(T), u32(expire), u32(1), u16(count), services])
    const signature = hmac(hmac(u32(1), hmac(u32(T), CERT)), info)
    const payload = Buffer.concat([u16(32), signature, info, after])
    return '007' + deflateSync(payload).toString('base64')
}
const privileges = pairs => Buffer.concat([u16(pairs.length), ...pairs.map(([k, v]) => Buffer.concat([u16(k), u32(v)]))])
const rtcService = pairs => Buffer.concat([u16(1), privileges(pairs), str('room-1'), str('42')])

// Nothing wrong.
rtcAdd('ok-rtc', 'a token as it should be', {}, joins('room-1', '42'))
add('ok-convoai', 'RTC, RTM and Conversational AI', `${N7}: ConvoAITokenBuilder.buildToken`,
    build(T, () => v7.ConvoAITokenBuilder.buildToken(APP, CERT, 'room-1', '42', 1, 3600, 0, 0, 0, 0, 'alice', 3600)))
add('ok-chat-app', 'an administrator names no user', `${N7}: ChatTokenBuilder.buildAppToken`,
    build(T, () => v7.ChatTokenBuilder.buildAppToken(APP, CERT, 3600)))
add('ok-fpa', 'privilege 0 lasts as long as the token', `${N7}: FpaTokenBuilder.buildToken`,
    build(T, () => v7.FpaTokenBuilder.buildToken(APP, CERT)))

// Time.
rtcAdd('expired', 'the commonest', {}, { now: T + 9000 })
rtcAdd('expired-24-hours', 'asked for a week, used on the third day', { expire: 604800, privilege: 0 }, { now: T + 2 * 86400 })
rtcAdd('issued-in-future', "the server's clock is five minutes fast", { issued: NOW + 300 })
rtcAdd('expire-zero', 'the variable for the lifetime was not set', { expire: 0, privilege: 0 })
rtcAdd('short-lived', 'hours where seconds belong', { expire: 24, privilege: 24, issued: NOW - 5 })
rtcAdd('expire-is-timestamp', 'the 006 habit', { expire: T + 3600, privilege: T + 3600 })
rtcAdd('privilege-is-timestamp', 'only the privileges by the 006 habit', { privilege: T + 3600 })
rtcAdd('over-24-hours', 'seven days', { expire: 604800, privilege: 604800 })
rtcAdd('milliseconds', 'milliseconds where seconds belong', { expire: 3_600_000, privilege: 0 })
rtcAdd('privileges-ended', 'privileges shorter than the token', { privilege: 300 }, joins('room-1', '42'))
add('publish-ended', 'may join, may publish no more', `${N7}: RtcTokenBuilder.buildTokenWithUidAndPrivilege`,
    build(T, () => v7.RtcTokenBuilder.buildTokenWithUidAndPrivilege(APP, CERT, 'room-1', 42, 3600, 3600, 300, 200, 0)))
rtcAdd('privileges-beyond-token', 'privileges longer than the token', { privilege: 7200 })

// Whose.
rtcAdd('other-app-id', "another project's", { app: FOREIGN, cert: SECONDARY.split('').reverse().join('') })
rtcAdd('other-app-id-case', 'the App ID in other letters', { app: APP.toLowerCase() })
rtcAdd('app-id-swapped', "our certificate with another project's App ID", { app: FOREIGN })
rtcAdd('certificate-replaced', 'signed with a certificate that is none of ours', { cert: 'f'.repeat(32) })
rtcAdd('secondary', 'signed with the secondary certificate', { cert: SECONDARY })

// Who and where.
rtcAdd('uid-text-zero', 'uid 0 taken from a query string', { uid: '0' })
rtcAdd('uid-text-zero-joins-zero', 'and the client joins with uid 0', { uid: '0' }, joins('room-1', '0'))
rtcAdd('uid-zero', 'uid 0 as a number', { uid: 0 }, joins('room-1', '1234'))
rtcAdd('joins-with-zero', 'a token for a uid, and a join without one', {}, joins('room-1', '0'))
rtcAdd('uid-differs', 'a token for another user', { uid: 43 }, joins('room-1', '42'))
rtcAdd('uid-zeros-in-front', 'the account 007 is not uid 7', { uid: '007' }, joins('room-1', '7'))
rtcAdd('uid-zeros-in-front-unjoined', 'the account 007, nothing said of the client', { uid: '007' })
rtcAdd('uid-undefined', 'req.body.userId does not exist', { uid: undefined })
rtcAdd('uid-nan', 'parseInt of a name', { uid: NaN }, joins('room-1', '42'))
rtcAdd('uid-negative', "Java's sign", { uid: -5 })
rtcAdd('uid-too-large', 'a database id', { uid: '4294967296' })
rtcAdd('uid-fraction', 'Math.random() * 1000', { uid: 512.25 })
rtcAdd('account-not-allowed', 'a name with an umlaut', { uid: 'jürgen' })
rtcAdd('channel-differs', 'a token for another channel', {}, joins('room-2', '42'))
rtcAdd('channel-differs-case', 'channel names are case-sensitive', {}, joins('Room-1', '42'))
rtcAdd('channel-null', 'the channel was null', { channel: 'null' }, joins('room-1', '42'))
rtcAdd('channel-too-long', '65 bytes', { channel: 'x'.repeat(65) })
rtcAdd('channel-slash', 'a character that is not among the 89', { channel: 'rooms/1' })
rtcAdd('wildcard-channel', 'every room', { channel: 'room-*', role: 2 }, joins('room-7', '42'))
rtcAdd('wildcard-channel-misses', 'a pattern that does not fit', { channel: 'room-*' }, joins('hall-7', '42'))
rtcAdd('wildcard-everything', 'no channel and no uid', { channel: '', uid: 0 })

// Which service.
add('rtm-for-rtc', 'an RTM token used to join a channel', `${N7}: RtmTokenBuilder.buildToken`,
    build(T, () => v7.RtmTokenBuilder.buildToken(APP, CERT, 'alice', 3600)), joins('room-1', 'alice'))
add('rtm-other-user', 'signing in as somebody else', `${N7}: RtmTokenBuilder.buildToken`,
    build(T, () => v7.RtmTokenBuilder.buildToken(APP, CERT, 'alice', 3600)), { uid: 'bob' })
add('rtm-no-user', 'uid 0 is no RTM user', `${N7}: RtcTokenBuilder.buildTokenWithRtm, account 0`,
    build(T, () => v7.RtcTokenBuilder.buildTokenWithRtm(APP, CERT, 'room-1', 0, 1, 3600, 3600)))
add('apaas-node', "Node's room user lacks privilege 1", `${N7}: ApaasTokenBuilder.buildRoomUserToken`,
    build(T, () => v7.ApaasTokenBuilder.buildRoomUserToken(APP, CERT, 'class-1', 'alice', 2, 3600)), { uid: 'alice' })
add('no-join-privilege', 'publishing without joining', 'by hand', byHand(rtcService([[2, 3600]]), 1))
add('no-services', 'nothing in it', 'by hand', byHand(Buffer.alloc(0), 0))
add('unknown-service', 'RTC and a service of type 11', 'by hand',
    byHand(Buffer.concat([rtcService([[1, 3600]]), u16(11), u16(0), str('something new')]), 2), joins('room-1', '42'))
add('too-many-services', '16,000 services in a short text', 'by hand',
    byHand(Buffer.concat(Array(16000).fill(Buffer.concat([u16(4), u16(0)]))), 16000))

// 006.
oldAdd('006-ok', 'as it should be, with everything needed to verify it', {}, joins('room-1', '42'))
oldAdd('006-unchecked', 'nothing given to verify it with', {})
oldAdd('006-expired', 'two days later', {}, { now: T + 2 * 86400 })
oldAdd('006-privileges-ended', 'an hour later', {}, { now: T + 7200, ...joins('room-1', '42') })
oldAdd('006-seconds-from-now', 'seconds where a time belongs', { end: 3600 }, joins('room-1', '42'))
oldAdd('006-other-channel', 'the checksum differs', {}, joins('room-2', '42'))
oldAdd('006-other-uid', 'the checksum differs', {}, joins('room-1', '43'))
oldAdd('006-uid-zero', 'uid 0 can be told from its checksum', { uid: 0 }, { channel: 'room-1' })
oldAdd('006-uid-text-zero', 'and the text 0 as well', { uid: '0' }, joins('room-1', '0'))
oldAdd('006-certificate-replaced', 'names fit, signature does not', { cert: 'f'.repeat(32) }, joins('room-1', '42'))
add('006-rtm', 'RTM', `${N6}: RtmTokenBuilder.buildToken`,
    at006(T, 0, v6 => v6.RtmTokenBuilder.buildToken(APP, CERT, 'alice', 1, T + 3600)), { uid: 'alice' })
add('006-no-join', 'no joinChannel', `${N6}: AccessToken`, at006(T, 0, v6 => {
    const token = new v6.AccessToken(APP, CERT, 'room-1', 42)
    token.addPriviledge(v6.priviledges.kPublishAudioStream, T + 3600)
    return token.build()
}))

// Older.
for (const name of ['dk', '003', '004-media_channel', '005-media_channel', 'signaling']) {
    const file = new URL(`../vectors/legacy/${name}.json`, import.meta.url)
    add(`old-${name}`, 'older than 006', `tests/vectors/legacy/${name}.json`, JSON.parse(readFileSync(file)).token)
}

// Accidents on the way. This token has + and / in it.
const uid = [...Array(1000).keys()].slice(61).find(uid => /\+.*\/.*=$/.test(rtc({ uid })))
const whole = rtc({ uid })

const accident = (id, note, token) => add(id, note, `${N7}, then by hand`, token, joins('room-1', `${uid}`))
accident('accident-spaces', 'a query string made + a space', whole.replaceAll('+', ' '))
accident('accident-url-encoded', 'encodeURIComponent without its counterpart', encodeURIComponent(whole))
accident('accident-line-break', 'copied with its line break', `${whole}\n`)
accident('accident-quotes', 'JSON.stringify of the text', JSON.stringify(whole))
accident('accident-bearer', 'taken from a header', `Bearer ${whole}`)
accident('accident-wrapped', 'through a mail', whole.replace(/(.{76})/g, '$1\r\n'))
accident('accident-url-safe', 're-encoded', whole.replaceAll('+', '-').replaceAll('/', '_'))
accident('accident-unpadded', 'the = were trimmed', whole.replace(/=+$/, ''))
accident('accident-version', 'copied from the fourth character on', whole.slice(3))
accident('accident-cut-off', 'a VARCHAR(128)', whole.slice(0, 128))
accident('accident-cut-between', 'cut between groups of four', whole.slice(0, 3 + 96))
accident('accident-damaged', 'one character changed', whole.slice(0, 60) + (whole[60] === 'A' ? 'B' : 'A') + whole.slice(61))
accident('accident-appended', 'something stuck to it', `${whole}&uid=${uid}`)

// No tokens.
const text = (id, note, token) => add(id, note, 'by hand', token)
text('text-undefined', 'a variable that does not exist', 'undefined')
text('text-empty', "what Agora's Node library returns for a bad certificate",
    build(T, () => v7.RtmTokenBuilder.buildToken(APP, 'not hexadecimal', 'alice', 3600)))
text('text-jwt', "the caller's own credential", 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl')
text('text-json', 'the whole answer', `{"token":"${whole}"}`)
text('text-app-id', 'the App ID', APP)
text('text-certificate', 'the App Certificate', CERT)
text('text-other', 'a word', 'my-temporary-token')
text('text-008', 'a version to come', `008${whole.slice(3)}`)
text('zip-bomb', '8 MiB of zeros', `007${deflateSync(Buffer.alloc(8 << 20), { level: 9 }).toString('base64')}`)
text('trailing-bytes', 'bytes behind the last service', byHand(rtcService([[1, 3600]]), 1, { after: Buffer.from('extra') }))
text('app-id-short', 'an App ID of 31 digits', byHand(rtcService([[1, 3600]]), 1, { app: APP.slice(1) }))

if (inflateSync(Buffer.from(whole.slice(3), 'base64')).length < 100) throw new Error('not a token')
for (const vector of vectors) {
    const file = new URL(`../vectors/inspect/${vector.id}.json`, import.meta.url)
    const expect = existsSync(file) ? JSON.parse(readFileSync(file)).expect : {}
    writeFileSync(file, `${JSON.stringify({ ...vector, expect }, null, 2)}\n`)
}
console.log(`${vectors.length} vectors`)
