import { afterEach } from 'vitest'
import { S3Storage } from './s3.ts'
import type { S3Limits } from './s3-options.ts'
import { ScriptedS3, type ScriptedAnswer } from './scripted-s3.ts'

/** Disposed after each test, last first. */
export const open: AsyncDisposable[] = []
afterEach(async () => {
  while (open.length > 0) await open.pop()?.[Symbol.asyncDispose]()
})

export const quick: Partial<S3Limits> = {
  connectTimeout: 500,
  requestTimeout: 300,
  attempts: 3,
  retryBase: 5,
  retryMax: 20,
}
export const x = 's3://lake/x'

export async function storageAt(endpoint: string, limits: Partial<S3Limits> = {}): Promise<S3Storage> {
  const credentials = { accessKeyId: 'id', secretAccessKey: 'swordfish' }
  const all = { bucket: 'lake', region: 'us-east-1', endpoint, credentials, limits: { ...quick, ...limits } }
  const storage = await S3Storage.open(all)
  open.push(storage)
  return storage
}

export async function scripted(
  ...answers: ScriptedAnswer[]
): Promise<{ server: ScriptedS3; storage: S3Storage }> {
  const server = await ScriptedS3.start(...answers)
  open.push(server)
  return { server, storage: await storageAt(server.endpoint) }
}

export async function failed(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  )
}
