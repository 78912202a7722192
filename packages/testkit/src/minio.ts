import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findMinio, howToGetMinio } from './find-minio.ts'

const startAttempts = 3
const readyWithin = 30_000
const stopWithin = 5_000
const keptOutput = 4_000

export interface MinioOptions {
  /** Buckets that exist from the start. */
  readonly buckets: readonly string[]
  /** Path of the binary; the one of `findMinio` without it. */
  readonly binary?: string
  /** Whose web identities its token service takes. The provider must answer already. */
  readonly openid?: MinioOpenId
}

/** An identity provider whose tokens name in the claim `policy` what their bearers may. */
export interface MinioOpenId {
  /** URL of its discovery document. */
  readonly configUrl: string
  /** Who its tokens must be for, in `aud` or `azp`. */
  readonly clientId: string
}

/** A running MinIO server on the loopback interface, with an empty data directory that goes with it. */
export interface Minio extends AsyncDisposable {
  readonly endpoint: string
  readonly port: number
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/**
 * Starts MinIO and waits until it takes requests.
 *
 * @example
 * ```ts
 * await using minio = await startMinio({ buckets: ['lake'] })
 * ```
 */
export async function startMinio(options: MinioOptions): Promise<Minio> {
  const binary = options.binary ?? findMinio()
  if (binary === undefined) throw new Error(`There is no MinIO binary: ${howToGetMinio}`)
  const home = await mkdtemp(join(tmpdir(), 'headgate-minio-'))
  try {
    for (const bucket of options.buckets) await mkdir(join(home, 'data', bucket), { recursive: true })
    for (let attempt = 1; ; attempt++) {
      // Someone else may take the port before the server does.
      const started = await tryStart(binary, home, await freePort(), options.openid)
      if (typeof started !== 'string') return started
      if (attempt === startAttempts) throw new Error(`MinIO did not start: ${started}`)
    }
  } catch (error) {
    await rm(home, { recursive: true, force: true })
    throw error
  }
}

async function tryStart(
  binary: string,
  home: string,
  port: number,
  openid: MinioOpenId | undefined,
): Promise<Minio | string> {
  const keys = { accessKeyId: 'headgate-test', secretAccessKey: 'headgate-test-secret', region: 'us-east-1' }
  const address = `127.0.0.1:${port}`
  const child = spawn(binary, ['server', '--quiet', '--address', address, join(home, 'data')], {
    // Nothing of this machine's own settings, and no word to the outside.
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      MINIO_ROOT_USER: keys.accessKeyId,
      MINIO_ROOT_PASSWORD: keys.secretAccessKey,
      MINIO_REGION: keys.region,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
      ...(openid === undefined ? {} : openIdSettings(openid)),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-keptOutput)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  child.on('error', (error) => keep(Buffer.from(String(error))))
  const endpoint = `http://${address}`
  if (!(await isReady(child, endpoint))) {
    await stop(child)
    return output
  }
  return {
    endpoint,
    port,
    ...keys,
    async [Symbol.asyncDispose]() {
      await stop(child)
      await rm(home, { recursive: true, force: true })
    },
  }
}

function openIdSettings({ configUrl, clientId }: MinioOpenId): Record<string, string> {
  return {
    MINIO_IDENTITY_OPENID_CONFIG_URL: configUrl,
    MINIO_IDENTITY_OPENID_CLIENT_ID: clientId,
    MINIO_IDENTITY_OPENID_CLIENT_SECRET: 'unused',
    MINIO_IDENTITY_OPENID_CLAIM_NAME: 'policy',
  }
}

async function isReady(child: ChildProcess, endpoint: string): Promise<boolean> {
  const deadline = Date.now() + readyWithin
  while (child.exitCode === null && child.pid !== undefined && Date.now() < deadline) {
    try {
      const answer = await fetch(`${endpoint}/minio/health/ready`, { signal: AbortSignal.timeout(1_000) })
      if (answer.ok) return true
    } catch {
      // Not listening yet.
    }
    await sleep(50)
  }
  return false
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  child.kill('SIGTERM')
  const patience = setTimeout(() => child.kill('SIGKILL'), stopWithin)
  await ended
  clearTimeout(patience)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('No free port')
  return address.port
}
