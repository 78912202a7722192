import { HeadgateError } from '@headgate/errors'
import type { OutgoingBody } from '@headgate/http'
import type { ArrowData, ArrowSource, ArrowStream } from './arrow-data.ts'
import { refuseArrowFile } from './arrow-format.ts'

/** The body of a request, and what is known of it while it is sent. */
export interface Upload {
  readonly body: OutgoingBody
  /** Whether it can be sent, as far as that is known. */
  readonly resendable: () => boolean
  /** What its source threw. */
  readonly failure: () => unknown
}

/** A body that is there as a whole. */
export const wholeBody = (body: Uint8Array | null): Upload => ({
  body,
  resendable: () => true,
  failure: () => undefined,
})

/** @throws {HeadgateError} bad-request, for an Arrow IPC file */
export function arrowUpload(data: ArrowData): Upload {
  if (data instanceof ArrayBuffer) return arrowUpload(new Uint8Array(data))
  if (data instanceof Uint8Array) {
    refuseArrowFile(data)
    return wholeBody(data)
  }
  return streamUpload(sourceOf(data))
}

/** Something to read, and whether it can be read more than once. */
interface Source extends ArrowSource {
  readonly again: boolean
}

function sourceOf(data: ArrowStream | (() => ArrowStream) | ArrowSource): Source {
  if (typeof data === 'function') return { open: data, again: true }
  if ('open' in data) return { ...data, again: true }
  return { open: () => data, again: false }
}

function streamUpload({ open, again, ...known }: Source): Upload {
  let opened = false
  let failure: unknown
  return {
    body: {
      ...known,
      open() {
        if (opened && !again)
          throw new HeadgateError(
            'unsupported',
            'The request would have to be sent again, but its Arrow data can be read only once: give a function that opens it',
          )
        opened = true
        return pulled(open(), (error) => {
          failure = error
        })
      },
    },
    resendable: () => failure === undefined && (again || !opened),
    failure: () => failure,
  }
}

/** A byte stream of whatever gives bytes. */
function pulled(source: ArrowStream, onError: (error: unknown) => void): ReadableStream<Uint8Array> {
  const pieces = piecesOf(source)
  let first = true
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await pieces.next()
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
        await pieces.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}

async function* piecesOf(source: ArrowStream): AsyncGenerator<Uint8Array, void, undefined> {
  if (!('getReader' in source)) return yield* source
  // Not every platform lets a ReadableStream be iterated.
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
