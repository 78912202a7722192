import { createHash } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { namespacePath, tablePath } from '../../refresh/catalog-client.ts'
import { type HeaderPair, signInHeader } from '../../refresh/s3-signature.ts'
import { type StorageKeys, toTarget, useKeys } from '../../refresh/storage-keys.ts'
import { createBody, locationIn } from '../../refresh/table-requests.ts'
import type { AttackSuite, Evidence, Seen } from '../attack.ts'
import type { Fixture } from '../fixture.ts'
import type { Random } from '../random.ts'
import { decisionMaxAgeMs } from '../server-settings.ts'
import { keysIn, loaded } from '../set-up.ts'

const responseTimeoutMs = 10_000
/** Time in ms after a revocation when all decisions that the server made before the revocation have expired. */
const settledMs = decisionMaxAgeMs + 600

interface LateWrite {
  readonly about: string
  readonly method: string
  readonly target: string
  readonly body: Buffer
}

/**
 * Request whose body is sent in pieces. The server sends `100 Continue` to request the body after it has authorized
 * the request.
 */
class Running {
  readonly #socket: Socket
  #received = ''

  constructor({ endpoint, ...keys }: StorageKeys, { method, target, body }: LateWrite) {
    const { hostname, port, host } = new URL(endpoint)
    const requestHeaders: HeaderPair[] = [
      ['host', host],
      ['content-length', String(body.length)],
      ['content-md5', createHash('md5').update(body).digest('base64')],
    ]
    const draft = { method, target, headers: requestHeaders, payloadHash: 'UNSIGNED-PAYLOAD' }
    const { headers } = signInHeader(draft, keys, { region: keys.region })
    this.#socket = connect(Number(port), hostname)
    this.#socket.on('error', () => undefined)
    this.#socket.on('data', (chunk: Buffer) => (this.#received += chunk.toString('latin1')))
    const lines = [...headers, ['expect', '100-continue'] as const].map(
      ([name, value]) => `${name}: ${value}\r\n`,
    )
    this.#socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`)
  }

  send(bytes: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes)
  }

  /** Waits until the server has authorized the request and requests its body. */
  async authorized(): Promise<boolean> {
    await this.#until(() => /^HTTP\/1\.1 \d/.test(this.#received))
    return this.#received.startsWith('HTTP/1.1 100')
  }

  async response(): Promise<Seen> {
    const final = /HTTP\/1\.1 (?!100)(\d{3})[^]*?\r\n\r\n([^]*)/
    await this.#until(() => final.test(this.#received) || this.#socket.closed)
    // The server may report a later error in the response body, after it has sent the status. So this waits until the
    // XML document is complete or the connection is closed.
    await this.#until(() => this.#socket.closed || /<\/\w+>\s*$|content-length: 0/i.test(this.#received))
    this.#socket.destroy()
    const [, status = '0', text = ''] = final.exec(this.#received) ?? []
    return { status: text.includes('<Error>') ? 403 : Number(status), text }
  }

  async #until(holds: () => boolean): Promise<void> {
    const end = performance.now() + responseTimeoutMs
    while (!holds() && performance.now() < end) await sleep(5)
  }
}

async function lateWrite(keys: StorageKeys, location: string, random: Random): Promise<LateWrite> {
  const target = toTarget(`${location}/data/late`)
  const kind = random.pick(['small', 'streamed', 'complete', 'delete'] as const)
  if (kind === 'small')
    return { about: 'PUT of 20 bytes', method: 'PUT', target, body: Buffer.alloc(20, 'x') }
  if (kind === 'streamed')
    return { about: 'PUT of 600 KB', method: 'PUT', target, body: Buffer.alloc(600_000, 'x') }
  if (kind === 'delete') {
    await useKeys(keys, 'PUT', toTarget(`${location}/data/kept`), 'kept')
    const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(location) ?? []
    const body = Buffer.from(`<Delete><Object><Key>${key}/data/kept</Key></Object></Delete>`)
    return { about: 'DeleteObjects', method: 'POST', target: `/${bucket}?delete`, body }
  }
  const begun = await useKeys(keys, 'POST', `${target}?uploads`)
  const id = /<UploadId>([^<]+)/.exec(begun.text)?.[1] ?? ''
  const part = await useKeys(keys, 'PUT', `${target}?partNumber=1&uploadId=${id}`, 'part')
  const etag = String(part.headers['etag'])
  const document = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`
  return {
    about: 'CompleteMultipartUpload',
    method: 'POST',
    target: `${target}?uploadId=${id}`,
    body: Buffer.from(document),
  }
}

async function makeOwnTable(fixture: Fixture): Promise<string> {
  const name = `late-${fixture.count()}`
  const path = `${namespacePath(fixture.as.mallory, fixture.namespace)}/tables`
  const made = await fixture.as.mallory.send('POST', path, { body: createBody(name) })
  if (made.status !== 200) throw new Error(`creating the table ${name} failed with status ${made.status}`)
  return name
}

export const lateWrites: readonly AttackSuite[] = [
  {
    name: 'late-write',
    modes: ['gateway'],
    weight: 0.3,
    makesTables: true,
    async attack(fixture, random): Promise<Evidence> {
      const { mallory } = fixture.as
      const name = await makeOwnTable(fixture)
      const table = tablePath(mallory, fixture.namespace, name)
      const first = await loaded(mallory, name)
      const [keys, location] = [keysIn(first), locationIn(first)]
      const write = await lateWrite(keys, location, random)
      const running = new Running(keys, write)
      const drops = random.chance(0.3)
      const what = `${write.about} whose last byte is sent after ${drops ? 'its table was dropped' : 'access to its table was revoked'}`
      if (!(await running.authorized()))
        return { what, seen: [await running.response()], escape: 'the server did not ask for the body' }
      running.send(write.body.subarray(0, -1))
      const revoked = drops
        ? await mallory.send('DELETE', table)
        : await mallory.send('POST', `management/v1/warehouses/${fixture.bucket}/revoke-access`, {
            body: { namespace: fixture.namespace, table: name },
          })
      if (revoked.status >= 300)
        throw new Error(`the change "${what}" failed: ${revoked.status} ${revoked.text}`)
      await sleep(settledMs)
      running.send(write.body.subarray(-1))
      const seen: Seen = await running.response()
      if (drops) return { what, seen: [seen], mustFail: true }
      // Checks with new keys of the owner whether the late write took effect.
      const fresh = keysIn(await loaded(mallory, name))
      const late = await useKeys(fresh, 'HEAD', toTarget(`${location}/data/late`))
      const kept = await useKeys(fresh, 'HEAD', toTarget(`${location}/data/kept`))
      const isDeleted = write.about === 'DeleteObjects' && kept.status !== 200
      await mallory.send('DELETE', table)
      return {
        what,
        seen: [seen],
        mustFail: true,
        escape:
          late.status === 404 && !isDeleted ? undefined : 'the write became visible after the revocation',
      }
    },
  },
]
