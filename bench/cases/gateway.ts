import { randomFillSync } from 'node:crypto'
import { join } from 'node:path'
import { installMinio, startMinio } from '../../conformance/lib/minio.ts'
import { sha256, signInHeader, type S3Keys } from '../../conformance/refresh/s3-signature.ts'
import { startRawFiles } from '../baselines/start.ts'
import { startVendingServer, vended } from '../data/vended.ts'
import type { BenchRun } from '../lib/bench-run.ts'
import { type Case, loadEntry } from '../lib/case.ts'
import { reseat } from '../lib/cores.ts'
import type { Contestant, LoadShape } from '../load/load.ts'
import type { Lab } from './lab.ts'

type Method = 'GET' | 'PUT'

/** Server under test, and the paths of the objects that it serves. */
interface Place {
  readonly contestant: Contestant
  /** Returns the URL path of an object. */
  readonly toPath: (name: string) => string
  /** Keys that sign requests. Null if requests are not signed. */
  readonly keys: S3Keys | null
}

interface Size {
  readonly id: string
  readonly title: string
  readonly bytes: number
  readonly clients: number
}

/** Minimum duration of a measurement in ms. It allows several requests for large objects to finish. */
const shortestMs = 4_000

const sizes: readonly Size[] = [
  { id: '64mb', title: '64 MB', bytes: 64e6, clients: 2 },
  { id: '64kb', title: '64 KB', bytes: 64e3, clients: 16 },
]

/**
 * Returns cases that read and write objects through the storage gateway, a bare node:http server and MinIO, all on
 * the same disk.
 */
export async function gatewayCases(lab: Lab): Promise<Case[]> {
  const [files, minio, gateway] = [await rawPlace(lab), await minioPlace(lab), await gatewayPlace(lab)]
  const places = [files, minio, gateway]
  for (const size of sizes) for (const place of places) await fill(place, size)
  const { durationMs, firstLoadMs = 0 } = lab.run
  const run = {
    ...lab.run,
    durationMs: Math.max(durationMs, shortestMs),
    firstLoadMs: Math.max(firstLoadMs, shortestMs),
  }
  return sizes.flatMap((size) =>
    (['GET', 'PUT'] as const).map((method) => makeCase(run, places, size, method)),
  )
}

function makeCase(run: BenchRun, places: readonly Place[], size: Size, method: Method): Case {
  const { id, title, bytes, clients } = size
  const names = places.map(({ contestant }) => contestant.name)
  return {
    id: `gateway-${id}-${method.toLowerCase()}`,
    title: `${method} of objects of ${title} through the storage gateway, ${clients} clients`,
    notes: [
      'The gateway serves a directory. Files to read are in the page cache of the system. A written file is on disk before the response is sent.',
      'Requests to MinIO and to the gateway are signed in their headers, without a hash of the body.',
    ],
    objectBytes: bytes,
    entries: places.map((place, at) =>
      loadEntry(run, place.contestant, () => makeShape(place, size, method), names.slice(0, at)),
    ),
  }
}

/** Writes each object once before the measurement, so that requests can read it. */
async function fill(place: Place, size: Size): Promise<void> {
  const { requests } = makeShape(place, size, 'PUT')
  if (requests.kind !== 'objects') return
  const body = randomFillSync(Buffer.alloc(size.bytes))
  for (const { path, headers } of requests.objects) {
    const url = place.contestant.origin + path
    const response = await fetch(url, { method: 'PUT', headers, body, signal: AbortSignal.timeout(60_000) })
    if (!response.ok)
      throw new Error(`PUT ${url} was answered with ${response.status} ${await response.text()}`)
  }
}

/**
 * Creates the signed requests of a measurement. Must be called when the measurement begins, because
 * signatures expire after a few minutes.
 */
function makeShape({ contestant, keys, toPath }: Place, size: Size, method: Method): Omit<LoadShape, 'seed'> {
  const { host } = new URL(contestant.origin)
  const objects = Array.from({ length: size.clients }, (_, n) => {
    const path = toPath(`${size.id}-${n}`)
    return { path, headers: keys === null ? {} : signedFor(method, path, host, keys) }
  })
  const bodyBytes = method === 'PUT' ? size.bytes : 0
  return {
    connections: size.clients,
    headers: {},
    requests: { kind: 'objects', method, objects, bodyBytes },
  }
}

function signedFor(method: Method, target: string, host: string, keys: S3Keys): Record<string, string> {
  const payloadHash = method === 'GET' ? sha256('') : 'UNSIGNED-PAYLOAD'
  const draft = { method, target, headers: [['host', host] as const], payloadHash }
  const { headers } = signInHeader(draft, keys, { region: 'us-east-1' })
  // The load process adds the Host header itself.
  return Object.fromEntries(headers.filter(([name]) => name !== 'host'))
}

async function rawPlace({ run }: Lab): Promise<Place> {
  const { origin, process } = await startRawFiles(run, 'raw-files', join(run.folder, 'raw-files-data'))
  const contestant = { name: 'node:http over files', origin, watched: [{ name: 'server', pid: process.pid }] }
  return { contestant, toPath: (name) => `/data/${name}`, keys: null }
}

async function minioPlace({ run }: Lab): Promise<Place> {
  const minio = await startMinio(run.keeper, {
    binary: await installMinio(run.keeper, run.say),
    folder: join(run.folder, 'minio-gateway'),
    buckets: ['bare'],
  })
  const { pid } = minio.process
  reseat(run.placement, 'server', pid)
  const keys = minio.storage('bare')
  return {
    contestant: { name: 'MinIO', origin: minio.endpoint, watched: [{ name: 'server', pid }] },
    toPath: (name) => `/bare/data/${name}`,
    keys,
  }
}

async function gatewayPlace(lab: Lab): Promise<Place> {
  const server = await startVendingServer(lab, 'headgate-gateway')
  const { keys, prefix } = await vended(server)
  const watched = [{ name: 'server', pid: server.process.pid }]
  return {
    contestant: { name: 'Headgate', origin: keys.endpoint, watched },
    toPath: (name) => `/${prefix.replace(/^s3:\/\//, '').replace(/\/$/, '')}/data/${name}`,
    keys,
  }
}
