interface Failure {
  readonly source: string
  readonly why: string
  readonly error?: unknown
}

/** No way led to storage credentials for a location. The message says what each of them answered. */
export class StorageCredentialsError extends Error {
  override readonly name = 'StorageCredentialsError'
  readonly location: string

  constructor(location: string, failures: readonly Failure[]) {
    const list = failures.map(({ source, why }) => `${source}: ${why}`).join('; ')
    const cause = failures.find(({ error }) => error !== undefined)?.error
    super(
      `No storage credentials for ${location} (${list || 'the server has no way to get any'})`,
      cause === undefined ? {} : { cause },
    )
    this.location = location
  }
}
