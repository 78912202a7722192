import { createHash } from 'node:crypto'
import { hostileDocuments } from '../../attack-bodies/s3-attacks.ts'
import { sendRaw } from '../../refresh/s3-request.ts'
import { type HeaderPair, sha256, signInHeader } from '../../refresh/s3-signature.ts'
import { type StorageKeys, toTarget, useKeys } from '../../refresh/storage-keys.ts'
import type { AttackSuite, Evidence } from '../attack.ts'
import { wrongForm } from '../error-form.ts'
import { withHealthChecks } from '../health-watch.ts'
import type { Fixture } from '../fixture.ts'
import { operatorIn, withoutOperator as unavailable } from '../operator.ts'
import type { Random } from '../random.ts'
import { responseBeforeBody } from '../withheld-body.ts'

const modes = ['gateway'] as const
const MiB = 1024 * 1024

/** Operation of the storage gateway on an object of the attacker, whose request body is an XML document. */
interface DocumentTarget {
  readonly about: string
  readonly target: string
  readonly root: string
  /** Maximum size of the document that the server accepts, in bytes. */
  readonly most: number
}

function targets({ own, bucket }: Fixture, upload: string): DocumentTarget[] {
  return [
    { about: 'DeleteObjects', target: `/${bucket}?delete=`, root: 'Delete', most: 2 * MiB },
    {
      about: 'CompleteMultipartUpload',
      target: `${toTarget(own.location)}/data/big?uploadId=${upload}`,
      root: 'CompleteMultipartUpload',
      most: 4 * MiB,
    },
  ]
}

function signed(
  keys: StorageKeys,
  target: string,
  body: { readonly length: number; readonly md5: string; readonly hash: string },
): readonly HeaderPair[] {
  const headers: HeaderPair[] = [
    ['host', new URL(keys.endpoint).host],
    ['content-length', String(body.length)],
    ['content-md5', body.md5],
  ]
  const draft = { method: 'POST', target, headers, payloadHash: body.hash }
  return signInHeader(draft, keys, { region: keys.region }).headers
}

/**
 * Sends only the head of a request with a document. The server must refuse callers that may only read, and documents
 * over the size limit, without waiting for the body.
 */
async function withhold(fixture: Fixture, random: Random): Promise<Evidence> {
  const { keys } = fixture
  if (keys === undefined) throw new Error('the server issued no storage keys')
  const { about, target, most } = random.pick(targets(fixture, 'u'))
  const forged = { ...keys.mallory, secretAccessKey: 'guessed' }
  const [who, by, code, size] = random.pick([
    ['keys that only read', keys.reader, 'AccessDenied', 1 + random.int(most)],
    ['keys that only read', keys.reader, 'AccessDenied', most + 1],
    ['forged keys', forged, 'SignatureDoesNotMatch', 1 + random.int(most)],
    ['keys that write', keys.mallory, 'EntityTooLarge', most + 1 + random.int(10 * MiB)],
  ] as const)
  const md5 = createHash('md5').update('x').digest('base64')
  const payload = { length: size, md5, hash: random.pick(['UNSIGNED-PAYLOAD', sha256('x')]) }
  const { result, held } = await withHealthChecks(operatorIn(fixture).origin, () =>
    responseBeforeBody({
      origin: by.endpoint,
      method: 'POST',
      target,
      headers: signed(by, target, payload),
      first: Buffer.alloc(random.pick([0, 1, Math.min(size - 1, 1_000)]), ' '),
    }),
  )
  const form = result === undefined ? undefined : wrongForm('s3', result)
  const found = [
    ...(result === undefined ? ['the server waited for the document'] : []),
    ...(result?.text.includes(`<Code>${code}</Code>`) === false
      ? [`status ${result.status} instead of ${code}: ${result.text.slice(0, 200)}`]
      : []),
    ...(form === undefined ? [] : [form]),
    ...(held === undefined ? [] : [held]),
  ]
  return {
    what: `${about} of ${size} bytes with ${who}`,
    seen: result === undefined ? [] : [result],
    mustFail: true,
    escape: found.join('; ') || undefined,
  }
}

