import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { AuthRegistry } from '@headgate/auth'
import { sha256Hex, signRequest, WebSigningKeys } from '@headgate/sigv4/web'
import { SignatureV4 } from '@smithy/signature-v4'
import { AwsV4Signer } from 'aws4fetch'
import type { HeaderList } from '@headgate/http'
import { aws, region, service, sigv4 } from './providers.ts'
import { tokenEndpoints } from './token-endpoints.ts'

/** HTTP request that the signers sign. */
export interface ToSign {
  readonly method: string
  readonly url: string
  readonly headers: HeaderList
  readonly body: Uint8Array<ArrayBuffer>
}

export interface SignerUnderTest {
  readonly label: string
  readonly ours: boolean
  /** Returns all headers of the signed request, with the signature. */
  readonly sign: (request: ToSign) => Promise<HeaderList>
}

/**
 * Returns the request signers of Headgate and of other libraries. Each signer signs the request with its
 * body, and caches the derived signing key.
 */
export async function signers(): Promise<readonly SignerUnderTest[]> {
  const auth = await new AuthRegistry().create(sigv4, { fetch: tokenEndpoints().fetch, env: {} })
  const webKeys = new WebSigningKeys()
  const smithy = new SignatureV4({ credentials: aws, region, service, sha256: NodeSha256 })
  const keys = new Map<string, ArrayBuffer>()
  return [
    {
      label: '@smithy/signature-v4',
      ours: false,
      sign: async ({ method, url, headers, body }) => {
        const { protocol, hostname, pathname, searchParams } = new URL(url)
        const signed = await smithy.sign({
          method,
          protocol,
          hostname,
          path: pathname,
          query: Object.fromEntries(searchParams),
          headers: { ...Object.fromEntries(headers), host: hostname },
          body,
        })
        return Object.entries(signed.headers)
      },
    },
    {
      label: 'aws4fetch',
      ours: false,
      sign: async ({ method, url, headers, body }) => {
        const signer = new AwsV4Signer({
          ...aws,
          region,
          service,
          method,
          url,
          headers: headers.map(([name, value]): [string, string] => [name, value]),
          body,
          cache: keys,
        })
        const signed = await signer.sign()
        return [...signed.headers]
      },
    },
    {
      label: 'sigv4 of @headgate/auth',
      ours: true,
      sign: async (request) => (await auth.authenticate(request)).headers,
    },
    {
      label: '@headgate/sigv4/web, as in browsers',
      ours: true,
      sign: async ({ method, url, headers, body }) => {
        const { host, pathname, search } = new URL(url)
        const payloadHash = await sha256Hex(body)
        const all: HeaderList = [...headers, ['host', host], ['x-amz-content-sha256', payloadHash]]
        const { headers: added } = await signRequest(
          { method, target: pathname + search, headers: all },
          { credentials: aws, region, service, date: new Date(), payloadHash, keys: webKeys },
        )
        return [...all, ...added]
      },
    },
  ]
}

/**
 * Computes SHA-256 and HMAC with node:crypto, in the form that the library `@smithy/signature-v4` requires.
 * The AWS SDK for Node does the same (`@smithy/hash-node`).
 */
class NodeSha256 {
  readonly #hash: Hash | Hmac

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret))
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBytes(data))
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }

  reset(): void {
    throw new Error('a hash object can be used for only one text')
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data)
  return data instanceof ArrayBuffer
    ? Buffer.from(data)
    : Buffer.from(data.buffer, data.byteOffset, data.byteLength)
}
