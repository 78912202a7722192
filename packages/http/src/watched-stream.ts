import type { AttemptLimit } from './attempt-limit.ts'
import { waitFor } from './time-limit.ts'

/** Options of {@link watchedStream}. */
export interface WatchOptions {
  readonly limit: AttemptLimit
  /** Whether the time limit is paused between two reads, so that a slow reader does not exceed it. */
  readonly pausesBetweenReads: boolean
  /**
   * Runs when the stream ends, fails or is cancelled. `error` is the error of a failed stream, or the reason of the
   * cancellation.
   */
  onEnd?(error?: unknown): void
}

/** Returns a stream with the content of another stream. Reading fails when the time limit is exceeded. */
export function watchedStream(
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
  { limit, pausesBetweenReads, onEnd }: WatchOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = source.getReader()
  return new ReadableStream(
    {
      async pull(controller) {
        limit.restart()
        try {
          const { done, value } = await waitFor(reader.read(), limit.signal)
          if (pausesBetweenReads) limit.pause()
          else limit.restart()
          if (!done) return controller.enqueue(value)
          onEnd?.()
          controller.close()
        } catch (error) {
          onEnd?.(error)
          controller.error(error)
          await reader.cancel(error).catch(() => undefined)
        }
      },
      async cancel(reason) {
        onEnd?.(reason)
        await reader.cancel(reason)
      },
    },
    // The stream does not read ahead, because the time limit would then run while no reader waits.
    { highWaterMark: 0 },
  )
}
