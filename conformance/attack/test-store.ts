import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { sender } from '../refresh/catalog-client.ts'
import type { StorageKeys } from '../refresh/storage-keys.ts'
import { type Canary, newMarks, plant } from './canary.ts'
import type { Fixture, Who } from './fixture.ts'
import { Watch } from './watch.ts'

/** Faults that the simulated store has on purpose, each of which the suites must detect. */
export interface Weakness {
  /** Checks only the access key id of a request, and not its signature. */
  readonly believesAnySignature?: boolean
  /** Compares prefixes without their trailing slash, so that the prefix `n/t` also covers `n/t2`. */
  readonly comparesText?: boolean
  /** Resolves `..` in keys after it has compared the prefixes, and not before. */
  readonly resolvesDots?: boolean
  /** Accepts writes with keys that may only read. */
  readonly forgetsAccess?: boolean
  /** Lists objects outside of the allowed prefix. */
  readonly listsAll?: boolean
}

const bucket = 'lake'

/**
 * Starts a simulated store on a directory, which identifies callers only by their access key id, and opens a fixture
 * with this store. Tests use it to check that the attack suites detect the faults of a store.
 */
export async function openWeakFixture(
  weakness: Weakness,
): Promise<AsyncDisposable & { readonly fixture: Fixture }> {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-attack-'))
  const root = join(folder, 'store', bucket)
  const outside = join(folder, 'outside')
  for (const place of ['n/t/data', 'n/t2/data']) mkdirSync(join(root, place), { recursive: true })
  mkdirSync(outside)
  const marks = newMarks('n/t/')
  const planted = [plant(marks, join(root, 'n/t2/data')), plant(marks, root), plant(marks, outside)]
  writeFileSync(join(root, 'n/t/data/kept'), 'mine')
  const canaries: Canary[] = [
    { kind: 'table', location: `s3://${bucket}/n/t2/data/${marks.name}` },
    { kind: 'between', location: `s3://${bucket}/${marks.name}` },
    { kind: 'disk', location: `s3://${bucket}/../../outside/${marks.name}` },
  ]
  const server = createServer((request, response) => {
    void serve(root, weakness, request, response).catch(() => response.writeHead(400).end())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  const keys = (who: Who): StorageKeys => ({
    accessKeyId: who,
    secretAccessKey: `secret of ${who}`,
    sessionToken: `session-of-${who}-`.repeat(4),
    endpoint,
    region: 'us-east-1',
  })
  const anonymous = { uri: endpoint, root: 'v1/', separator: '%1F', send: sender(endpoint, {}) }
  const fixture: Fixture = {
    mode: 'gateway',
    as: { mallory: anonymous, ada: anonymous, reader: anonymous },
    namespace: ['n'],
    bucket,
    folder,
    own: { name: 't', location: `s3://${bucket}/n/t` },
    victim: { name: 't2', location: `s3://${bucket}/n/t2` },
    canaries,
    marks,
    keys: { mallory: keys('mallory'), ada: keys('ada'), reader: keys('reader') },
    tokens: { mallory: [], ada: [] },
    brief: undefined,
    store: undefined,
    watch: new Watch({
      folders: [folder],
      own: [join(root, 'n/t')],
      guarded: [join(root, 'n/t2'), outside, ...planted],
      content: marks.content,
    }),
    otherWarehouses: undefined,
    operator: undefined,
    toPath: (location) => join(folder, 'store', location.slice('s3://'.length)),
    count: () => 0,
  }
  return {
    fixture,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function serve(
  root: string,
  weakness: Weakness,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let body = ''
  for await (const piece of request) body += String(piece)
  const who = /Credential=(\w+)\//.exec(request.headers.authorization ?? '')?.[1]
  // The simulated store cannot verify signatures. All requests with Ada's keys come from attackers, so it refuses
  // them, unless the fault `believesAnySignature` is set.
  const known = who !== undefined && (weakness.believesAnySignature === true || who !== 'ada')
  const [path = '', query = ''] = (request.url ?? '').split('?')
  const key = decodeURIComponent(path).slice(`/${bucket}/`.length)
  const parameters = new URLSearchParams(query)
  const own = who === 'ada' ? 'n/t2' : 'n/t'
  const start = weakness.comparesText === true ? own : `${own}/`
  const listing = parameters.has('list-type')
  const asked = listing ? (parameters.get('prefix') ?? '') : key
  const dots = asked.split('/').includes('..')
  const inside =
    (asked.startsWith(start) && !dots) || (weakness.resolvesDots === true && asked.startsWith(start))
  const writes = request.method !== 'GET' && request.method !== 'HEAD'
  const may = !writes || who !== 'reader' || weakness.forgetsAccess === true
  if (
    !known ||
    !path.startsWith(`/${bucket}`) ||
    !may ||
    !(inside || (listing && weakness.listsAll === true))
  ) {
    response.writeHead(403).end('<Code>AccessDenied</Code>')
    return
  }
  if (listing) {
    const keys = readdirSync(root, { recursive: true }).filter((name) => String(name).startsWith(asked))
    response.writeHead(200).end(keys.map((name) => `<Key>${String(name)}</Key>`).join(''))
    return
  }
  const file = join(root, key)
  if (request.method === 'PUT') {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, body)
  } else if (request.method === 'DELETE') rmSync(file, { force: true })
  else {
    const bytes = readFileSync(file)
    response.writeHead(200, { 'content-length': bytes.length }).end(request.method === 'HEAD' ? '' : bytes)
    return
  }
  response.writeHead(200).end()
}
