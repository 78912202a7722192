import { HeadgateError } from '@headgate/errors'

const MAGIC = new TextEncoder().encode('ARROW1')

/** Returns whether bytes begin with the magic string of the Arrow IPC file format. */
export const isArrowFile = (bytes: Uint8Array): boolean =>
  bytes.length >= MAGIC.length && MAGIC.every((byte, index) => bytes[index] === byte)

/** Returns whether bytes begin with the continuation marker of an Arrow IPC stream, `ffffffff`. */
export const isArrowStream = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && bytes.subarray(0, 4).every((byte) => byte === 0xff)

/**
 * Refuses an Arrow IPC file before it is sent, because the errors of servers for this format do not name the cause.
 *
 * @throws {HeadgateError} bad-request
 */
export function refuseArrowFile(bytes: Uint8Array): void {
  if (isArrowFile(bytes))
    throw new HeadgateError(
      'bad-request',
      "The data is an Arrow IPC file, but the protocol requires an Arrow IPC stream. Write a stream, for example with tableToIPC(table, 'stream').",
    )
}
