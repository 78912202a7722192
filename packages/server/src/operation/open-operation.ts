import type { IncomingMessage } from 'node:http'
import type { CallLimits, Operation, Response } from './operation.ts'

/**
 * Operation that requires no authenticated caller, such as health, metrics, the token endpoint and discovery. The
 * operation receives the HTTP request, and encodes its own errors if its protocol does not use the Iceberg error
 * body.
 */
export interface OpenOperation extends Pick<Operation, 'id' | 'method' | 'path' | 'acceptsFinalSlash'> {
  /**
   * Handles a request, as `Operation.handle` does for authenticated callers. The pipeline recognizes an open operation by
   * this method.
   *
   * @param withoutSlot waits for the body of the request; see `WithoutSlot`
   */
  open(request: IncomingMessage, limits: CallLimits, withoutSlot?: WithoutSlot): Promise<Response>
}

/**
 * Waits for a small request body without counting the request as running. The client is not authenticated yet, so a
 * client that sends slowly must not occupy one of the limited slots for running requests.
 *
 * @throws HeadgateError `too-many-requests` when no slot is free after the body has arrived
 */
export type WithoutSlot = <T>(body: Promise<T>) => Promise<T>
