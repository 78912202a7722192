import type { IncomingMessage } from 'node:http'
import type { Answer, Operation } from './operation.ts'
import type { CallLimits } from './request-call.ts'

/**
 * An operation that no identity is needed for: health, metrics, the token endpoint, discovery. It gets the bare
 * request and sees to its own errors where its protocol has another body for them.
 */
export interface OpenOperation extends Pick<Operation, 'id' | 'method' | 'path'> {
  open(request: IncomingMessage, limits: CallLimits): Promise<Answer>
}
