interface Failure {
  readonly source: string
  readonly why: string
  readonly error?: unknown
}

/**
 * Error for a location for which no source returned usable storage credentials. The message contains the failure of
 * each source.
 */
export class StorageCredentialsError extends Error {
  override readonly name = 'StorageCredentialsError'
  readonly location: string

  constructor(location: string, failures: readonly Failure[]) {
    const list = failures.map(({ source, why }) => `${source}: ${why}`).join('; ')
    const cause = failures.find(({ error }) => error !== undefined)?.error
    super(
      `No storage credentials for ${location} (${list || 'the server supports no operation that returns storage credentials'})`,
      cause === undefined ? {} : { cause },
    )
    this.location = location
  }
}
