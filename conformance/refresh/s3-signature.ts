import { createHash, createHmac } from 'node:crypto'

export interface S3Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export type HeaderPair = readonly [name: string, value: string]

/** Request to sign. All values are signed exactly as given, so that suites can send requests that no SDK sends. */
export interface Draft {
  readonly method: string
  /** Path and query exactly as they are sent in the request line. */
  readonly target: string
  readonly headers: readonly HeaderPair[]
  /** SHA-256 hash of the body, in hexadecimal. Default: the hash of an empty body. */
  readonly payloadHash?: string
  /** Value of the header `x-amz-content-sha256`. Default: `payloadHash`. If null, the header is not sent. */
  readonly sentHash?: string | null
}

export interface Scope {
  readonly region: string
  readonly service?: string
  readonly at?: Date
  /** Day in the credential scope, as `YYYYMMDD`. Default: the day of `at`. */
  readonly day?: string
  /** Whether the path is percent-encoded twice, as for all services except Amazon S3. Default: false. */
  readonly encodesTwice?: boolean
}

export interface Signed {
  /** Headers of the request, including those that signing has added. */
  readonly headers: readonly HeaderPair[]
  readonly signature: string
  /** Signs another text with the same signing key. */
  readonly sign: (text: string) => string
  readonly timestamp: string
  /** Credential scope, such as `20261121/us-east-1/s3/aws4_request`. */
  readonly scope: string
}

export const emptyHash: string = sha256('')

export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * Signs a request with AWS Signature Version 4, by default by the rules of Amazon S3 (Amazon S3 API Reference,
 * "Signature Calculations for the Authorization Header"). This implementation is independent of `@headgate/sigv4`,
 * which the suites test.
 */
export function signInHeader(draft: Draft, keys: S3Keys, scope: Scope): Signed {
  const { timestamp, text, sign } = signing(keys, scope)
  const { payloadHash = emptyHash, sentHash = payloadHash } = draft
  const headers: HeaderPair[] = [
    ...draft.headers,
    ['x-amz-date', timestamp],
    ...(sentHash === null ? [] : [['x-amz-content-sha256', sentHash] as const]),
    ...(keys.sessionToken === undefined ? [] : [['x-amz-security-token', keys.sessionToken] as const]),
  ]
  const canonical = canonicalRequest({ ...draft, headers, payloadHash }, scope.encodesTwice)
  const names = signedNames(headers)
  const signature = sign(`AWS4-HMAC-SHA256\n${timestamp}\n${text}\n${sha256(canonical)}`)
  const authorization = `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${text}, SignedHeaders=${names}, Signature=${signature}`
  return {
    headers: [...headers, ['authorization', authorization]],
    signature,
    sign,
    timestamp,
    scope: text,
  }
}

/** Signs a request with query parameters (presigned URL). Returns the signed request target. */
export function signInQuery(draft: Draft, keys: S3Keys, scope: Scope, expiresSeconds = 300): string {
  const { timestamp, text, sign } = signing(keys, scope)
  const added: [string, string][] = [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${keys.accessKeyId}/${text}`],
    ['X-Amz-Date', timestamp],
    ['X-Amz-Expires', String(expiresSeconds)],
    ['X-Amz-SignedHeaders', signedNames(draft.headers)],
    ...(keys.sessionToken === undefined
      ? []
      : [['X-Amz-Security-Token', keys.sessionToken] as [string, string]]),
  ]
  const query = added.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  const target = `${draft.target}${draft.target.includes('?') ? '&' : '?'}${query}`
  const canonical = canonicalRequest({
    ...draft,
    target,
    payloadHash: draft.payloadHash ?? 'UNSIGNED-PAYLOAD',
  })
  const signature = sign(`AWS4-HMAC-SHA256\n${timestamp}\n${text}\n${sha256(canonical)}`)
  return `${target}&X-Amz-Signature=${signature}`
}

function signing(
  { secretAccessKey }: S3Keys,
  { region, service = 's3', at = new Date(), day }: Scope,
): { timestamp: string; text: string; sign: (text: string) => string } {
  const timestamp = at.toISOString().replaceAll(/[:-]|\.\d{3}/g, '')
  const date = day ?? timestamp.slice(0, 8)
  const parts = [date, region, service, 'aws4_request']
  let key: string | Buffer = `AWS4${secretAccessKey}`
  for (const part of parts) key = createHmac('sha256', key).update(part).digest()
  const last = key
  return {
    timestamp,
    text: parts.join('/'),
    sign: (text) => createHmac('sha256', last).update(text).digest('hex'),
  }
}

function canonicalRequest(
  { method, target, headers, payloadHash }: Draft & { readonly payloadHash: string },
  encodesTwice = false,
): string {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  const query = mark < 0 ? '' : target.slice(mark + 1)
  const names = signedNames(headers)
  const lines = names.split(';').map((name) => {
    const values = headers.filter(([header]) => header.toLowerCase() === name).map(([, value]) => value)
    return `${name}:${values.map((value) => value.trim().replaceAll(/ +/g, ' ')).join(',')}\n`
  })
  const canonicalPath = encodesTwice ? recoded(path.replaceAll('%', '%25'), '/') : recoded(path, '/')
  return [method, canonicalPath, canonicalQuery(query), lines.join(''), names, payloadHash].join('\n')
}

function signedNames(headers: readonly HeaderPair[]): string {
  return [...new Set(headers.map(([name]) => name.toLowerCase()))].toSorted().join(';')
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((piece) => piece !== '')
    .map((piece): [string, string] => {
      const equals = piece.indexOf('=')
      const [name, value] = equals < 0 ? [piece, ''] : [piece.slice(0, equals), piece.slice(equals + 1)]
      return [recoded(name.replaceAll('+', ' '), ''), recoded(value.replaceAll('+', ' '), '')]
    })
    .toSorted(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/**
 * Decodes a percent-encoded text and encodes it again in the canonical form. `kept` is a further character that stays
 * unencoded.
 */
function recoded(text: string, kept: string): string {
  const bytes = Buffer.from(
    text.replaceAll(/%([\da-f]{2})/gi, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    ),
    'latin1',
  )
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte)
    if (/[\w.~-]/.test(character) || character === kept) return character
    return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')
}
