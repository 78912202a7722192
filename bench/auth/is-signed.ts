import { parseRequest, sha256Hex, verifySignature } from '@headgate/sigv4'
import type { HeaderList } from '@headgate/http'
import { aws, region, service } from './providers.ts'
import type { ToSign } from './signers.ts'

/**
 * Checks that `headers` contain a valid AWS Signature Version 4 of the request and its body. Throws if they
 * do not.
 */
export function assertSigned({ method, url, body }: ToSign, headers: HeaderList): void {
  const { host, pathname, search } = new URL(url)
  const all: HeaderList = headers.some(([name]) => /^host$/i.test(name))
    ? headers
    : [...headers, ['host', host]]
  const parsed = parseRequest(
    { method, target: pathname + search, headers: all },
    { services: [service], regions: [region], now: new Date() },
  )
  if (!parsed.ok) throw parsed.refusal
  const bodySha256 = sha256Hex(body)
  const verified = verifySignature(parsed.value, aws.secretAccessKey, { bodySha256 })
  if (!verified.ok) throw verified.refusal
}
