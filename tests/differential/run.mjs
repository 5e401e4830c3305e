// Agora's official Node libraries against ours, in both directions: `node tests/differential/run.mjs`.
// SEED and CASES choose other inputs, and how many.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BUILDERS_006, BUILDERS_007, generate } from './generate.mjs'
import { at006, core } from './official.mjs'
import { source } from './random.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))

const seed = Number(process.env.SEED ?? 1)
const cases = Number(process.env.CASES ?? 12_000)
const folder = mkdtempSync(join(tmpdir(), 'differential-'))
const random = source(seed)
const builders = [...Object.keys(BUILDERS_007), ...Object.keys(BUILDERS_006)]
const official = Array.from({ length: cases }, (_, index) => generate(builders[index % builders.length], random))
writeFileSync(join(folder, 'official.jsonl'), official.map(one => JSON.stringify(one)).join('\n'))
console.log(`${cases} tokens of ${builders.length} official builders, seed ${seed}`)

// Ours: builds the same, compares, and leaves its own tokens in ours.jsonl.
const test = spawnSync('cargo', ['test', '--locked', '--quiet', '--test', 'it', 'differential::', '--', '--ignored', '--nocapture'], {
    cwd: join(here, '..', '..'),
    env: { ...process.env, DIFFERENTIAL: folder },
    stdio: ['ignore', 'inherit', 'inherit'],
})
const result = join(folder, 'result.json')
let { passed, failed } = existsSync(result) ? JSON.parse(readFileSync(result)) : { passed: 0, failed: cases }

// Theirs: reads ours.
const plain = value => JSON.stringify(value, (_, inner) => (inner?.type === 'Buffer' ? Buffer.from(inner.data).toString('hex') : inner))
function read007(text, certificate) {
    const token = new core.AccessToken2()
    if (!token.from_string(text)) return 'does not parse'
    if (!token.verifySignature(certificate)) return 'does not verify'
    if (token.verifySignature('0'.repeat(32))) return 'verifies with another certificate'
    const { appId, issueTs, expire, salt, services, __signature } = token
    return plain({ appId, issueTs, expire, salt, __signature, services: services.map(service => [service.service_type(), service]) })
}
function read006(text) {
    return at006(1, 1, v6 => {
        const token = new v6.AccessToken('', '', '', 0)
        if (!token.fromString(text)) return 'does not parse'
        const { signature, crc_channel_name, crc_uid, salt, ts, messages } = token
        return plain({ signature, crc_channel_name, crc_uid, salt, ts, messages })
    })
}
const ours = existsSync(join(folder, 'ours.jsonl')) ? readFileSync(join(folder, 'ours.jsonl'), 'utf8').split('\n').filter(Boolean) : []
let shown = 0
for (let index = 0; index < cases; index++) {
    const one = official[index]
    const is006 = one.builder in BUILDERS_006
    const token = ours[index] && JSON.parse(ours[index]).token
    const read = text => (is006 ? read006(text) : read007(text, one.certificate))
    const [found, expected] = [token ? read(token) : 'was not made', read(one.others ?? one.token)]
    if (found === expected && found.startsWith('{')) {
        passed++
    } else {
        failed++
        if (shown++ < 5) console.log(`theirs reads ours, ${JSON.stringify(one)}\n  found    ${found}\n  expected ${expected}`)
    }
}
rmSync(folder, { recursive: true })
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && test.status === 0 ? 0 : 1)