const object = (key: string, more = ''): string => `<Object><Key>${key}</Key>${more}</Object>`
const version = '<VersionId>null</VersionId>'

/**
 * Returns DeleteObjects documents that exceed a limit of the server's XML reader. Each lists an object of Mallory,
 * which a server without this limit would delete.
 */
function longLists(key: string, random: Random): Readonly<Record<string, string>> {
  const keys = 1_001 + random.int(1_000)
  const more = 6 + random.int(4)
  const many = (count: number, end: string): string =>
    Array.from({ length: count }, (_, i) => object(`${key}-${i}`, end)).join('')
  return {
    [`${keys} keys`]: `<Delete>${object(key)}${many(keys - 1, '')}</Delete>`,
    [`${more + 2} elements for each of 1000 keys`]: `<Delete>${object(key, version.repeat(more))}${many(999, version.repeat(more))}</Delete>`,
    'nine levels': `<Delete>${'<Quiet>'.repeat(9)}${'</Quiet>'.repeat(9)}${object(key)}</Delete>`,
    'nine attributes': `<Delete ${Array.from({ length: 9 }, (_, i) => `a${i}=""`).join(' ')}>${object(key)}</Delete>`,
  }
}

/**
 * Sends a document that exceeds a limit of the XML reader, signed with keys that may write, once or in 8 concurrent
 * requests.
 */
async function exceed(fixture: Fixture, random: Random): Promise<Evidence> {
  const { keys, own, bucket } = fixture
  if (keys === undefined) throw new Error('the server issued no storage keys')
  const kept = toTarget(`${own.location}/data/counted`)
  const put = await useKeys(keys.mallory, 'PUT', kept, 'mine')
  if (put.status !== 200)
    throw new Error(`the owner could not write an object into the table: status ${put.status}`)
  const { about, target, root, most } = random.pick(targets(fixture, 'u'))
  const key = `${own.location.slice(`s3://${bucket}/`.length)}/data/counted`
  const size = random.pick([30 * 1024, MiB, most - 1_024])
  const lists = Object.entries(longLists(key, random))
  const hostile = Object.keys(hostileDocuments).filter((kind) => kind !== 'entries')
  const kind = random.pick(hostile)
  const [name, document] =
    root === 'Delete' && random.chance(0.6)
      ? random.pick(lists)
      : [kind, hostileDocuments[kind]?.(root, size) ?? '']
  const body = Buffer.from(document)
  const md5 = createHash('md5').update(body).digest('base64')
  const headers = signed(keys.mallory, target, { length: body.length, md5, hash: sha256(body) })
  const copies = random.chance(0.1) ? 8 : 1
  const { result, held } = await withHealthChecks(operatorIn(fixture).origin, () =>
    Promise.all(
      Array.from({ length: copies }, () => sendRaw(keys.mallory.endpoint, 'POST', target, headers, body)),
    ),
  )
  const found = new Set(result.flatMap((seen) => wrongForm('s3', seen) ?? []))
  for (const { text } of result)
    if (!text.includes('<Code>MalformedXML</Code>')) found.add(`not MalformedXML: ${text.slice(0, 200)}`)
  if (held !== undefined) found.add(held)
  const after = await useKeys(keys.mallory, 'HEAD', kept)
  if (after.status !== 200) found.add('the request had an effect')
  return {
    what: `${about} with ${name}, ${copies} times ${body.length} bytes`,
    seen: result.map(({ status, text }) => ({ status, text })),
    mustFail: true,
    escape: [...found].join('; ') || undefined,
  }
}

export const budgetDocuments: readonly AttackSuite[] = [
  { name: 'budget-document', modes, unavailable, attack: withhold },
  { name: 'budget-xml', modes, unavailable, attack: exceed },
]
