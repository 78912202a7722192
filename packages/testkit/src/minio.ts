import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findMinio, installMinioHint } from './find-minio.ts'

const startAttempts = 3
const READY_TIMEOUT_MS = 30_000
const STOP_TIMEOUT_MS = 5_000
/** Maximum number of characters of MinIO's output in an error. */
const MAX_OUTPUT = 4_000

/** Options of {@link startMinio}. */
export interface MinioOptions {
  /** Names of the buckets that the server creates at its start. */
  readonly buckets: readonly string[]
  /** Path of the binary. Default: the result of `findMinio`. */
  readonly binary?: string
  /** Identity provider whose tokens the token service (STS) accepts. It must be running. */
  readonly openid?: MinioOpenId
}

/** Identity provider whose tokens name a policy of MinIO in the claim `policy`. */
export interface MinioOpenId {
  /** URL of the discovery document of the identity provider. */
  readonly configUrl: string
  /** Client id that `aud` or `azp` of the tokens must contain. */
  readonly clientId: string
}

/** A MinIO server on the loopback interface. Disposing of it stops the server and removes its data directory. */
export interface Minio extends AsyncDisposable {
  readonly endpoint: string
  readonly port: number
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/**
 * Starts MinIO with an empty data directory and waits until it accepts requests.
 *
 * @throws {Error} when no binary exists, or when the server does not start within 30 s in three attempts
 *
 * @example
 * ```ts
 * await using minio = await startMinio({ buckets: ['lake'] })
 * ```
 */
export async function startMinio(options: MinioOptions): Promise<Minio> {
  const binary = options.binary ?? findMinio()
  if (binary === undefined) throw new Error(`No MinIO binary was found: ${installMinioHint}`)
  const home = await mkdtemp(join(tmpdir(), 'headgate-minio-'))
  try {
    for (const bucket of options.buckets) await mkdir(join(home, 'data', bucket), { recursive: true })
    for (let attempt = 1; ; attempt++) {
      // Another program may take the free port before the server listens on it, so the start is tried up to three
      // times.
      const started = await tryStart(binary, home, await freePort(), options.openid)
      if (typeof started !== 'string') return started
      if (attempt === startAttempts) throw new Error(`MinIO did not start. Its output: ${started}`)
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
    // The environment contains no settings of this machine, and it disables MinIO's check for updates.
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
    output = (output + chunk.toString()).slice(-MAX_OUTPUT)
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
  const deadline = Date.now() + READY_TIMEOUT_MS
  while (child.exitCode === null && child.pid !== undefined && Date.now() < deadline) {
    try {
      const response = await fetch(`${endpoint}/minio/health/ready`, { signal: AbortSignal.timeout(1_000) })
      if (response.ok) return true
    } catch {
      // The server does not accept connections yet, so the request is repeated.
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
  const timeout = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await ended
  clearTimeout(timeout)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('No TCP port is free on 127.0.0.1.')
  return address.port
}
