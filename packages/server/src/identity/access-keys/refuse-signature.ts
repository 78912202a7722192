import { HeadgateError } from '@headgate/errors'
import type { RefusalCode, SigV4Error } from '@headgate/sigv4'
import { isAccessKeyId } from './access-key.ts'

/**
 * Message for an unknown access key and for a wrong signature. It is the same for both, so that the response does not
 * show which access keys exist.
 */
const notValid =
  'The access key or the signature of the request is not valid. Compare the access key and its secret. A proxy in front of the server must not change the method, the path, the query, the Host header, the signed headers and the body.'

/** Advice for the caller by the code of the refusal. It follows the error message. */
const remedies: Readonly<Partial<Record<RefusalCode, string>>> = {
  'time-too-skewed':
    'A signature is valid for 5 minutes: sign the request again, and correct the clock of the client.',
  'wrong-scope': 'Change the signing name or the signing region of the client.',
  'form-not-allowed': 'Send the signature in the Authorization header.',
}

/**
 * Returns the error for a refused signature. Its cause contains the code of the refusal and the access key id, for the
 * audit event.
 *
 * @param refusal absent: no access key has this id
 */
export function refuseSignature(accessKeyId: string | null, refusal?: SigV4Error): HeadgateError {
  const code = refusal?.code ?? 'unknown-access-key'
  if (refusal === undefined || code === 'unknown-access-key' || code === 'signature-mismatch')
    return refuseSigned(accessKeyId, code, notValid)
  const remedy = remedies[code]
  return refuseSigned(accessKeyId, code, `${refusal.message}.${remedy === undefined ? '' : ` ${remedy}`}`)
}

/** Returns the error for a body that differs from the body that was signed. */
export function refuseBody(accessKeyId: string | null): HeadgateError {
  const message = 'The body of the request differs from the body that was signed.'
  return refuseSigned(accessKeyId, 'payload-mismatch', message)
}

/**
 * Returns the error for a signed request that the server refuses.
 *
 * @param code reason for the audit event
 */
export function refuseSigned(accessKeyId: string | null, code: string, message: string): HeadgateError {
  // A text that does not have the form of an access key id is not recorded, because it may be a secret that a user
  // configured as the id by mistake.
  const by = accessKeyId !== null && isAccessKeyId(accessKeyId) ? ` of access key ${accessKeyId}` : ''
  return new HeadgateError('unauthenticated', message, {
    cause: new Error(`signature${by} refused: ${code}`),
  })
}
