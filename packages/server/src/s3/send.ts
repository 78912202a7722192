import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { isUnread } from '../operation/unread.ts'
import type { StoredObject } from '@headgate/storage'
import { errorElement } from './error-document.ts'
import type { S3Response } from './operation.ts'
import { finishUnread, keepsConnection } from './unread.ts'
import type { S3Error } from './s3-error.ts'
import { toS3Error } from './to-s3-error.ts'
import { xmlDeclaration, xmlPlain } from './xml-writer.ts'

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly requestId: string
  readonly idleMs: number
  /**
   * Time in ms after which the server starts to send blanks when the XML document is not ready, and the interval
   * between the blanks.
   */
  readonly patienceMs: number
}

/**
 * Sends a response and waits until it has been sent. Closes the connection when an object cannot be read to its end,
 * so that the client notices the truncation.
 *
 * @returns the error that was sent in the body after the status 200, or undefined
 * @throws errors of `result.pending`, if they occur before anything has been sent
 */
export async function sendResponse(result: S3Response, exchange: Exchange): Promise<S3Error | undefined> {
  const { response, request } = exchange
  const { pending, body } = result
  if (pending !== undefined) {
    const document = await soon(pending, exchange.patienceMs)
    if (document === undefined) return sendSlowly(pending, result, exchange)
    return sendResponse({ status: result.status, headers: result.headers ?? {}, body: document }, exchange)
  }
  const headers: Record<string, string> = { 'x-amz-request-id': exchange.requestId, ...result.headers }
  if (typeof body === 'string') {
    headers['content-type'] = 'application/xml'
    headers['content-length'] = String(Buffer.byteLength(body))
  } else if (body !== undefined) headers['content-length'] = String(body.length)
  else if (result.status >= 200 && result.status !== 204 && result.status !== 304)
    headers['content-length'] ??= '0'
  const unread = isUnread(request)
  if (unread && !keepsConnection(request)) headers['connection'] = 'close'
  response.writeHead(result.status, headers)
  if (body !== undefined && typeof body !== 'string') await sendObject(body, exchange)
  else if (unread) await finishUnread(request, response, body ?? '')
  else response.end(body)
  await left(response, exchange.idleMs)
  return undefined
}

async function sendObject(object: Pick<StoredObject, 'body' | 'length'>, exchange: Exchange): Promise<void> {
  const { response, idleMs } = exchange
  let sent = 0
  try {
    for await (const chunk of object.body as AsyncIterable<Uint8Array>) {
      sent += chunk.byteLength
      if (sent > object.length) throw new Error('the object has more bytes than its declared size')
      // After the last chunk, `sendResponse` waits until all of the response has been sent.
      if (!response.write(chunk) && sent < object.length) await drained(response, idleMs)
      if (response.destroyed) throw new Error('the connection is closed')
    }
    if (sent < object.length) throw new Error('the object has fewer bytes than its declared size')
  } catch (error) {
    object.body.destroy()
    response.destroy()
    throw error
  }
  response.end()
}

/** Sends blanks until the XML document of the response is ready, as AWS does for operations that take long. */
async function sendSlowly(
  pending: Promise<string>,
  result: S3Response,
  exchange: Exchange,
): Promise<S3Error | undefined> {
  const { response, requestId, patienceMs } = exchange
  response.writeHead(result.status, {
    'x-amz-request-id': requestId,
    'content-type': 'application/xml',
    ...result.headers,
  })
  response.write(xmlDeclaration)
  const blanks = setInterval(() => response.write(' '), patienceMs)
  let failure: S3Error | undefined
  let document: string
  try {
    document = await pending
  } catch (error) {
    failure = toS3Error(error)
    document = xmlPlain(errorElement(failure, requestId))
  } finally {
    clearInterval(blanks)
  }
  response.end(document.slice(xmlDeclaration.length))
  await left(response, exchange.idleMs)
  return failure
}

async function soon<T>(pending: Promise<T>, milliseconds: number): Promise<T | undefined> {
  const timeout = new AbortController()
  try {
    return await Promise.race([
      pending,
      sleep(milliseconds, undefined, { signal: timeout.signal }).catch(() => undefined),
    ])
  } finally {
    timeout.abort()
  }
}

/**
 * Waits until the client has read the data that was written. Disconnects a client that reads nothing for `idleMs`.
 */
async function drained(response: ServerResponse, idleMs: number): Promise<void> {
  await either(response, 'drain', idleMs)
}

async function left(response: ServerResponse, idleMs: number): Promise<void> {
  if (!response.writableFinished) await either(response, 'finish', idleMs)
}

function either(response: ServerResponse, event: 'drain' | 'finish', idleMs: number): Promise<void> {
  if (response.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => response.destroy(), idleMs)
    const done = (): void => {
      clearTimeout(timer)
      response.off(event, done)
      response.off('close', done)
      resolve()
    }
    response.on(event, done)
    response.on('close', done)
  })
}
