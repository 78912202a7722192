import { createHash } from 'node:crypto'
import { headerPairs, parseRequest, verifySignature } from '@headgate/sigv4'
import type { ReceivedRequest } from '@headgate/testkit'

/** Access key that the doubles of AWS accept. */
export const awsKey = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret of the double' } as const

/** Returns a function that verifies the signature of a request for a service in eu-central-1. */
export function sigv4Verifier(
  service: string,
  key: { readonly accessKeyId: string; readonly secretAccessKey: string } = awsKey,
): (request: ReceivedRequest) => string | null {
  return ({ method, target, rawHeaders, body }) => {
    const policy = { services: [service], regions: ['eu-central-1'], now: new Date() }
    const parsed = parseRequest({ method, target, headers: headerPairs(rawHeaders) }, policy)
    if (!parsed.ok) return parsed.refusal.message
    const secret = parsed.value.accessKeyId === key.accessKeyId ? key.secretAccessKey : undefined
    const bodySha256 = createHash('sha256').update(body).digest('hex')
    const verified = verifySignature(parsed.value, secret, { bodySha256 })
    return verified.ok ? null : verified.refusal.message
  }
}

/** Returns the auth properties with which a warehouse signs its requests to a double. */
export function sigv4Properties(service: string): Readonly<Record<string, string>> {
  return {
    'rest.auth.type': 'sigv4',
    'rest.auth.sigv4.region': 'eu-central-1',
    'rest.auth.sigv4.service': service,
    'rest.auth.sigv4.access-key-id': awsKey.accessKeyId,
    'rest.auth.sigv4.secret-access-key': awsKey.secretAccessKey,
  }
}
