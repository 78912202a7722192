import type { CallLimits, Operation } from '../operation/operation.ts'
import type { BodyLimits } from '../operation/read-body.ts'
import { smallBodyBytes } from './large-bodies.ts'

/** Returns the size limit of the request body of an operation. */
export function bodyLimit(
  operation: Pick<Operation, 'maxBodyBytes'>,
  limits: Pick<CallLimits, 'maxBodyBytes'>,
): Pick<BodyLimits, 'maxBytes' | 'setting'> {
  const maxBytes = Math.min(operation.maxBodyBytes ?? smallBodyBytes, limits.maxBodyBytes)
  return { maxBytes, setting: maxBytes === limits.maxBodyBytes ? 'HEADGATE_MAX_BODY_BYTES' : null }
}
