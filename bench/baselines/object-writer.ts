import { createHash, createHmac } from 'node:crypto'
import { closeSync, fsync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import type { WarehouseStorage } from '../../conformance/lib/catalog-access.ts'

export type RawStorage = WarehouseStorage

/** Writes an object below the root of the storage, waits until it is durable, and returns its location. */
export type PutObject = (key: string, content: Buffer) => Promise<string>

/**
 * Returns the baseline for commits: a function that writes an object durably and as fast as possible, without
 * retries or checks.
 */
export function objectWriter(storage: RawStorage): PutObject {
  return storage.kind === 'file' ? fileWriter(storage.root) : s3Writer(storage)
}

const flush = promisify(fsync)

/**
 * Returns a function that writes a temporary file, calls fsync, renames the file and calls fsync on the
 * directory, so that the file is complete and on disk.
 */
function fileWriter(root: string): PutObject {
  const directories = new Map<string, number>()
  let counter = 0
  return async (key, content) => {
    const path = `${root}/${key}`
    const directory = dirname(path)
    let opened = directories.get(directory)
    if (opened === undefined) {
      mkdirSync(directory, { recursive: true })
      directories.set(directory, (opened = openSync(directory, 'r')))
    }
    const temporary = `${directory}/.tmp-${process.pid}-${(counter += 1)}`
    const descriptor = openSync(temporary, 'wx')
    try {
      writeSync(descriptor, content)
      await flush(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, path)
    await flush(opened)
    return `file://${path}`
  }
}

/**
 * Returns a function that sends a PUT request over persistent connections. The request is signed with AWS
 * Signature Version 4, without a digest of the body.
 */
function s3Writer(storage: RawStorage & { readonly kind: 's3' }): PutObject {
  const agent = new Agent({ keepAlive: true, maxSockets: 64, scheduling: 'lifo' })
  const { hostname, port, host } = new URL(storage.endpoint)
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(storage.root) ?? []
  return (key, content) => {
    const path = `/${bucket}/${prefix === '' ? '' : `${prefix}/`}${key}`
    const headers = { ...signed(storage, host, path), 'content-length': content.length }
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const sent = request({ agent, hostname, port, path, method: 'PUT', headers }, (response) => {
      response.resume()
      response.once('end', () => {
        if (response.statusCode === 200) resolve(`s3:/${path}`)
        else reject(new Error(`PUT ${path} was answered with ${response.statusCode}`))
      })
    })
    sent.once('error', reject)
    sent.end(content)
    return promise
  }
}

function signed(
  storage: RawStorage & { readonly kind: 's3' },
  host: string,
  path: string,
): Record<string, string> {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const day = time.slice(0, 8)
  const headers = { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', 'x-amz-date': time }
  const names = Object.keys(headers).join(';')
  const canonical = `PUT\n${path}\n\n${Object.entries(headers)
    .map(([name, value]) => `${name}:${value}\n`)
    .join('')}\n${names}\nUNSIGNED-PAYLOAD`
  const scope = `${day}/${storage.region}/s3/aws4_request`
  const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`
  const key = [day, storage.region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${storage.secretAccessKey}`,
  )
  const signature = createHmac('sha256', key).update(text).digest('hex')
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${storage.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  }
}
