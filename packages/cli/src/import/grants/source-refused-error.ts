import { visible } from '../../output/visible.ts'

/** Longest message of a source that a comment repeats. */
const maxMessage = 300

/** Response of a source that refuses a request of the management API. */
export class SourceRefusedError extends Error {
  override readonly name = 'SourceRefusedError'
  /** HTTP status. Null: the request could not be sent, because a name cannot be part of a URL. */
  readonly status: number | null

  constructor(status: number | null, message: string) {
    const text = visible(message.length > maxMessage ? `${message.slice(0, maxMessage)}…` : message)
    const shown = status === null ? '' : `status ${status}`
    super([text, shown].filter((part) => part !== '').join(', '))
    this.status = status
  }
}

/** Calls the source. Returns null when the source refuses the request, after `onRefusal` was called with the reason. */
export async function unlessRefused<Result>(
  request: () => Promise<Result>,
  onRefusal: (error: SourceRefusedError) => void,
): Promise<Result | null> {
  try {
    return await request()
  } catch (error) {
    if (!(error instanceof SourceRefusedError)) throw error
    onRefusal(error)
    return null
  }
}
