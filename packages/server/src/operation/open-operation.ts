import type { IncomingMessage } from 'node:http'
import type { CallLimits, Operation, Response } from './operation.ts'

/**
 * Operation that requires no identity, such as health, metrics, the token endpoint and discovery. It receives the request
 * itself, and encodes its errors where its protocol has another error body.
 */
export interface OpenOperation extends Pick<Operation, 'id' | 'method' | 'path'> {
  open(request: IncomingMessage, limits: CallLimits, withoutSlot?: WithoutSlot): Promise<Response>
}

/**
 * Waits for a small body while the request does not count as running. The client is not authenticated yet, and a slow one
 * must not take the slot of another request.
 *
 * @throws HeadgateError `too-many-requests` when no slot is free after the body has arrived
 */
export type WithoutSlot = <T>(body: Promise<T>) => Promise<T>
