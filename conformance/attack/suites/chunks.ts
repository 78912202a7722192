import { emptyHash, type HeaderPair, sha256, type Signed, signInHeader } from '../../refresh/s3-signature.ts'
import { sendRaw } from '../../refresh/s3-request.ts'
import type { AttackSuite } from '../attack.ts'
import type { Fixture } from '../fixture.ts'
import type { Random } from '../random.ts'
import { seenOfStore } from './gateway-paths.ts'
import { adaKeys } from './signatures.ts'

interface Chunk {
  readonly data: Buffer
  readonly signature: string
}

const chunkBytes = 8192

/** Builds an upload of Ada in signed chunks (aws-chunked), which an attacker in the network could observe. */
function upload(
  fixture: Fixture,
  random: Random,
): { readonly target: string; readonly signed: Signed; readonly chunks: Chunk[]; readonly length: number } {
  const keys = adaKeys(fixture)
  const pieces = Array.from({ length: 2 + random.int(3) }, (_, i) =>
    Buffer.alloc(chunkBytes, 48 + 8 * i + random.int(8)),
  )
  pieces.push(Buffer.from(`the last ${random.int(1000)}`))
  const length = pieces.reduce((sum, { length: bytes }) => sum + bytes, 0)
  const target = `/${fixture.victim.location.slice('s3://'.length)}/data/decoy`
  const encoded = [...pieces, Buffer.alloc(0)].reduce(
    (sum, data) => sum + framed({ data, signature: '0'.repeat(64) }).length,
    0,
  )
  const headers: HeaderPair[] = [
    ['host', new URL(keys.endpoint).host],
    ['content-encoding', 'aws-chunked'],
    ['content-length', String(encoded)],
    ['x-amz-decoded-content-length', String(length)],
  ]
  const draft = { method: 'PUT', target, headers, payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' }
  const signed = signInHeader(draft, keys, { region: keys.region })
  let previous = signed.signature
  const chunks = [...pieces, Buffer.alloc(0)].map((data) => {
    previous = signed.sign(
      `AWS4-HMAC-SHA256-PAYLOAD\n${signed.timestamp}\n${signed.scope}\n${previous}\n${emptyHash}\n${sha256(data)}`,
    )
    return { data, signature: previous }
  })
  return { target, signed, chunks, length }
}

function framed({ data, signature }: Chunk): Buffer {
  const head = `${data.length.toString(16)};chunk-signature=${signature}\r\n`
  return Buffer.concat([Buffer.from(head), data, Buffer.from('\r\n')])
}

/**
 * Changes of an upload in signed chunks: to the order, the bytes or the signatures of its chunks. The attack pads or
 * cuts the changed body to its original length, because the length is signed.
 */
const changes: Readonly<Record<string, (chunks: Chunk[], random: Random) => Chunk[] | Buffer>> = {
  'two chunks in the other order': ([a, b, ...rest]) => (a && b ? [b, a, ...rest] : []),
  'the bytes of two chunks swapped': ([a, b, ...rest]) =>
    a && b ? [{ ...a, data: b.data }, { ...b, data: a.data }, ...rest] : [],
  'a byte changed': ([a, ...rest], random) => {
    if (!a) return []
    const data = Buffer.from(a.data)
    const at = random.int(data.length)
    data[at] = (data[at] ?? 0) ^ 1
    return [{ ...a, data }, ...rest]
  },
  'a byte changed in the last chunk': (chunks) =>
    chunks.map((chunk, i) =>
      i === chunks.length - 2 ? { ...chunk, data: Buffer.from(chunk.data.toString().toUpperCase()) } : chunk,
    ),
  'a chunk sent twice': ([a, b, ...rest]) => (a && b ? [a, a, ...rest] : []),
  'the signature of another chunk': ([a, b, ...rest]) =>
    a && b ? [{ ...a, signature: b.signature }, b, ...rest] : [],
  'signatures of nothing': (chunks) => chunks.map((chunk) => ({ ...chunk, signature: '0'.repeat(64) })),
  'the last signature of nothing': (chunks) =>
    chunks.map((chunk, i) => (i === chunks.length - 1 ? { ...chunk, signature: '0'.repeat(64) } : chunk)),
  'an early end': (chunks) => {
    const all = Buffer.concat(chunks.map(framed))
    const end = chunks.at(-1)
    const [first] = chunks
    if (!first || !end) return all
    return Buffer.concat([framed(first), framed(end)])
  },
  'no last chunk': (chunks) => Buffer.concat(chunks.slice(0, -1).map(framed)),
  'only the body without framing': (chunks) => Buffer.concat(chunks.map(({ data }) => data)),
  'sizes that lie': (chunks) => {
    const text = Buffer.concat(chunks.map(framed)).toString('latin1')
    return Buffer.from(text.replace(/^2000/, '1fff'), 'latin1')
  },
  'chunks without signatures': (chunks) =>
    Buffer.concat(
      chunks.map(({ data }) =>
        Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]),
      ),
    ),
}

export const chunks: readonly AttackSuite[] = [
  {
    name: 'sigv4-chunks',
    modes: ['gateway'],
    weight: 2,
    async attack(fixture, random) {
      const { target, signed, chunks: right } = upload(fixture, random)
      const about = random.pick(Object.keys(changes))
      const changed = changes[about]?.(right, random) ?? []
      const body = Buffer.isBuffer(changed) ? changed : Buffer.concat(changed.map(framed))
      const length = Buffer.concat(right.map(framed)).length
      const headers = signed.headers.map(([name, value]): HeaderPair => [name, value])
      // Pads a shortened body to the signed length. Otherwise the store would wait for the missing bytes and send no
      // response.
      const sent =
        body.length < length
          ? Buffer.concat([body, Buffer.alloc(length - body.length, 10)])
          : body.subarray(0, length)
      const response = await sendRaw(adaKeys(fixture).endpoint, 'PUT', target, headers, sent)
      return { what: `PUT ${target} in chunks with ${about}`, seen: [seenOfStore(response)], mustFail: true }
    },
  },
  {
    name: 'sigv4-chunks-legitimate',
    modes: ['gateway'],
    weight: 0.5,
    legitimate: true,
    async attack(fixture, random) {
      const theirs = {
        ...fixture,
        victim: fixture.own,
        keys: fixture.keys === undefined ? undefined : { ...fixture.keys, ada: fixture.keys.mallory },
      }
      const { target, signed, chunks: right } = upload(theirs, random)
      const response = await sendRaw(
        adaKeys(fixture).endpoint,
        'PUT',
        target,
        signed.headers,
        Buffer.concat(right.map(framed)),
      )
      return { what: `PUT ${target} in unchanged chunks`, seen: [seenOfStore(response)] }
    },
  },
]
