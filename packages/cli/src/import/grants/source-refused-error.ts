import { visible } from '../../output/visible.ts'

/** Maximum length of an error message of a source catalog in a comment, in characters. The rest is omitted. */
const maxMessage = 300

/** Error for a request that the management API of a source catalog refuses. */
export class SourceRefusedError extends Error {
  override readonly name = 'SourceRefusedError'
  /** HTTP status, or null if the request could not be sent because a name cannot be part of a URL. */
  readonly status: number | null

  constructor(status: number | null, message: string) {
    const text = visible(message.length > maxMessage ? `${message.slice(0, maxMessage)}…` : message)
    const shown = status === null ? '' : `status ${status}`
    super([text, shown].filter((part) => part !== '').join(', '))
    this.status = status
  }
}

/**
 * Sends a request to the source catalog. If the catalog refuses it, calls `onRefusal` with the error and returns null.
 */
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
