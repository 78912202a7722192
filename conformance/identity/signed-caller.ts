import { createHash } from 'node:crypto'
import { readMember } from '../refresh/catalog-client.ts'
import { sendRaw, type S3Response } from '../refresh/s3-request.ts'
import { type HeaderPair, type S3Keys, sha256, signInHeader } from '../refresh/s3-signature.ts'
import type { Lab } from './lab.ts'

/**
 * Forms in which clients send the hash of a request body: Iceberg for Java in base64, PyIceberg only for an empty
 * body, and the AWS SDKs in hexadecimal.
 */
export const hashForms = ['iceberg-java', 'pyiceberg', 'aws-sdk'] as const

export type HashForm = (typeof hashForms)[number]

/** Signed request before it is sent. */
export interface SentRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly HeaderPair[]
  readonly body: string
}

export interface SignedOptions {
  readonly form?: HashForm
  readonly body?: string
  /** Time of the signature. Default: now. */
  readonly at?: Date
  readonly service?: string
  readonly region?: string
  /** Changes the request after it was signed. */
  readonly tamper?: (request: SentRequest) => SentRequest
}

/** Creates an access key for a client. */
export async function addAccessKey(lab: Lab, principal: string): Promise<S3Keys> {
  const made = await lab.must('POST', `principals/${principal}/access-keys`)
  return {
    accessKeyId: String(readMember(made, 'accessKeyId')),
    secretAccessKey: String(readMember(made, 'secretAccessKey')),
  }
}

/** Signs a request with AWS Signature Version 4 and sends it. */
export function sendSigned(
  uri: string,
  keys: S3Keys,
  method: string,
  target: string,
  options: SignedOptions = {},
): Promise<S3Response> {
  const { form = 'iceberg-java', body = '', at = new Date(), tamper = (request) => request } = options
  const { service = 'execute-api', region = 'us-east-1' } = options
  const { origin, host } = new URL(uri)
  const headers: HeaderPair[] = [['host', host]]
  if (body !== '') headers.push(['content-type', 'application/json'])
  const draft = { method, target, headers, payloadHash: sha256(body), sentHash: hashToSend(form, body) }
  const signed = signInHeader(draft, keys, { region, service, at, encodesTwice: true })
  const sent = tamper({ method, target, headers: signed.headers, body })
  const length: HeaderPair[] =
    sent.body === '' ? [] : [['content-length', String(Buffer.byteLength(sent.body))]]
  return sendRaw(origin, sent.method, sent.target, [...sent.headers, ...length], sent.body)
}

function hashToSend(form: HashForm, body: string): string | null {
  if (form === 'pyiceberg' && body !== '') return null
  if (form === 'iceberg-java' && body !== '') return createHash('sha256').update(body).digest('base64')
  return sha256(body)
}
