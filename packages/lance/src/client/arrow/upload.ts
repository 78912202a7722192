import { HeadgateError } from '@headgate/errors'
import type { OutgoingBody } from '@headgate/http'
import type { ArrowData, ArrowSource, ArrowStream } from './arrow-data.ts'
import { refuseArrowFile } from './arrow-format.ts'

/** Body of a request, and its state while it is sent. */
export interface Upload {
  readonly body: OutgoingBody
  /** Returns whether the body can be sent again in another attempt. */
  readonly resendable: () => boolean
  /** Returns the error that the source of the body threw, or undefined. */
  readonly failure: () => unknown
}

/** Creates the upload of a body that is in memory, and can be sent any number of times. */
export const bufferedUpload = (body: Uint8Array | null): Upload => ({
  body,
  resendable: () => true,
  failure: () => undefined,
})

/**
 * Creates the upload of Arrow data from bytes or a stream.
 *
 * @throws {HeadgateError} bad-request, for an Arrow IPC file
 */
export function arrowUpload(data: ArrowData): Upload {
  if (data instanceof ArrayBuffer) return arrowUpload(new Uint8Array(data))
  if (data instanceof Uint8Array) {
    refuseArrowFile(data)
    return bufferedUpload(data)
  }
  return streamUpload(toSource(data))
}

interface Source extends ArrowSource {
  /** Whether the stream can be opened more than once. */
  readonly reopenable: boolean
}

function toSource(data: ArrowStream | (() => ArrowStream) | ArrowSource): Source {
  if (typeof data === 'function') return { open: data, reopenable: true }
  if ('open' in data) return { ...data, reopenable: true }
  return { open: () => data, reopenable: false }
}

function streamUpload({ open, reopenable, ...hashAndLength }: Source): Upload {
  let opened = false
  let failure: unknown
  return {
    body: {
      ...hashAndLength,
      open() {
        if (opened && !reopenable)
          throw new HeadgateError(
            'unsupported',
            'The request must be sent again, but its Arrow data can be read only once. Pass a function that opens the stream.',
          )
        opened = true
        return toByteStream(open(), (error) => {
          failure = error
        })
      },
    },
    resendable: () => failure === undefined && (reopenable || !opened),
    failure: () => failure,
  }
}

/** Converts an Arrow stream to a byte stream, and refuses an Arrow IPC file. */
function toByteStream(source: ArrowStream, onError: (error: unknown) => void): ReadableStream<Uint8Array> {
  const chunks = readChunks(source)
  let first = true
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await chunks.next()
          if (next.done === true) return controller.close()
          if (first) refuseArrowFile(next.value)
          first = false
          controller.enqueue(next.value)
        } catch (error) {
          onError(error)
          controller.error(error)
        }
      },
      async cancel() {
        await chunks.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}

async function* readChunks(source: ArrowStream): AsyncGenerator<Uint8Array, void, undefined> {
  if (!('getReader' in source)) return yield* source
  // Uses a reader, because not every platform supports iteration over a ReadableStream.
  const reader = source.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return undefined
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
