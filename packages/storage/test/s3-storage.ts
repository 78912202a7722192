import { afterEach } from 'vitest'
import { S3Storage } from '../src/s3.ts'
import type { S3Limits } from '../src/s3-options.ts'
import { ScriptedS3, type ScriptedResponse } from './scripted-s3.ts'

/** Resources that are disposed after each test, last first. */
export const open: AsyncDisposable[] = []
afterEach(async () => {
  while (open.length > 0) await open.pop()?.[Symbol.asyncDispose]()
})

/**
 * Limits for tests: short pauses before retries, and long time limits for responses, because the machine may be busy.
 */
export const quick: Partial<S3Limits> = {
  connectTimeout: 5_000,
  requestTimeout: 5_000,
  attempts: 3,
  retryBase: 5,
  retryMax: 20,
}
/** Limits for tests in which the store does not respond. */
export const impatient: Partial<S3Limits> = { ...quick, connectTimeout: 500, requestTimeout: 300 }
export const x = 's3://lake/x'

export async function storageAt(endpoint: string, limits: Partial<S3Limits> = {}): Promise<S3Storage> {
  const credentials = { accessKeyId: 'id', secretAccessKey: 'swordfish' }
  const all = { bucket: 'lake', region: 'us-east-1', endpoint, credentials, limits: { ...quick, ...limits } }
  const storage = await S3Storage.open(all)
  open.push(storage)
  return storage
}

interface Scripted {
  readonly server: ScriptedS3
  readonly storage: S3Storage
}

export function scripted(...responses: ScriptedResponse[]): Promise<Scripted> {
  return scriptedWithin(quick, ...responses)
}

export async function scriptedWithin(
  limits: Partial<S3Limits>,
  ...responses: ScriptedResponse[]
): Promise<Scripted> {
  const server = await ScriptedS3.start(...responses)
  open.push(server)
  return { server, storage: await storageAt(server.endpoint, limits) }
}

export async function failed(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  )
}
