import type { IncomingMessage } from 'node:http'
import type { Answer, Operation } from './operation.ts'
import type { CallLimits } from './request-call.ts'

/**
 * An operation that no identity is needed for: health, metrics, the token endpoint, discovery. It gets the bare
 * request and sees to its own errors where its protocol has another body for them.
 */
export interface OpenOperation extends Pick<Operation, 'id' | 'method' | 'path'> {
  open(request: IncomingMessage, limits: CallLimits, aside?: Aside): Promise<Answer>
}

/**
 * Waits for a small body without a place among the requests at work: nobody knows yet who sends it, and whoever is slow
 * to must not keep others out.
 *
 * @throws HeadgateError `too-many-requests` when there is no place when it has come
 */
export type Aside = <T>(arriving: Promise<T>) => Promise<T>
