// Writes the seeds from the test vectors: `node fuzz/seeds.mjs`. An input's first bytes say what the
// rest of it is, see src/lib.rs and the targets.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { inflateSync } from 'node:zlib'

const vectors = new URL('../tests/vectors/', import.meta.url)
const read = folder =>
    readdirSync(new URL(`${folder}/`, vectors)).sort()
        .map(name => JSON.parse(readFileSync(new URL(`${folder}/${name}`, vectors))))
        .filter(vector => vector.token.length < 1500)

function write(target, seeds) {
    const folder = new URL(`seeds/${target}/`, import.meta.url)
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    seeds.forEach((seed, index) => writeFileSync(new URL(String(index).padStart(3, '0'), folder), seed))
}

const bytes = (head, rest) => Buffer.concat([Buffer.from(head), Buffer.from(rest)])
const every = (step, list) => list.filter((_, index) => index % step === 0)
const compressed = token => Buffer.from(token.slice(3), 'base64')

const v7 = [...every(4, read('007')), ...every(2, read('007-builders'))].map(vector => vector.token)
const v6 = read('006').map(vector => vector.token)
const texts = [...every(2, read('inspect')), ...read('legacy')].map(vector => vector.token)

write('token_007', v7.flatMap(token => [
    bytes([0], token),
    bytes([1], compressed(token)),
    bytes([194], inflateSync(compressed(token))),
]))
write('token_006', v6.flatMap(token => [bytes([0], token), bytes([1], Buffer.from(token.slice(35), 'base64'))]))
// Time 1700000600, what is claimed, how long that is, the layer, the token, the claim.
const inspect = (claims, claim, layer, token) =>
    bytes([0x58, 0xf3, 0x53, 0x65, claims, claim.length * 4, layer], bytes(token, Buffer.from(claim)))
write('inspect', [
    ...texts.map(token => inspect(0, '', 0, Buffer.from(token))),
    ...v7.map((token, index) => inspect(index % 4, 'room-1', 2, inflateSync(compressed(token)))),
    ...v6.map((token, index) => inspect(200 + index, '42', 1, Buffer.from(token.slice(35), 'base64'))),
])
