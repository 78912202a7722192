import { HeadgateError } from '@headgate/errors'

const MAGIC = new TextEncoder().encode('ARROW1')

/** Whether bytes begin like an Arrow IPC file. A stream begins with the length of its first message. */
export const isArrowFile = (bytes: Uint8Array): boolean =>
  bytes.length >= MAGIC.length && MAGIC.every((byte, index) => bytes[index] === byte)

/** Whether bytes begin like an Arrow IPC stream: the mark of a message, `ffffffff`. */
export const isArrowStream = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && bytes.subarray(0, 4).every((byte) => byte === 0xff)

/** @throws {HeadgateError} bad-request for the other format, which servers answer with an error that nobody understands */
export function refuseArrowFile(bytes: Uint8Array): void {
  if (isArrowFile(bytes))
    throw new HeadgateError(
      'bad-request',
      "The data is an Arrow IPC file, and the protocol takes Arrow IPC streams: write it as one, as tableToIPC(table, 'stream') does",
    )
}
