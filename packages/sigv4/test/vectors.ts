import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { generalRules, type SigningRules } from '../src/rules.ts'
import type { Credentials } from '../src/sign-request.ts'
import type { Header, WireRequest } from '../src/wire-request.ts'

const suites = new URL('../../../spec/sigv4/', import.meta.url)

/** A test case of the official test suite of Signature Version 4, see `spec/sigv4`. */
export interface Vector {
  readonly name: string
  readonly folder: URL
  readonly request: WireRequest
  readonly body: string
  readonly credentials: Credentials
  readonly region: string
  readonly service: string
  readonly date: Date
  readonly expiresSeconds: number
  readonly rules: SigningRules
  readonly sessionToken: 'signed' | 'after'
  /** Whether the signed request contains the header `x-amz-content-sha256`. */
  readonly payloadHeader: boolean
  readonly header: Expected
  readonly query: Expected
}

export interface Expected {
  readonly canonicalRequest: string
  readonly stringToSign: string
  readonly signature: string
  readonly signedRequest: WireRequest
}

interface Context {
  readonly credentials: {
    readonly access_key_id: string
    readonly secret_access_key: string
    readonly token?: string
  }
  readonly region: string
  readonly service: string
  readonly timestamp: string
  readonly expiration_in_seconds: number
  readonly normalize: boolean
  readonly sign_body: boolean
  readonly omit_session_token?: boolean
}

/** Reads all cases of a suite, ordered by name. */
export function readVectors(suite: 'v4' | 'v4a' = 'v4'): Vector[] {
  return listCases(suite)
    .filter(([, folder]) => existsSync(new URL('header-signature.txt', folder)))
    .map(([name, folder]) => readVector(name, folder))
}

/** Reads the requests of a suite that have no published result. */
export function readInputs(suite: 'v4' | 'v4a'): Pick<Vector, 'name' | 'request'>[] {
  return listCases(suite)
    .filter(([, folder]) => !existsSync(new URL('header-signature.txt', folder)))
    .map(([name, folder]) => ({ name, ...parseHttp(readFileSync(new URL('request.txt', folder), 'latin1')) }))
}

function listCases(suite: 'v4' | 'v4a'): [string, URL][] {
  const folder = new URL(`${suite}/`, suites)
  return readdirSync(folder)
    .toSorted()
    .map((name) => [name, new URL(`${name}/`, folder)])
}

function readVector(name: string, folder: URL): Vector {
  // Reads bytes: the UTF-8 of the files is sent unchanged.
  const read = (file: string): string => readFileSync(new URL(file, folder), 'latin1')
  const context = JSON.parse(read('context.json')) as Context
  const { access_key_id, secret_access_key, token } = context.credentials
  const expected = (form: string): Expected => ({
    canonicalRequest: read(`${form}-canonical-request.txt`),
    stringToSign: read(`${form}-string-to-sign.txt`),
    signature: read(`${form}-signature.txt`),
    signedRequest: parseHttp(read(`${form}-signed-request.txt`)).request,
  })
  return {
    name,
    folder,
    ...parseHttp(read('request.txt')),
    credentials: {
      accessKeyId: access_key_id,
      secretAccessKey: secret_access_key,
      ...(token === undefined ? {} : { sessionToken: token }),
    },
    region: context.region,
    service: context.service,
    date: new Date(context.timestamp),
    expiresSeconds: context.expiration_in_seconds,
    rules: { ...generalRules, normalizePath: context.normalize },
    sessionToken: context.omit_session_token === true ? 'after' : 'signed',
    payloadHeader: context.sign_body,
    header: expected('header'),
    query: expected('query'),
  }
}

/**
 * Parses a request in the format of the suite: lines end in a line feed, targets may contain spaces, headers may be
 * folded.
 */
function parseHttp(text: string): { request: WireRequest; body: string } {
  const end = text.indexOf('\n\n')
  const [requestLine = '', ...lines] = (end === -1 ? text : text.slice(0, end)).split('\n')
  const [, method = '', target = ''] = /^(\S+) (.*) HTTP\/1\.1$/.exec(requestLine) ?? []
  const headers: [string, string][] = []
  for (const line of lines) {
    const last = headers.at(-1)
    const colon = line.indexOf(':')
    if (/^\s/.test(line) && last !== undefined) last[1] += `\n${line}`
    else if (line !== '') headers.push([line.slice(0, colon), line.slice(colon + 1)])
  }
  return { request: { method, target, headers }, body: end === -1 ? '' : text.slice(end + 2) }
}

/** Returns a request with additional headers. */
export function withHeaders(request: WireRequest, added: readonly Header[]): WireRequest {
  return { ...request, headers: [...request.headers, ...added] }
}
